"""What an HTTP process keeps of live beside its context: the logs it follows and the likes it counts."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from xiaodian.edge.context import Context
from xiaodian.modules.live.caps import CapPerSecond
from xiaodian.modules.live.likes import Likes
from xiaodian.modules.live.room_logs import RoomLogs
from xiaodian.modules.live.wire import MAX_LIKES_AT_ONCE

ROOM_COMMENTS_PER_SECOND = 400
"""More than anybody can read, and no more than viewers' buffers can take: what is above is refused, not thrown away."""


class LiveProcess:
    """One per HTTP process; nothing is opened before it is asked for. `close` it at the end."""

    def __init__(self, ctx: Context) -> None:
        self.logs = RoomLogs(ctx)
        self.likes = Likes(ctx.broker)
        self.likes_cap = CapPerSecond(MAX_LIKES_AT_ONCE)
        self.comments_cap = CapPerSecond(ROOM_COMMENTS_PER_SECOND)

    async def close(self) -> None:
        """Let go of all logs, tell the last likes."""
        await self.likes.close()
        await self.logs.close()


Live = NamedDependency[LiveProcess]
"""How a route asks for it: `live: Live`."""


def provide_live(request: Request[Any, Any, Any]) -> LiveProcess:
    """Dependency `live`."""
    process: LiveProcess = request.app.state.live
    return process
