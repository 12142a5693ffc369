"""A receiver of webhooks that answers as it is told, and remembers what it got."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Self

import msgspec
from aiohttp import web
from standardwebhooks import Webhook

Answer = Callable[["Received"], web.StreamResponse]


class Got(msgspec.Struct):
    """What every message has."""

    id: str
    type: str
    sequence: int
    subject: dict[str, str]
    data: dict[str, object]


class Received(NamedTuple):
    """One call."""

    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> Got:
        """What it says."""
        return msgspec.json.decode(self.body, type=Got)


def ok(_: Received) -> web.StreamResponse:
    """The answer of who is content."""
    return web.Response(text="thanks")


class Receiver:
    """Listens on a free port; `answer` may be changed while it runs."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Answer = ok
        self.delay: asyncio.Event | None = None
        """If set, calls are answered only once it is."""
        self.open = 0
        self.most_open = 0
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.delay:
            self.delay.set()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def _take(self, request: web.Request) -> web.StreamResponse:
        received = Received({name.lower(): value for name, value in request.headers.items()}, await request.read())
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        await self._tell()
        try:
            if self.delay:
                await self.delay.wait()
            self.received.append(received)
            return self.answer(received)
        finally:
            self.open -= 1
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Until something is so, looked at whenever a call comes or is answered."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(is_so)

    @property
    def messages(self) -> list[Got]:
        """What the calls said."""
        return [received.message for received in self.received]

    @property
    def types(self) -> list[str]:
        """Of which types they were."""
        return [message.type for message in self.messages]

    def verify_all(self, secret: str) -> None:
        """Let the specification's own library look at every call."""
        for received in self.received:
            Webhook(secret).verify(received.body, received.headers)
