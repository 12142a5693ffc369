"""Routes of sandbox shops: the developer's, and those that programs call in them."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import JSONBody
from msgspec import Meta

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import Contract, ForbiddenError, Input, InvalidInputError, NotFoundError
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import SandboxShopError, Shop, ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.apps.service import sandbox
from xiaodian.modules.apps.service.sandbox import MOST_ADVANCE_S, MOST_LINES, SandboxLine

TAGS = ["sandbox"]
OPEN = access(Access.MEMBER, Scope.ORDERS_WRITE)
OPEN_PROBLEMS = problems(ForbiddenError, InvalidInputError, NotFoundError, SandboxShopError)


class SandboxAnswer(Contract, frozen=True, kw_only=True):
    """The developer's sandbox shop; null if there is none yet."""

    shop: Shop | None


class Advance(Input, frozen=True, kw_only=True):
    """How much time shall have passed."""

    advance_s: Annotated[int, Meta(ge=1, le=MOST_ADVANCE_S)]


class Advanced(Contract, frozen=True, kw_only=True):
    """How much has."""

    advanced_s: int


class SandboxOrder(Input, frozen=True, kw_only=True):
    """What somebody made up buys."""

    lines: Annotated[list[SandboxLine], Meta(min_length=1, max_length=MOST_LINES)]
    is_paid: bool = True


class SandboxOrderAnswer(Contract, frozen=True, kw_only=True):
    """The order that was placed."""

    order_id: OrderId


@get("/api/me/sandbox-shop", opt=access(Access.MEMBER), tags=TAGS)
async def get_my_sandbox(ctx: Ctx, caller: SignedIn) -> SandboxAnswer:
    """My shop for trying programs, if I have one."""
    async with ctx.database.connection() as connection:
        return SandboxAnswer(shop=await sandbox.find_sandbox_of(connection, caller.account_id))


@post("/api/me/sandbox-shop", opt=access(Access.MEMBER), tags=TAGS)
async def open_my_sandbox(ctx: Ctx, caller: SignedIn) -> SandboxAnswer:
    """Make my shop for trying programs; the one I have if I have one."""
    async with ctx.database.connection() as connection:
        developer = await accounts.get_account(connection, caller.account_id)
    return SandboxAnswer(shop=await sandbox.open_sandbox(ctx, developer))


@post("/open/v1/sandbox/time", opt=OPEN, tags=TAGS, status_code=200, responses=OPEN_PROBLEMS)
async def advance_time(ctx: Ctx, caller: SignedIn, data: JSONBody[Advance]) -> Advanced:
    """Let time pass in a sandbox shop; what waits for it has happened when this answers."""
    await sandbox.advance_time(ctx, caller, _shop_of(caller.shop_id), timedelta(seconds=data.advance_s))
    return Advanced(advanced_s=data.advance_s)


@post("/open/v1/sandbox/orders", opt=OPEN, tags=TAGS, responses=OPEN_PROBLEMS)
async def place_order(
    request: Request[Any, Any, Any], ctx: Ctx, caller: SignedIn, data: JSONBody[SandboxOrder]
) -> SandboxOrderAnswer:
    """Have somebody made up order in a sandbox shop, and pay."""
    order_id = await sandbox.place_sandbox_order(
        ctx,
        request.app.state.order_desk,
        caller,
        _shop_of(caller.shop_id),
        data.lines,
        is_paid=data.is_paid,
    )
    return SandboxOrderAnswer(order_id=order_id)


def _shop_of(shop_id: UUID | None) -> ShopId:
    """The shop that the token is bound to; sessions have none and use the console."""
    if shop_id is None:
        raise ForbiddenError
    return ShopId(shop_id)


routes = [get_my_sandbox, open_my_sandbox, advance_time, place_order]
