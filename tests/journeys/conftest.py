"""The whole platform as real processes on free ports, browsers, an encoder, and pictures of what failed."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from scripts.browser import start_browser

from xiaodian.cli.show.client import Json, Member
from xiaodian.cli.show.film import find_ffmpeg
from xiaodian.infra.ports import find_free_ports
from xiaodian.settings import Settings

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
PASSWORD = "correct horse battery"
FILM_S = 20
STEP_TIMEOUT_MS = 30_000
expect.set_options(timeout=STEP_TIMEOUT_MS)

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}

OpenPage = Callable[..., Awaitable[Page]]
Encoder = Callable[[Json], AbstractAsyncContextManager[None]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether their test failed."""
    report = yield
    if report.when == "call":
        item.stash[_failed_key] = report.failed
    return report


_failed_key = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def platform_env() -> Iterator[dict[str, str]]:
    """The environment of a platform with its own engines, ports and data folder."""
    folder = Path(tempfile.mkdtemp(prefix="xd"))
    http, gateway, publisher, rtmp, worker = find_free_ports(5)
    settings = Settings(
        data_dir=folder,
        host="127.0.0.1",
        http_port=http,
        gateway_port=gateway,
        publisher_port=publisher,
        rtmp_port=rtmp,
        worker_port=worker,
        log_level="warning",
        sign_ups_per_hour=10_000,
        outbound_private_addresses=True,
        # The same hour twice: none is quiet, so that messages to fans arrive whenever the tests run.
        outreach_quiet_from_h=0,
        outreach_quiet_until_h=0,
    )
    outside = {name: value for name, value in os.environ.items() if not name.startswith("XIAODIAN_")}
    yield {**outside, **settings.to_env()}
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def platform(platform_env: dict[str, str]) -> Iterator[str]:
    """`xiaodian serve`; answers its address."""
    ARTIFACTS.mkdir(exist_ok=True)
    written = ARTIFACTS / f"platform-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}.log"
    with written.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "xiaodian", "serve"],
            env=platform_env,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout
            assert "is up" in process.stdout.readline(), written.read_text()[-3000:]
            yield f"http://127.0.0.1:{platform_env['XIAODIAN_HTTP_PORT']}"
        finally:
            process.terminate()
            process.wait(30)
            if process.stdout:
                process.stdout.close()


@pytest.fixture(scope="session")
def film() -> Iterator[Path]:
    """A small moving film with sound and a key frame each second."""
    folder = Path(tempfile.mkdtemp(prefix="xd"))
    path = folder / "film.mp4"
    subprocess.run(
        [
            *(find_ffmpeg(), "-loglevel", "error", "-f", "lavfi", "-i", f"testsrc2=s=360x640:r=25:d={FILM_S}"),
            *("-f", "lavfi", "-i", f"sine=f=440:r=48000:d={FILM_S}", "-c:v", "libx264", "-preset", "ultrafast"),
            *("-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path)),
        ],
        check=True,
    )
    yield path
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def short_film() -> bytes:
    """A phone's film of some seconds, upright, with sound."""
    from tests.journeys.short_films import make_short_film  # It needs what stands here.

    return make_short_film()


@pytest.fixture
def send_film(film: Path) -> Encoder:
    """`async with send_film(stream_key_answer)`: an encoder sends the film by RTMP, over and over, as OBS would."""

    @asynccontextmanager
    async def _send(key: Json) -> AsyncIterator[None]:
        process = await asyncio.create_subprocess_exec(
            *(find_ffmpeg(), "-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", str(film)),
            *("-c", "copy", "-f", "flv", f"{key['rtmp_url']}/{key['stream_key']}"),
        )
        try:
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()

    return _send


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with async_playwright() as playwright:
        browser = await start_browser(playwright)
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(request: pytest.FixtureRequest, browser: Browser, platform: str) -> AsyncIterator[OpenPage]:
    """`await open_page("/", name="buyer")`: a page in a browser profile of its own; pictured if the test fails."""
    pages: dict[str, Page] = {}
    faults: list[str] = []

    async def _open(
        path: str, *, name: str, size: dict[str, int] = PHONE, member: Member | None = None, touch: bool = False
    ) -> Page:
        context: BrowserContext = await browser.new_context(
            viewport=size,  # type: ignore[arg-type]  # playwright's type is a TypedDict of the same form.
            locale="zh-CN",
            has_touch=touch,
            permissions=["camera", "microphone"],
        )
        context.set_default_timeout(STEP_TIMEOUT_MS)
        if member:
            cookies = [{"name": n, "value": v, "url": platform} for n, v in member.http.cookies.items()]
            await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{name}: {error}"))
        pages[name] = page
        await page.goto(f"{platform}{path}")
        return page

    yield _open
    if request.node.stash.get(_failed_key, True):
        slug = re.sub(r"\W+", "-", request.node.name)[:60]
        for name, page in pages.items():
            await page.screenshot(path=ARTIFACTS / f"{slug}-{name}.png")
    for page in pages.values():
        await page.context.close()
    assert not faults, "a page threw an error"


@pytest.fixture
async def enter(platform: str) -> AsyncIterator[Callable[[str], Awaitable[Member]]]:
    """`await enter("阿月")`: a new account, as a client of the API."""
    members: list[Member] = []

    async def _enter(name: str) -> Member:
        member = Member(platform)
        members.append(member)
        await member.enter(f"{uuid4().hex[:12]}@example.com", PASSWORD, name)
        return member

    yield _enter
    for member in members:
        await member.close()


@pytest.fixture
async def enter_operator(platform: str, platform_env: dict[str, str]) -> AsyncIterator[Callable[[], Awaitable[Member]]]:
    """`await enter_operator()`: a new account, made an operator as only the command line can."""
    members: list[Member] = []

    async def _enter() -> Member:
        member = Member(platform)
        members.append(member)
        sign_in = f"{uuid4().hex[:12]}@example.com"
        await member.enter(sign_in, PASSWORD, "平台")
        grant = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "xiaodian", "operator", "grant", sign_in), env=platform_env
        )
        assert await grant.wait() == 0
        # The session from before does not know of it yet.
        await member.enter(sign_in, PASSWORD, "平台")
        return member

    yield _enter
    for member in members:
        await member.close()


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A host with a room whose bag has one product."""

    host: Member
    room: Json
    product: Json
    stream_key: Json

    @property
    def path(self) -> str:
        """The room's API path."""
        return f"/api/rooms/{self.room['room_id']}"


@pytest.fixture
async def stage(enter: Callable[[str], Awaitable[Member]]) -> Stage:
    """A shop with a product, a room, a stream key; not yet on air."""
    return await make_stage(await enter("阿月"))


async def make_stage(host: Member) -> Stage:
    """The same for a host who is signed in."""
    shop = await host.call("POST", "/api/shops", {"name": f"草莓园 {uuid4().hex[:8]}"})
    product = await host.call(
        "POST",
        f"/api/shops/{shop['shop_id']}/products",
        {
            "title": "丹东草莓",
            "description": "凌晨采摘",
            "picture_urls": [],
            "state": "on_sale",
            "skus": [{"name": "3 斤装", "price_minor": 8900, "stock": 50}],
        },
    )
    room = await host.call("POST", "/api/rooms", {"title": "现摘草莓", "cover_url": None})
    await host.call("PUT", f"/api/rooms/{room['room_id']}/control/bag", {"product_ids": [product["product_id"]]})
    return Stage(host=host, room=room, product=product, stream_key=await host.call("GET", "/api/me/stream-key"))


async def until_state(member: Member, room_id: str, state: str) -> Json:
    """Wait until the room is in a state; answers the room."""
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000):
        while True:
            room: Json = await member.call("GET", f"/api/rooms/{room_id}")
            if room["state"] == state:
                return room
            # The API has no long poll for this; the room's own socket belongs to the pages under test.
            await asyncio.sleep(0.1)
