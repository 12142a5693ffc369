"""HTTP: what creators get for selling a shop's goods."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.orders import IllegalMoveError
from xiaodian.contracts.promotion import CommissionExistsError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.promotion import commission_queries as queries
from xiaodian.modules.promotion.models import Commission
from xiaodian.modules.promotion.rules import CommissionDeed
from xiaodian.modules.promotion.service import bulk_commissions
from xiaodian.modules.promotion.service import commissions as service
from xiaodian.modules.promotion.service.bulk_commissions import BulkCommission, BulkCommissionResult
from xiaodian.modules.promotion.service.commissions import NewAgreement, RateInput
from xiaodian.modules.promotion.views import show_commissions, show_market
from xiaodian.modules.promotion.wire import CommissionView, MarketItem
from xiaodian.modules.shops import api as shops

TAGS = ["commissions"]
MEMBER = access(Access.MEMBER)
MAX_TITLE = 100
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
Search = Annotated[str | None, QueryParameter(max_length=MAX_TITLE)]
WRITE_PROBLEMS = (MalformedRequestError, InvalidInputError, NotFoundError, UnauthenticatedError)
MOVE_PROBLEMS = (NotFoundError, UnauthenticatedError, IllegalMoveError)
LIST_PROBLEMS = (MalformedRequestError, InvalidInputError, UnauthenticatedError)


@put("/api/products/{product_id:uuid}/commission", opt=MEMBER, tags=TAGS, responses=problems(*WRITE_PROBLEMS))
async def set_public_commission(
    ctx: Ctx, caller: SignedIn, product_id: FromPath[UUID], data: JSONBody[RateInput]
) -> CommissionView:
    """Let every creator sell a product for this (shop staff)."""
    commission = await service.set_public_commission(ctx.database, caller, ProductId(product_id), data.rate_bp)
    return await _show(ctx, commission)


@post(
    "/api/shops/{shop_id:uuid}/product-commissions",
    opt=MEMBER,
    tags=TAGS,
    status_code=200,
    responses=problems(*WRITE_PROBLEMS, ForbiddenError),
)
async def set_commissions(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[BulkCommission]
) -> BulkCommissionResult:
    """Let every creator sell up to 500 products for this, or (null) none of them any more (shop staff)."""
    result = await bulk_commissions.set_commissions(ctx.database, caller, ShopId(shop_id), data)
    await ctx.broker.poke(POKE)
    return result


@delete(
    "/api/products/{product_id:uuid}/commission",
    opt=MEMBER,
    tags=TAGS,
    responses=problems(NotFoundError, UnauthenticatedError),
)
async def end_public_commission(ctx: Ctx, caller: SignedIn, product_id: FromPath[UUID]) -> None:
    """Let only those agreed with sell a product (shop staff)."""
    await service.end_public_commission(ctx.database, caller, ProductId(product_id))
    await ctx.broker.poke(POKE)


@post(
    "/api/shops/{shop_id:uuid}/commission-agreements",
    opt=MEMBER,
    tags=TAGS,
    responses=problems(*WRITE_PROBLEMS, CommissionExistsError),
)
async def propose_commission(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[NewAgreement]
) -> CommissionView:
    """Propose a commission to a creator (shop staff)."""
    return await _show(ctx, await service.propose_commission(ctx.database, caller, ShopId(shop_id), data))


@get("/api/shops/{shop_id:uuid}/commissions", opt=MEMBER, tags=TAGS, responses=problems(*LIST_PROBLEMS, NotFoundError))
async def list_commissions(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[CommissionView]:
    """A shop's commissions, public and agreed, the newest first (shop staff)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.PROMOTION_READ)
        found = await queries.list_commissions_of_shop(connection, ShopId(shop_id), before=before, limit=limit + 1)
        return await _show_page(connection, found, limit)


@get("/api/me/commission-agreements", opt=MEMBER, tags=TAGS, responses=problems(*LIST_PROBLEMS))
async def list_agreements(
    ctx: Ctx, caller: SignedIn, cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[CommissionView]:
    """What shops proposed to the caller, the newest first."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        found = await queries.list_agreements_of(connection, caller.account_id, before=before, limit=limit + 1)
        return await _show_page(connection, found, limit)


@post(
    "/api/commission-agreements/{commission_id:uuid}/acceptance",
    opt=MEMBER,
    status_code=200,
    tags=TAGS,
    responses=problems(*MOVE_PROBLEMS),
)
async def accept_commission(ctx: Ctx, caller: SignedIn, commission_id: FromPath[UUID]) -> CommissionView:
    """Agree to what a shop proposed (the creator)."""
    return await _move(ctx, caller, commission_id, CommissionDeed.ACCEPT)


@post(
    "/api/commission-agreements/{commission_id:uuid}/refusal",
    opt=MEMBER,
    status_code=200,
    tags=TAGS,
    responses=problems(*MOVE_PROBLEMS),
)
async def refuse_commission(ctx: Ctx, caller: SignedIn, commission_id: FromPath[UUID]) -> CommissionView:
    """Refuse what a shop proposed (the creator)."""
    return await _move(ctx, caller, commission_id, CommissionDeed.REFUSE)


@delete("/api/commission-agreements/{commission_id:uuid}", opt=MEMBER, tags=TAGS, responses=problems(*MOVE_PROBLEMS))
async def end_agreement(ctx: Ctx, caller: SignedIn, commission_id: FromPath[UUID]) -> None:
    """Take a proposal back, or end an agreement (shop staff, or the creator)."""
    await _move(ctx, caller, commission_id, CommissionDeed.END)


@get("/api/commission-market", opt=MEMBER, tags=TAGS, responses=problems(*LIST_PROBLEMS))
async def list_market(
    ctx: Ctx, caller: SignedIn, q: Search = None, cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[MarketItem]:
    """What every creator may sell for a commission, the newest first; `q` is a part of the title."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        return await show_market(connection, q.strip() or None if q else None, before=before, limit=limit)


async def _move(ctx: Ctx, caller: SignedIn, commission_id: UUID, deed: CommissionDeed) -> CommissionView:
    commission = await service.move_agreement(ctx.database, caller, commission_id, deed)
    await ctx.broker.poke(POKE)
    return await _show(ctx, commission)


async def _show(ctx: Ctx, commission: Commission) -> CommissionView:
    async with ctx.database.connection() as connection:
        return (await show_commissions(connection, [commission]))[0]


async def _show_page(connection: Connection, found: Sequence[Commission], limit: int) -> Page[CommissionView]:
    items = await show_commissions(connection, found[:limit])
    next_cursor = encode_cursor(items[-1].commission_id) if len(found) > limit else None
    return Page(items=items, next_cursor=next_cursor)


routes = [
    set_public_commission,
    set_commissions,
    end_public_commission,
    propose_commission,
    list_commissions,
    list_agreements,
    accept_commission,
    refuse_commission,
    end_agreement,
    list_market,
]
