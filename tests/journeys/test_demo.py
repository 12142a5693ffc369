"""`xiaodian demo`: on air with an audience that buys, and nothing left over however it ends."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.journeys.conftest import ARTIFACTS

from xiaodian.cli.show.catalogue import PASSWORD, VISITOR, YUE
from xiaodian.cli.show.client import Json, Member
from xiaodian.infra.ports import find_free_ports
from xiaodian.settings import Settings

pytestmark = [pytest.mark.journey, pytest.mark.slow]

OPEN_TIMEOUT_S = 180.0
SALE_TIMEOUT_S = 120.0
FILMS_TIMEOUT_S = 120.0
GONE_TIMEOUT_S = 30.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder of the demo's own."""
    folder = Path(tempfile.mkdtemp(prefix="xd"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def _start(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    http, gateway, publisher, rtmp, worker = find_free_ports(5)
    settings = Settings(
        data_dir=folder,
        host="127.0.0.1",
        http_port=http,
        gateway_port=gateway,
        publisher_port=publisher,
        rtmp_port=rtmp,
        worker_port=worker,
        sign_ups_per_hour=1000,
    )
    outside = {name: value for name, value in os.environ.items() if not name.startswith("XIAODIAN_")}
    with (ARTIFACTS / "demo.log").open("a") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "xiaodian", "demo"),
            env={**outside, **settings.to_env()},
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    assert process.stdout
    async with asyncio.timeout(OPEN_TIMEOUT_S):
        async for line in process.stdout:
            if b"is open" in line:
                return process, f"http://127.0.0.1:{http}"
    raise AssertionError(f"the demo ended with {process.returncode}; see artifacts/demo.log")


async def _until_somebody_bought(visitor: Member) -> Json:
    async with asyncio.timeout(SALE_TIMEOUT_S):
        while True:
            # The demo is open as soon as one of its hosts is on air; this one may come a little later.
            rooms = (await visitor.call("GET", "/api/rooms", params={"state": "on_air"}))["items"]
            for room in rooms:
                snapshot: Json = await visitor.call("GET", f"/live/{room['room_id']}/snapshot")
                if room["host"]["display_name"] == YUE.name and snapshot["buyers"] and snapshot["comments"]:
                    return snapshot
            await asyncio.sleep(0.5)


async def _until_films_stand_in_the_feed(visitor: Member) -> None:
    async with asyncio.timeout(FILMS_TIMEOUT_S):
        while True:
            entries = (await visitor.call("GET", "/api/feed", params={"tab": "discover"}))["items"]
            if any(entry.get("video") for entry in entries):
                return
            await asyncio.sleep(0.5)


def _family(process: asyncio.subprocess.Process, folder: Path) -> list[psutil.Process]:
    """The demo, its children, and the database, which is no child of anybody."""
    demo = psutil.Process(process.pid)
    postmaster = int((folder / "postgres/postmaster.pid").read_text().split()[0])
    database = psutil.Process(postmaster)
    return [demo, *demo.children(recursive=True), database, *database.children(recursive=True)]


async def _visit_and_end(folder: Path, ending: signal.Signals) -> None:
    process, address = await _start(folder)
    family = _family(process, folder)
    visitor = Member(address)
    try:
        await visitor.enter(VISITOR.sign_in, PASSWORD, VISITOR.name)
        snapshot = await _until_somebody_bought(visitor)
        assert [item["title"] for item in snapshot["bag"]] == [product.title for product in YUE.products]
        await _until_films_stand_in_the_feed(visitor)
        family = _family(process, folder)
        assert sum("ffmpeg" in member.name() for member in family) >= 2, "an encoder and our own remuxer"
    finally:
        await visitor.close()
        process.send_signal(ending)
        await process.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, GONE_TIMEOUT_S)
    assert alive == []


async def test_the_demo_sells_each_time_it_is_run_and_leaves_nothing_behind(folder: Path) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    await _visit_and_end(folder, signal.SIGINT)
    # The second run finds accounts, shops and films, ends the room of the first, and opens a new one.
    await _visit_and_end(folder, signal.SIGKILL)
