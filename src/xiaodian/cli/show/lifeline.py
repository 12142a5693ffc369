"""A client process of the demo ends when the demo does, however that happens: the demo holds the other end of stdin."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress


def run_until_told(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `main(stop)`; `stop` is set by a signal or when standard input closes, and then `main` is cancelled."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(main))


async def _run(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    lifeline = asyncio.create_task(reader.read())
    lifeline.add_done_callback(lambda _: stop.set())
    work = asyncio.ensure_future(main(stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
    for task in (work, stopping, lifeline):
        task.cancel()
    results = await asyncio.gather(work, stopping, lifeline, return_exceptions=True)
    if isinstance(results[0], Exception):
        raise results[0]
