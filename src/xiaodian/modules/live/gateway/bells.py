"""Bells that viewers hang up: each rings when its account gets a message (see accounts, service/bell.py)."""

from contextlib import suppress

import nats.errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from xiaodian.edge.context import Context
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.live.gateway.viewer import Viewer


class Bells:
    """The viewers of this process, by the key of the bell that they have hung up."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._viewers: dict[bytes, set[Viewer]] = {}
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Listen."""
        subject = self._ctx.broker.subject(accounts.BELL)
        self._subscription = await self._ctx.broker.client.subscribe(subject, cb=self._ring)

    async def close(self) -> None:
        """Listen no more."""
        with suppress(nats.errors.Error):
            if self._subscription and self._ctx.broker.client.is_connected:
                await self._subscription.unsubscribe()

    def hang(self, viewer: Viewer, key: bytes) -> None:
        """A viewer has one bell; another one takes its place."""
        self.take_down(viewer)
        viewer.bell = key
        self._viewers.setdefault(key, set()).add(viewer)

    def take_down(self, viewer: Viewer) -> None:
        """The viewer is gone."""
        if viewer.bell is not None and (others := self._viewers.get(viewer.bell)) is not None:
            others.discard(viewer)
            if not others:
                del self._viewers[viewer.bell]
        viewer.bell = None

    async def _ring(self, message: Msg) -> None:
        size = accounts.BELL_KEY_BYTES
        for start in range(0, len(message.data), size):
            for viewer in self._viewers.get(message.data[start : start + size], ()):
                viewer.ring()
