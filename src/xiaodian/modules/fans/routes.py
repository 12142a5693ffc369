"""HTTP: a shop's fans, segments and repurchase."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, Parameter, QueryParameter

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.fans import FanCard, SegmentCode
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor
from xiaodian.modules.fans import creator_routes, prediction_routes, queries, segment_routes, wire
from xiaodian.modules.fans.all_fans import FanSort
from xiaodian.modules.fans.service import (
    annotate_fan,
    list_all_fans,
    list_fans,
    see_arrivals,
    see_fan,
    see_repurchase,
    thresholds,
)
from xiaodian.modules.fans.service.count_purchases import day_of_books
from xiaodian.modules.fans.service.find_named import MOST_NAME_CHARS
from xiaodian.modules.fans.service.list_returns import list_returns
from xiaodian.modules.fans.service.questions import heavy_questions
from xiaodian.modules.fans.service.see_goods import see_goods
from xiaodian.modules.fans.service.see_segments import see_segments
from xiaodian.modules.fans.wire_goods import FanGoods
from xiaodian.modules.shops import api as shops

TAGS = ["fans"]
SHOP = "/api/shops/{shop_id:uuid}"
FAN = f"{SHOP}/fans/{{account_id:uuid}}"
READS = problems(UnauthenticatedError, ForbiddenError, NotFoundError)
ASKS = problems(MalformedRequestError, InvalidInputError, UnauthenticatedError, ForbiddenError, NotFoundError)
Limit = Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)]
NamePart = Annotated[str, Parameter(max_length=MOST_NAME_CHARS)]
First = Annotated[str, QueryParameter(name="from")]
Last = Annotated[str, QueryParameter(name="to")]
LastDays = Annotated[int | None, Parameter(ge=1, le=see_repurchase.MOST_DAYS)]


class BringerKind(StrEnum):
    """By what an order was made, or what was in it."""

    PRODUCT = "product"
    ROOM = "room"
    VIDEO = "video"
    SOURCE = "source"


@get(f"{SHOP}/fans", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=ASKS)
async def list_fans_of_shop(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    segment: FromQuery[SegmentCode],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[FanCard]:
    """Fans of a ready segment, who spent most first."""
    async with ctx.database.connection() as connection:
        return await list_fans.list_fans(connection, caller, shop_id, segment, cursor=cursor, limit=limit)


@get(f"{SHOP}/fans/all", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=ASKS)
async def list_all_fans_of_shop(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    sort: FromQuery[FanSort] = FanSort.LAST_PURCHASE,
    name: NamePart = "",
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Page[FanCard]:
    """All fans in an order, those with this part in their name; a page may be short though there are more."""
    async with ctx.database.connection() as connection:
        return await list_all_fans.list_all_fans(
            connection, caller, shop_id, sort=sort, name=name.strip(), cursor=cursor, limit=limit
        )


@get(f"{SHOP}/fans/arrivals", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=ASKS)
async def list_fan_arrivals(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], room_id: FromQuery[RoomId]
) -> wire.FanArrivals:
    """Fans with purchases who have come into the shop's room within two minutes, for who runs it."""
    return await see_arrivals.see_arrivals(ctx, caller, shop_id, room_id)


@get(FAN, opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=READS)
async def read_fan(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], account_id: FromPath[AccountId]
) -> wire.FanPage:
    """What the shop knows of a fan's dealings with it; looking is noted in the shop's log."""
    return await see_fan.see_fan(ctx, caller, shop_id, account_id)


@get(f"{FAN}/goods", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=READS)
async def read_fan_goods(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], account_id: FromPath[AccountId]
) -> FanGoods:
    """What a fan bought most, and what was in each of the orders on the fan's page; a look at it is one at the fan."""
    return await see_goods(ctx, caller, shop_id, account_id)


@post(f"{FAN}/notes", opt=access(Access.MEMBER, Scope.FANS_WRITE), tags=TAGS, responses=ASKS)
async def add_fan_note(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    account_id: FromPath[AccountId],
    data: JSONBody[wire.FanNoteInput],
) -> list[wire.FanNote]:
    """Write something down about a fan; answers all notes, the newest first."""
    return await annotate_fan.add_note(ctx.database, caller, shop_id, account_id, data.text)


@put(f"{FAN}/tags", opt=access(Access.MEMBER, Scope.FANS_WRITE), tags=TAGS, responses=ASKS)
async def set_fan_tags(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    account_id: FromPath[AccountId],
    data: JSONBody[wire.FanTagsInput],
) -> list[str]:
    """The fan has these tags from now on."""
    return await annotate_fan.set_tags(ctx.database, caller, shop_id, account_id, data.tags)


@get(f"{SHOP}/segments", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=READS)
async def list_segments(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> wire.SegmentList:
    """The ready segments with how many fans are in each, and the shop's own as they were counted last."""
    return await see_segments(ctx, caller, shop_id)


@get(f"{SHOP}/fan-thresholds", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=READS)
async def read_thresholds(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> wire.ThresholdsView:
    """What tells the shop's segments apart."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        return await queries.get_thresholds(connection, shop_id)


@put(f"{SHOP}/fan-thresholds", opt=access(Access.MEMBER, Scope.FANS_WRITE), tags=TAGS, responses=ASKS)
async def set_thresholds(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], data: JSONBody[wire.ThresholdsInput]
) -> wire.ThresholdsView:
    """Sort fans by these from now on; a million fans take some minutes (`is_applied`)."""
    return await thresholds.set_thresholds(ctx.database, caller, shop_id, data)


@get(f"{SHOP}/repurchase", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=ASKS)
async def read_repurchase(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    days: LastDays = None,
    first: Annotated[str | None, QueryParameter(name="from")] = None,
    last: Annotated[str | None, QueryParameter(name="to")] = None,
    compare_from: FromQuery[str | None] = None,
    compare_to: FromQuery[str | None] = None,
) -> wire.RepurchaseReport:
    """What became of those who first bought in these days; beside it the same of another period.

    `days`: the last so many of the books up to today, and as many before them; else from and to.
    """
    today = day_of_books(utc_now(), ctx.settings.books_utc_offset_h)
    if days is not None:
        period = see_repurchase.last_days(today, days)
        other: tuple[date, date] | None = see_repurchase.days_before(period)
    else:
        period = see_repurchase.parse_period(first or "", last or "")
        other = see_repurchase.parse_period(compare_from, compare_to or "") if compare_from else None
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        questions = heavy_questions(ctx.settings, connection)
        return wire.RepurchaseReport(
            today=today.isoformat(),
            period=await questions.see_repurchase(shop_id, period, today),
            compared=await questions.see_repurchase(shop_id, other, today) if other else None,
        )


@get(f"{SHOP}/repurchase/returns", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=ASKS)
async def list_returns_of_fans(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    first: First,
    last: Last,
    within: FromQuery[int],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> wire.Returns:
    """The orders behind a repurchase rate: with which who first bought in these days came back (`orders:read` too)."""
    period = see_repurchase.parse_period(first, last)
    before = decode_cursor(cursor) if cursor else None
    return await list_returns(ctx, caller, shop_id, period, within, before=before, limit=limit)


@get(f"{SHOP}/cohorts", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=READS)
async def read_cohorts(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId]) -> wire.CohortList:
    """The triangle of months of first purchase, of the last three years."""
    today = day_of_books(utc_now(), ctx.settings.books_utc_offset_h)
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        items = await heavy_questions(ctx.settings, connection).list_cohorts(shop_id, today)
        return wire.CohortList(items=items)


@get(f"{SHOP}/repurchase/by/{{kind:str}}", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=ASKS)
async def read_bringers(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], kind: FromPath[BringerKind], first: First, last: Last
) -> wire.BringerList:
    """Which products, rooms, videos or sources bring people back, in the months of these days."""
    today = day_of_books(utc_now(), ctx.settings.books_utc_offset_h)
    period = see_repurchase.parse_period(first, last)
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        return wire.BringerList(items=await see_repurchase.list_bringers(connection, shop_id, kind, period, today))


routes = [
    list_fans_of_shop,
    list_all_fans_of_shop,
    list_fan_arrivals,
    read_fan,
    read_fan_goods,
    add_fan_note,
    set_fan_tags,
    list_segments,
    read_thresholds,
    set_thresholds,
    read_repurchase,
    list_returns_of_fans,
    read_cohorts,
    read_bringers,
    *creator_routes.routes,
    *prediction_routes.routes,
    *segment_routes.routes,
]
