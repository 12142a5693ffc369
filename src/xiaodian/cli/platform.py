"""The whole platform on one machine: engines, schema, and one child process each, supervised."""

import asyncio
import os
import sys
from contextlib import suppress
from types import TracebackType

import msgspec

from xiaodian.infra.embedded.engines import EmbeddedEngines, start_engines
from xiaodian.infra.logging import get_logger
from xiaodian.infra.migrations import upgrade_database
from xiaodian.infra.parents import LIFELINE_ENV
from xiaodian.infra.ports import find_free_ports
from xiaodian.settings import Settings

PROCESSES = ("http", "gateway", "ingest", "worker")
LISTENER = "listener"
"""Only where the settings name an engine of speech recognition. It has no port; nobody waits for it."""
READY_TIMEOUT_S = 60.0
READY_CHECK_S = 0.02
STOP_TIMEOUT_S = 10.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0

log = get_logger(__name__)


class PlatformNotStartedError(RuntimeError):
    """A process ended or did not listen in time; the message names it."""


class Platform:
    """Starts everything on entry, stops everything on exit. Ports of 0 in the settings are chosen freely.

    Each child holds the reading end of a pipe from us as its standard input and stops when that closes, so that
    nothing is left over even if we are killed.
    """

    def __init__(self, settings: Settings, processes: tuple[str, ...] = PROCESSES) -> None:
        self.settings = _with_free_ports(settings)
        self._names = processes + ((LISTENER,) if settings.speech_engine else ())
        self._engines: EmbeddedEngines | None = None
        self.children: dict[str, asyncio.subprocess.Process] = {}

    async def __aenter__(self) -> "Platform":
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def supervise(self, stop: asyncio.Event) -> None:
        """Start again what ends by itself, with growing pauses, until `stop` is set."""
        watchers = [asyncio.create_task(self._watch(name)) for name in self._names]
        await stop.wait()
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)

    async def _start(self) -> None:
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._engines = await asyncio.to_thread(start_engines, self.settings)
        if self._engines:
            self.settings = msgspec.structs.replace(
                self.settings,
                database_url=self.settings.database_url or self._engines.database_url,
                nats_url=self.settings.nats_url or self._engines.nats_url,
            )
        await asyncio.to_thread(upgrade_database, self.settings.database_url)
        for name in self._names:
            await self._spawn(name)
        await asyncio.gather(*(self._wait_until_ready(name) for name in self._names if name != LISTENER))

    async def _spawn(self, name: str) -> None:
        self.children[name] = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "xiaodian", "serve", name),
            stdin=asyncio.subprocess.PIPE,
            env={**os.environ, **self.settings.to_env(), LIFELINE_ENV: "1"},
            start_new_session=True,
        )

    async def _wait_until_ready(self, name: str) -> None:
        port = self.port_of(name)
        host = "127.0.0.1" if self.settings.host in ("0.0.0.0", "") else self.settings.host
        deadline = asyncio.get_running_loop().time() + READY_TIMEOUT_S
        while asyncio.get_running_loop().time() < deadline:
            if self.children[name].returncode is not None:
                raise PlatformNotStartedError(f"the process {name} ended at once; its output says why")
            with suppress(OSError):
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
                return
            # A listening socket is the only sign of readiness that works for every process and platform.
            await asyncio.sleep(READY_CHECK_S)
        raise PlatformNotStartedError(f"the process {name} did not listen on port {port} in time")

    def port_of(self, name: str) -> int:
        """The port whose listening shows that the process is ready."""
        return {
            "http": self.settings.http_port,
            "gateway": self.settings.gateway_port,
            "ingest": self.settings.rtmp_port,
            "worker": self.settings.worker_port,
        }[name]

    async def _watch(self, name: str) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            started = asyncio.get_running_loop().time()
            code = await self.children[name].wait()
            if asyncio.get_running_loop().time() - started > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            log.error("process_ended", name=name, code=code, restart_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            await self._spawn(name)

    async def _stop(self) -> None:
        await asyncio.gather(*(self._stop_child(child) for child in self.children.values()))
        if self._engines:
            await asyncio.to_thread(self._engines.stop)

    async def _stop_child(self, child: asyncio.subprocess.Process) -> None:
        if child.stdin:
            child.stdin.close()
        try:
            await asyncio.wait_for(child.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            child.kill()
            await child.wait()


def _with_free_ports(settings: Settings) -> Settings:
    names = [name for name in settings.__struct_fields__ if name.endswith("_port") and getattr(settings, name) == 0]
    return msgspec.structs.replace(settings, **dict(zip(names, find_free_ports(len(names)), strict=True)))
