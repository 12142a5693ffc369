"""HTTP: the desk at which a shop's staff find orders, and write on them."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError
from xiaodian.contracts.orders import IllegalMoveError, OrderId, OrderState
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.messages import language_of
from xiaodian.edge.problems import problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.orders.desk_wire import (
    ChangeAnswerInput,
    FilterInput,
    FilterList,
    NewAddressInput,
    NoteInput,
    OrderCounts,
    PrintInput,
    SavedFilterView,
    TagList,
    TagsInput,
    to_filter_view,
)
from xiaodian.modules.orders.models import SavedFilter
from xiaodian.modules.orders.order_filter import (
    LAST_MS,
    LAST_OF_FILM_MS,
    MAX_MINOR,
    MONTH,
    MOST_IDS,
    MOST_ONE_IN,
    OrderFilter,
    OrderSort,
    SoldFrom,
)
from xiaodian.modules.orders.service import annotate_order, change_address, desk_list, saved_filters
from xiaodian.modules.orders.service.print_orders import print_for_shop
from xiaodian.modules.orders.shop_queries import MOST_COUNTED
from xiaodian.modules.orders.wire import OrderView, to_view_of

TAGS = ["orders"]
SHOP = "/api/shops/{shop_id:uuid}"
ORDER = "/api/orders/{order_id:uuid}"
MEMBER = access(Access.MEMBER)
READ_PROBLEMS = problems(ForbiddenError, InvalidInputError, NotFoundError)
MOVE_PROBLEMS = problems(ForbiddenError, IllegalMoveError, InvalidInputError, NotFoundError)

_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*\Z"
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
Moment = Annotated[int | None, QueryParameter(ge=0, le=LAST_MS)]
Amount = Annotated[int | None, QueryParameter(ge=0, le=MAX_MINOR)]
FilmMoment = Annotated[int | None, QueryParameter(ge=0, le=LAST_OF_FILM_MS)]
InState = Annotated[OrderState | None, QueryParameter(name="state")]


def provide_as_counted(
    order_ids: Annotated[list[UUID] | None, QueryParameter(max_items=MOST_IDS)] = None,
    buyer_id: FromQuery[UUID | None] = None,
    paid_from: FromQuery[date | None] = None,
    paid_to: FromQuery[date | None] = None,
    paid_from_ms: Moment = None,
    paid_to_ms: Moment = None,
    paid: FromQuery[bool] = False,
    purchase: FromQuery[bool] = False,
    not_cancelled: FromQuery[bool] = False,
    first: FromQuery[bool] = False,
    first_month: Annotated[str | None, QueryParameter(pattern=MONTH)] = None,
    first_from: FromQuery[date | None] = None,
    first_to: FromQuery[date | None] = None,
    again: FromQuery[bool] = False,
    bought_from: FromQuery[date | None] = None,
    bought_to: FromQuery[date | None] = None,
    one_in: Annotated[int, QueryParameter(ge=1, le=MOST_ONE_IN)] = 1,
    refunded_from: FromQuery[date | None] = None,
    refunded_to: FromQuery[date | None] = None,
) -> OrderFilter:
    """Dependency `as_counted`: whose orders, paid and given back when, as figures count them."""
    return OrderFilter(
        order_ids=tuple(order_ids or ()),
        buyer_id=buyer_id,
        paid_from=paid_from,
        paid_to=paid_to,
        paid_from_ms=paid_from_ms,
        paid_to_ms=paid_to_ms,
        paid=paid,
        purchase=purchase,
        not_cancelled=not_cancelled,
        first=first,
        first_month=first_month,
        first_from=first_from,
        first_to=first_to,
        again=again,
        bought_from=bought_from,
        bought_to=bought_to,
        one_in=one_in,
        refunded_from=refunded_from,
        refunded_to=refunded_to,
    )


def provide_as_sold(
    as_counted: NamedDependency[OrderFilter],
    source: FromQuery[SoldFrom | None] = None,
    video_id: FromQuery[UUID | None] = None,
    sold_in_room_id: FromQuery[UUID | None] = None,
    sold_in_video_id: FromQuery[UUID | None] = None,
    video_from_ms: FilmMoment = None,
    video_to_ms: FilmMoment = None,
    flash_sale_id: FromQuery[UUID | None] = None,
    coupon_id: FromQuery[UUID | None] = None,
    category: Annotated[str, QueryParameter(max_length=64, pattern=_NO_CONTROLS)] = "",
) -> OrderFilter:
    """Dependency `as_sold`: where it was bought, and how."""
    return msgspec.structs.replace(
        as_counted,
        source=source,
        video_id=video_id,
        sold_in_room_id=sold_in_room_id,
        sold_in_video_id=sold_in_video_id,
        video_from_ms=video_from_ms,
        video_to_ms=video_to_ms,
        flash_sale_id=flash_sale_id,
        coupon_id=coupon_id,
        category=category,
    )


def provide_filter(
    as_sold: NamedDependency[OrderFilter],
    q: Annotated[str, QueryParameter(max_length=100, pattern=_NO_CONTROLS)] = "",
    in_state: InState = None,
    from_ms: Moment = None,
    to_ms: Moment = None,
    room_id: FromQuery[UUID | None] = None,
    product_id: FromQuery[UUID | None] = None,
    creator_id: FromQuery[UUID | None] = None,
    carrier: Annotated[str, QueryParameter(max_length=40, pattern=_NO_CONTROLS)] = "",
    tag: Annotated[str, QueryParameter(max_length=20, pattern=_NO_CONTROLS)] = "",
    after_sale: FromQuery[bool | None] = None,
    held: FromQuery[bool] = False,
    late: FromQuery[bool] = False,
    min_minor: Amount = None,
    max_minor: Amount = None,
    sort: FromQuery[OrderSort] = OrderSort.NEWEST,
) -> OrderFilter:
    """Dependency `wanted`: the filter as the address says it."""
    return msgspec.structs.replace(
        as_sold,
        q=q,
        state=in_state,
        from_ms=from_ms,
        to_ms=to_ms,
        room_id=room_id,
        product_id=product_id,
        creator_id=creator_id,
        carrier=carrier,
        tag=tag,
        after_sale=after_sale,
        held=held,
        late=late,
        min_minor=min_minor,
        max_minor=max_minor,
        sort=sort,
    )


Wanted = NamedDependency[OrderFilter]
FILTER = {
    "as_counted": Provide(provide_as_counted, sync_to_thread=False),
    "as_sold": Provide(provide_as_sold, sync_to_thread=False),
    "wanted": Provide(provide_filter, sync_to_thread=False),
}


@get(f"{SHOP}/orders", opt=MEMBER, tags=TAGS, dependencies=FILTER, responses=READ_PROBLEMS)
async def list_shop_orders(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    wanted: Wanted,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
) -> Page[OrderView]:
    """What was ordered from a shop, for its staff; all that is asked must hold.

    `q` is anything printed on a parcel: a number of the order, the parcel or the phone (whole, or its last four
    digits), words of name, address, goods or note.
    """
    page = await desk_list.list_orders_for_shop(ctx, caller, ShopId(shop_id), wanted, cursor, limit)
    return Page(items=[to_view_of(seen) for seen in page.items], next_cursor=page.next_cursor)


@get(f"{SHOP}/orders/counts", opt=MEMBER, tags=TAGS, dependencies=FILTER, responses=READ_PROBLEMS)
async def count_shop_orders(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], wanted: Wanted) -> OrderCounts:
    """How many orders the filter (whatever state it names) finds in each state, counted no further than `most`."""
    counts = await desk_list.count_orders_for_shop(ctx, caller, ShopId(shop_id), wanted)
    return OrderCounts(counts=counts, most=MOST_COUNTED)


@get(f"{SHOP}/order-tags", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def list_shop_tags(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> TagList:
    """The tags that stand on orders of the shop."""
    return TagList(items=await annotate_order.list_tags(ctx.database, caller, ShopId(shop_id)))


@get(f"{SHOP}/order-filters", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def list_shop_filters(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> FilterList:
    """Filters that I keep, and those that others share with the shop."""
    found = await saved_filters.list_filters(ctx.database, caller, ShopId(shop_id))
    return FilterList(items=[_to_view(one, caller.account_id) for one in found])


@post(f"{SHOP}/order-filters", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def save_shop_filter(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[FilterInput]
) -> SavedFilterView:
    """Keep a filter under a name; my filter of the same name gives way to it."""
    saved = await saved_filters.save_filter(
        ctx.database, caller, ShopId(shop_id), data.name, data.filter, is_shared=data.is_shared
    )
    return _to_view(saved, caller.account_id)


@delete(f"{SHOP}/order-filters/{{filter_id:uuid}}", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def delete_shop_filter(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], filter_id: FromPath[UUID]) -> None:
    """Let a filter of mine go."""
    await saved_filters.delete_filter(ctx.database, caller, ShopId(shop_id), filter_id)


@post(
    f"{SHOP}/order-prints",
    opt=MEMBER,
    tags=TAGS,
    status_code=200,
    responses=READ_PROBLEMS,
    media_type="application/pdf",
)
async def print_shop_orders(
    request: Request[Any, Any, Any],
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    data: JSONBody[PrintInput],
) -> Response[bytes]:
    """Labels of 100 by 180 mm, or packing slips (A4), as one PDF. Who printed what is written down."""
    language = language_of(request)
    content = await print_for_shop(ctx, caller, ShopId(shop_id), data.kind, data.order_ids, language)
    headers = {"content-disposition": f'inline; filename="{data.kind}s.pdf"', "cache-control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


@post(f"{ORDER}/notes", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def add_order_note(ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID], data: JSONBody[NoteInput]) -> OrderView:
    """Write a note that only the shop's staff see."""
    return to_view_of(await annotate_order.add_note(ctx.database, caller, OrderId(order_id), data.text))


@put(f"{ORDER}/tags", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def set_order_tags(ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID], data: JSONBody[TagsInput]) -> OrderView:
    """Say which tags the order has; only the shop's staff see them."""
    return to_view_of(await annotate_order.set_tags(ctx.database, caller, OrderId(order_id), data.tags))


@put(f"{ORDER}/address-change", opt=MEMBER, tags=TAGS, responses=MOVE_PROBLEMS)
async def ask_for_address_change(
    ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID], data: JSONBody[NewAddressInput]
) -> OrderView:
    """Ask to have an order that is not shipped sent elsewhere (its buyer); the seller may refuse."""
    seen = await change_address.ask_for_change(
        ctx.database,
        caller,
        OrderId(order_id),
        recipient=data.recipient,
        phone=data.phone,
        region=data.region,
        detail=data.detail,
    )
    return to_view_of(seen)


@delete(f"{ORDER}/address-change", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def withdraw_address_change(ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID]) -> OrderView:
    """Leave the address as it is (its buyer)."""
    return to_view_of(await change_address.withdraw_change(ctx.database, caller, OrderId(order_id)))


@post(f"{ORDER}/address-change/answer", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def answer_address_change(
    ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID], data: JSONBody[ChangeAnswerInput]
) -> OrderView:
    """Agree to what the buyer asked, or refuse it (shop staff)."""
    seen = await change_address.answer_change(
        ctx.database, caller, OrderId(order_id), accepts=data.accepts, reason=data.reason
    )
    await ctx.broker.poke("outbox")
    return to_view_of(seen)


def _to_view(saved: SavedFilter, account_id: UUID) -> SavedFilterView:
    return to_filter_view(saved, msgspec.convert(saved.filter, OrderFilter), account_id)


DESK_ROUTES: list[Any] = [
    list_shop_orders,
    count_shop_orders,
    list_shop_tags,
    list_shop_filters,
    save_shop_filter,
    delete_shop_filter,
    print_shop_orders,
    add_order_note,
    set_order_tags,
    ask_for_address_change,
    withdraw_address_change,
    answer_address_change,
]
