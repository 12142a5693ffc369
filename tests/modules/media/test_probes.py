"""Whoever runs the platform can ask the ingest how it is."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from xiaodian.contracts.media import StreamId

from .conftest import Ingest, Push
from .tools import Host

WaitForSegments = Callable[[StreamId, int], Awaitable[None]]


async def test_a_watchman_sees_that_the_ingest_lives_and_stores_segments(
    ingest: Ingest, host: Host, push: Push, films: Path, wait_for_segments: WaitForSegments
) -> None:
    await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await wait_for_segments(host.stream_id, 1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{ingest.ports.publisher}") as watchman:
        assert (await watchman.get("/healthz")).text == "ok\n"
        assert (await watchman.get("/readyz")).status_code == 200
        metrics = (await watchman.get("/metrics")).text
        assert (await watchman.get("/elsewhere")).status_code == 404
    assert "xiaodian_ingest_publications 1.0" in metrics
    assert "xiaodian_ingest_segments_total" in metrics
