"""Encoders vanish and return, hosts end rooms, processes die: what viewers and hosts must not lose."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec

from xiaodian.contracts.media import DateRange, StreamId
from xiaodian.edge.context import Context
from xiaodian.modules.media import api
from xiaodian.modules.media.ingest.feeders import EncoderFeeder
from xiaodian.modules.media.ingest.packager import Packager
from xiaodian.modules.media.jobs import jobs
from xiaodian.modules.media.service.publish import claim_stream
from xiaodian.modules.media.service.stream_keys import rotate_stream_key

from .conftest import Ingest, OwnersStream, Push
from .tools import Host, download, one_file, read_tags, watch

Events = Callable[[StreamId], Awaitable[list[dict[str, Any]]]]
WaitForSegments = Callable[[StreamId, int], Awaitable[None]]
WaitForState = Callable[[StreamId, str], Awaitable[None]]


async def _sweep(ctx: Context) -> None:
    for job in jobs(ctx):
        await job.run()


async def _state(ctx: Context, stream_id: StreamId) -> str:
    async with ctx.database.connection() as connection:
        return str(await connection.fetchval("SELECT state FROM media.stream WHERE stream_id = $1", stream_id))


async def test_an_encoder_that_vanishes_and_returns_goes_on_in_the_same_film(
    ingest: Ingest,
    host: Host,
    push: Push,
    films: Path,
    ctx: Context,
    client: httpx.AsyncClient,
    tmp_path: Path,
    events: Events,
    wait_for_segments: WaitForSegments,
    wait_for_state: WaitForState,
) -> None:
    arguments = ("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    first = await push(*arguments)
    await wait_for_segments(host.stream_id, 3)
    first.kill()
    await wait_for_state(host.stream_id, "interrupted")
    await _sweep(ctx)
    assert await _state(ctx, host.stream_id) == "interrupted"
    second = await push(*arguments)
    await second.communicate()
    await wait_for_state(host.stream_id, "interrupted")
    told = await events(host.stream_id)
    assert [event["type"] for event in told] == [
        "StreamStarted",
        "StreamInterrupted",
        "StreamStarted",
        "StreamInterrupted",
    ]
    assert [event.get("is_return") for event in told] == [False, None, True, None]
    playlist = await download(client, host.stream_id, tmp_path)
    assert playlist.count("#EXT-X-DISCONTINUITY\n") == 1
    assert playlist.count("#EXT-X-MAP") == 2
    assert playlist.count("#EXT-X-PROGRAM-DATE-TIME") == 2
    assert (await watch(str(tmp_path / "index.m3u8"))).picture_s > 10


async def test_a_stream_whose_encoder_stays_away_ends_once(
    ctx: Context, host: Host, push: Push, films: Path, events: Events, wait_for_state: WaitForState
) -> None:
    impatient = msgspec.structs.replace(ctx, settings=msgspec.structs.replace(ctx.settings, ingest_grace_s=0))
    ingest = Ingest(impatient)
    await ingest.start()
    pushing = await push("-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await pushing.communicate()
    await wait_for_state(host.stream_id, "interrupted")
    await _sweep(impatient)
    await _sweep(impatient)
    told = await events(host.stream_id)
    assert [event["type"] for event in told] == ["StreamStarted", "StreamInterrupted", "StreamEnded"]
    assert 7800 < told[-1]["duration_ms"] < 8200
    again = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    _, said = await again.communicate()
    assert b"Wrong stream key, or no live room" in said
    await ingest.stop()


async def test_a_host_who_ends_the_room_is_off_air_at_once(
    ingest: Ingest,
    host: Host,
    push: Push,
    films: Path,
    ctx: Context,
    client: httpx.AsyncClient,
    tmp_path: Path,
    events: Events,
    wait_for_segments: WaitForSegments,
) -> None:
    pushing = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await wait_for_segments(host.stream_id, 4)
    start_ms = (await events(host.stream_id))[0]["at_ms"]
    cue = DateRange(
        range_id="cue-1",
        range_class="xiaodian.cue",
        start_ms=start_ms + 1500,
        end_ms=None,
        attributes={"product-id": "7"},
    )
    async with ctx.database.transaction() as connection:
        await api.add_date_range(connection, host.stream_id, cue)
        await api.close_date_range(connection, host.stream_id, "cue-1", start_ms + 2500)
    await api.end_stream(ctx, host.stream_id)
    await asyncio.wait_for(pushing.communicate(), 60)
    await api.end_stream(ctx, host.stream_id)
    told = [event["type"] for event in await events(host.stream_id)]
    assert told == ["StreamStarted", "StreamEnded"]
    playlist = await download(client, host.stream_id, tmp_path)
    assert "#EXT-X-ENDLIST" in playlist
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in playlist
    assert 'ID="cue-1",CLASS="xiaodian.cue",START-DATE="20' in playlist
    assert "DURATION=1.000" in playlist
    whole = await watch(str(tmp_path / "index.m3u8"))
    assert whole.complaints == ""
    from_three = await watch(str(tmp_path / "index.m3u8"), "-ss", "3")
    assert 0.5 < from_three.picture_s < whole.picture_s - 2.5
    async with ctx.database.connection() as connection:
        duration_ms = await api.stream_duration_ms(connection, host.stream_id)
    assert abs(duration_ms - whole.picture_s * 1000) < 100


async def test_a_rotated_key_cuts_off_who_publishes_with_the_old_one(
    ingest: Ingest,
    host: Host,
    push: Push,
    films: Path,
    ctx: Context,
    events: Events,
    wait_for_segments: WaitForSegments,
    wait_for_state: WaitForState,
) -> None:
    pushing = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await wait_for_segments(host.stream_id, 2)
    new_key = await rotate_stream_key(ctx, host.owner_id)
    await asyncio.wait_for(pushing.communicate(), 60)
    await wait_for_state(host.stream_id, "interrupted")
    old = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    _, said = await old.communicate()
    assert b"Wrong stream key" in said
    await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(new_key))
    await wait_for_segments(host.stream_id, 5)
    assert [event["type"] for event in await events(host.stream_id)] == [
        "StreamStarted",
        "StreamInterrupted",
        "StreamStarted",
    ]


async def test_a_stopped_ingest_leaves_streams_that_encoders_can_return_to(
    ctx: Context, host: Host, push: Push, films: Path, events: Events, wait_for_segments: WaitForSegments
) -> None:
    ingest = Ingest(ctx)
    await ingest.start()
    await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await wait_for_segments(host.stream_id, 2)
    await ingest.stop()
    assert await _state(ctx, host.stream_id) == "interrupted"
    await ingest.start()
    await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await wait_for_segments(host.stream_id, 5)
    assert (await events(host.stream_id))[-1]["is_return"] is True
    await ingest.stop()


async def test_streams_of_a_killed_ingest_are_interrupted_not_held_for_ever(
    ctx: Context, host: Host, events: Events
) -> None:
    claim = await claim_stream(ctx, OwnersStream(ctx), host.key, "gone.example:1935")
    async with ctx.database.transaction() as connection:
        await connection.execute(
            """
            UPDATE media.stream SET state = 'on_air', started_at = now(), lease_until = now() - interval '1 s'
            WHERE publication_id = $1
            """,
            claim.publication_id,
        )
    await _sweep(ctx)
    assert await _state(ctx, host.stream_id) == "interrupted"
    assert [event["type"] for event in await events(host.stream_id)] == ["StreamInterrupted"]
    await claim_stream(ctx, OwnersStream(ctx), host.key, "new.example:1935")


async def test_a_database_that_cuts_its_connections_costs_no_second_of_the_film(
    ingest: Ingest,
    host: Host,
    push: Push,
    films: Path,
    ctx: Context,
    client: httpx.AsyncClient,
    tmp_path: Path,
    wait_for_segments: WaitForSegments,
    wait_for_state: WaitForState,
) -> None:
    pushing = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    for count in (1, 3, 5):
        await wait_for_segments(host.stream_id, count)
        admin = await asyncpg.connect(ctx.settings.database_url)
        await admin.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        )
        await admin.close()
    await pushing.communicate()
    await wait_for_state(host.stream_id, "interrupted")
    playlist = await download(client, host.stream_id, tmp_path)
    assert playlist.count("#EXTINF:1.000,") == 8
    assert "#EXT-X-DISCONTINUITY\n" not in playlist


async def test_sound_that_comes_late_is_heard(
    ctx: Context, host: Host, films: Path, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    claim = await claim_stream(ctx, OwnersStream(ctx), host.key, "test:1")
    packager = Packager(ctx, claim)
    feeder = EncoderFeeder(packager, ctx.settings.segment_s)
    for item in read_tags(films / "silent.flv", 0) + read_tags(films / "talk.flv", 8000):
        await feeder.take([item])
    await packager.finish()
    playlist = await download(client, host.stream_id, tmp_path)
    assert playlist.count("#EXT-X-DISCONTINUITY\n") == 1
    assert playlist.count("#EXT-X-MAP") == 2
    assert 7 < (await watch(str(one_file(tmp_path, "1-")))).sound_s < 8.5
