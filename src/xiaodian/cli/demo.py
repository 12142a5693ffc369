"""`xiaodian demo`: the whole platform with two hosts on air and an audience, all of them clients of the public API."""

import argparse
import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec

from xiaodian.cli.platform import Platform, PlatformNotStartedError
from xiaodian.cli.show.catalogue import HOSTS, OPERATOR, PASSWORD, REGIONS, VISITOR
from xiaodian.cli.show.client import Member
from xiaodian.cli.show.film import ensure_film
from xiaodian.cli.show.office import open_office
from xiaodian.cli.show.past_plan import DAYS_BETWEEN, SHOWS
from xiaodian.cli.show.troupe import Troupe
from xiaodian.infra.embedded.engines import EnginesNotStartedError
from xiaodian.infra.logging import configure_logging
from xiaodian.infra.ports import bind_once
from xiaodian.settings import ENV_PREFIX, Settings

ON_AIR_TIMEOUT_S = 60.0
ON_AIR_CHECK_S = 0.1
DEMO_DATA = Path("data/demo")


def configure(parser: argparse.ArgumentParser) -> None:
    """An empty platform, for those who want to play all parts themselves."""
    parser.add_argument("--empty", action="store_true", help="no hosts and no audience")


def run(options: argparse.Namespace) -> int:
    """Run until told to stop by a signal."""
    settings = demo_settings()
    configure_logging(level=settings.log_level, log_format=settings.log_format, process="demo")
    if taken := _taken_ports(settings):
        for variable, port in taken:
            print(f"  x 端口 {port} 已被占用 · port {port} is taken. Choose another: {variable}={port + 10000}")
        return 1
    try:
        return asyncio.run(_run_demo(settings, with_show=not options.empty))
    except (PlatformNotStartedError, EnginesNotStartedError) as error:
        print(f"  x {error}", file=sys.stderr)
        print("    `make doctor` looks at this machine and says what to do.", file=sys.stderr)
        return 1


def demo_settings() -> Settings:
    """What a demo runs with; what is said outside goes before."""
    settings = Settings.from_env()
    quiet = {
        "data_dir": DEMO_DATA,
        "log_level": "warning",
        "log_format": "console",
        # The audience signs up from one address.
        "sign_ups_per_hour": 1000,
        # What is told of days that are past their time counts nowhere: the rooms of a year ago would stand empty.
        "behaviour_days": 2 * SHOWS * DAYS_BETWEEN,
    }
    unset = {name: value for name, value in quiet.items() if ENV_PREFIX + name.upper() not in os.environ}
    return msgspec.structs.replace(settings, **unset)


def _taken_ports(settings: Settings) -> list[tuple[str, int]]:
    taken = []
    for name in settings.__struct_fields__:
        port = getattr(settings, name)
        if name.endswith("_port") and port and not _is_free(settings.host, port):
            taken.append((ENV_PREFIX + name.upper(), port))
    return taken


def _is_free(host: str, port: int) -> bool:
    try:
        bind_once(host, port)
    except OSError:
        return False
    return True


async def _run_demo(settings: Settings, *, with_show: bool) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    films = settings.data_dir.resolve() / "films"
    if with_show and not films.exists():
        print("  第一次开张，先拍一段片子 · the first time only: making the film that the host will send", flush=True)
    print("  启动数据库、消息和各进程 · starting PostgreSQL, NATS and the platform", flush=True)
    film = asyncio.create_task(asyncio.to_thread(ensure_film, HOSTS[0], films)) if with_show else None
    async with Platform(settings) as platform:
        serving = asyncio.create_task(platform.supervise(stop))
        troupe = Troupe()
        try:
            if film:
                await _unless(stop, _open_show(troupe, film, platform.settings, films))
            if not stop.is_set():
                _print_welcome(platform.settings, with_show=with_show)
            await stop.wait()
            print("\n  打烊了 · stopping everything", flush=True)
        finally:
            stop.set()
            await troupe.stop()
            await serving
    return 0


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but leave off when `stop` is set."""
    task = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        task.result()
    else:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _open_show(troupe: Troupe, film: "asyncio.Task[Path]", settings: Settings, films: Path) -> None:
    address = f"http://127.0.0.1:{settings.http_port}"
    begun_ms = int(time.time() * 1000)
    visitor = Member(address)
    try:
        await visitor.enter(VISITOR.sign_in, PASSWORD, VISITOR.name)
        await visitor.address(REGIONS[0])
        await open_office(address, settings.database_url)
        await film
        for number, host in enumerate(HOSTS):
            await troupe.start(f"host {host.name}", "xiaodian.cli.show.host", address, str(films), str(number))
        await _wait_until_on_air(visitor, begun_ms)
        await troupe.start("audience", "xiaodian.cli.show.audience", address)
        await troupe.start_once("past", "xiaodian.cli.show.past", env=settings.to_env())
    finally:
        await visitor.close()


async def _wait_until_on_air(visitor: Member, begun_ms: int) -> None:
    deadline = time.monotonic() + ON_AIR_TIMEOUT_S
    while time.monotonic() < deadline:
        rooms = (await visitor.call("GET", "/api/rooms", params={"state": "on_air"}))["items"]
        if any((room["started_at_ms"] or 0) >= begun_ms for room in rooms):
            return
        await asyncio.sleep(ON_AIR_CHECK_S)
    print("  ! 主播还没开播 · the host is not on air yet; the lines above may say why", file=sys.stderr)


def _print_welcome(settings: Settings, *, with_show: bool) -> None:
    web = settings.public_url or f"http://localhost:{settings.http_port}"
    lines = ["", "  小店开张了 · Xiaodian is open", "", f"    看直播 watch      {web}"]
    if not settings.public_url and (near := _address_in_lan()) and settings.host == "0.0.0.0":
        lines.append(f"    手机 phone        http://{near}:{settings.http_port}")
    lines.append(f"    后台 console      {web}/console")
    if with_show:
        lines += [
            "",
            f"    观众 viewer       {VISITOR.sign_in}   {PASSWORD}",
            f"    运营 operator     {OPERATOR.sign_in}   {PASSWORD}",
            *(f"    主播 host         {host.sign_in}   {PASSWORD}   {host.name} · {host.shop}" for host in HOSTS),
            *(
                f"    {host.name}在后台会被问要不要上卡片 · in the console {host.name} is asked before a card comes up"
                for host in HOSTS
                if host.surfacing == "suggest"
            ),
        ]
    lines += ["", "  Ctrl-C 全部停止 · stops everything; the data stays in " + str(settings.data_dir), ""]
    print("\n".join(lines), flush=True)


def _address_in_lan() -> str | None:
    """This machine's address as its neighbours see it. Connecting a UDP socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        own = str(probe.getsockname()[0])
    return None if own.startswith("127.") else own
