"""The demo's client processes: started together, started again when one ends, none left over."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress

STOP_TIMEOUT_S = 5.0
PAUSE_S = 2.0


class Troupe:
    """Processes by name. Each has our pipe as standard input and a process group of its own, with its ffmpeg in it."""

    def __init__(self) -> None:
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self, name: str, *command: str) -> None:
        """Start a module of ours with arguments, and keep it running until `stop`."""
        await self._spawn(name, command)
        self._keepers.append(asyncio.create_task(self._keep(name, command)))

    async def start_once(self, name: str, *command: str, env: Mapping[str, str]) -> None:
        """Start a module of ours that does its work and ends, with settings of its own."""
        await self._spawn(name, command, env)
        self._keepers.append(asyncio.create_task(self._see_off(name)))

    async def stop(self) -> None:
        """Let all end by themselves, and end by force what does not."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(self._end(process) for process in self._processes.values()))

    async def _spawn(self, name: str, command: tuple[str, ...], env: Mapping[str, str] | None = None) -> None:
        self._processes[name] = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *command),
            stdin=asyncio.subprocess.PIPE,
            env={**os.environ, **env} if env else None,
            start_new_session=True,
        )

    async def _keep(self, name: str, command: tuple[str, ...]) -> None:
        while True:
            process = self._processes[name]
            code = await process.wait()
            _kill_group(process.pid)
            print(f"  {name}: ended with {code}, starts again", file=sys.stderr)
            await asyncio.sleep(PAUSE_S)
            await self._spawn(name, command)

    async def _see_off(self, name: str) -> None:
        if code := await self._processes[name].wait():
            print(f"  {name}: ended with {code}", file=sys.stderr)
        # Its number may soon be another's.
        del self._processes[name]

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin:
            process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
        _kill_group(process.pid)
        await process.wait()


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
