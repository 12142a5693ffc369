"""HTTP: the report of a room that is over."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import ForbiddenError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.reports import Report, RoomNotOverError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.service.eyes import open_eyes
from xiaodian.modules.insights.service.see_report import get_report

REPORT = "/api/rooms/{room_id:uuid}/report"
PROBLEMS = problems(MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError, RoomNotOverError)
ShopQuery = Annotated[UUID | None, QueryParameter(name="shop_id")]


@get(REPORT, opt=access(Access.MEMBER), tags=["insights"], responses=PROBLEMS)
async def read_report(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], shop_id: ShopQuery = None) -> Report:
    """What a room came to beside the host's rooms before: all of it to its host, to a shop (`shop_id`) what it sold."""
    return await _read(ctx, caller, room_id, shop_id)


async def _read(ctx: Context, caller: Caller, room_id: RoomId, shop_id: UUID | None) -> Report:
    async with ctx.database.connection() as connection:
        eyes = await open_eyes(connection, caller, room_id, None if shop_id is None else ShopId(shop_id))
        return await get_report(connection, eyes, utc_now())


routes = [read_report]
