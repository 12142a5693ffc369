"""HTTP: the board of a room on air, once or second by second."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from xiaodian.contracts.base import ForbiddenError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.insights import Board
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.modules.insights.service.board_desk import BoardDesk
from xiaodian.modules.insights.service.eyes import Eyes, open_eyes

BOARD = "/api/rooms/{room_id:uuid}/metrics/board"
PROBLEMS = problems(MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError)
COME_AGAIN_MS = 1000
Desk = NamedDependency[BoardDesk]
ShopQuery = Annotated[UUID | None, QueryParameter(name="shop_id")]


def provide_desk(request: Request[Any, Any, Any]) -> BoardDesk:
    """Dependency `desk`."""
    desk: BoardDesk = request.app.state.board_desk
    return desk


DESK = {"desk": Provide(provide_desk, sync_to_thread=False)}


@get(BOARD, opt=access(Access.MEMBER), tags=["insights"], dependencies=DESK, responses=PROBLEMS)
async def read_board(
    ctx: Ctx, caller: SignedIn, desk: Desk, room_id: FromPath[RoomId], shop_id: ShopQuery = None
) -> Board:
    """A room's figures now beside those of the host's rooms before, to its host or to a shop (`shop_id`)."""
    board, _ = await desk.read(await _open(ctx, caller, room_id, shop_id))
    return board


@get(f"{BOARD}/stream", opt=access(Access.MEMBER), tags=["insights"], dependencies=DESK, responses=PROBLEMS)
async def stream_board(
    ctx: Ctx, caller: SignedIn, desk: Desk, room_id: FromPath[RoomId], shop_id: ShopQuery = None
) -> ServerSentEvent:
    """The same as server-sent events, two a second while the room is on air; come again when the stream ends."""
    eyes = await _open(ctx, caller, room_id, shop_id)
    return ServerSentEvent(_messages(desk, eyes), headers={"cache-control": "private, no-store"})


async def _messages(desk: BoardDesk, eyes: Eyes) -> AsyncIterator[ServerSentEventMessage]:
    async for body in desk.follow(eyes):
        yield ServerSentEventMessage(data=body, retry=COME_AGAIN_MS)


async def _open(ctx: Ctx, caller: SignedIn, room_id: RoomId, shop_id: UUID | None) -> Eyes:
    async with ctx.database.connection() as connection:
        return await open_eyes(connection, caller, room_id, None if shop_id is None else ShopId(shop_id))


routes = [read_board, stream_board]
