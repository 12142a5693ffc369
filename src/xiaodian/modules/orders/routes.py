"""HTTP: buyers' and sellers' orders. How they are paid stands in payment_routes.py."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import Input, InvalidInputError, Line, NotFoundError
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import (
    IllegalMoveError,
    Order,
    OrderId,
    OrderState,
)
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.problems import problems
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.checkout_routes import CHECKOUT_ROUTES
from xiaodian.modules.orders.desk_routes import DESK_ROUTES
from xiaodian.modules.orders.models import Role
from xiaodian.modules.orders.payment_routes import PAYMENT_ROUTES
from xiaodian.modules.orders.refund_routes import REFUND_ROUTES
from xiaodian.modules.orders.service import handle_order
from xiaodian.modules.orders.service.answer_once import ONCE_REFUSALS, NoBody, answer_once
from xiaodian.modules.orders.service.order_access import get_order_for, see_many
from xiaodian.modules.orders.shipping_routes import SHIPPING_ROUTES
from xiaodian.modules.orders.wire import OrderView, SalesView, to_view_of

TAGS = ["orders"]
MOVE_PROBLEMS = problems(NotFoundError, IllegalMoveError, *ONCE_REFUSALS)

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
StateFilter = Annotated[OrderState | None, QueryParameter(name="state")]


class CancelInput(Input, frozen=True, kw_only=True):
    """Why an order is cancelled."""

    reason: Annotated[Line, Meta(max_length=200)] | None = None


@get("/api/me/orders", opt=access(Access.MEMBER), tags=TAGS, responses=problems(InvalidInputError))
async def list_my_orders(
    ctx: Ctx,
    caller: SignedIn,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    state_filter: StateFilter = None,
) -> Page[OrderView]:
    """What I have ordered, the newest first."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        orders = await queries.list_orders_of_buyer(
            connection, caller.account_id, before=before, limit=limit + 1, state=state_filter
        )
        seen = await see_many(connection, orders[:limit], Role.BUYER, caller, utc_now())
    return Page(items=[to_view_of(one) for one in seen], next_cursor=_next_cursor(orders, limit))


@get("/api/orders/{order_id:uuid}", opt=access(Access.MEMBER), tags=TAGS, responses=problems(NotFoundError))
async def get_order(ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID]) -> OrderView:
    """An order, for its buyer and for the staff of its shop."""
    return to_view_of(await handle_order.get_order(ctx, caller, OrderId(order_id)))


@post(
    "/api/orders/{order_id:uuid}/cancel",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=MOVE_PROBLEMS,
)
async def cancel_order(
    ctx: Ctx,
    caller: SignedIn,
    order_id: FromPath[UUID],
    data: JSONBody[CancelInput],
    idempotency_key: IdempotencyKey,
) -> OrderView:
    """Cancel, as buyer or seller, before it is shipped; what was paid goes back."""

    async def _run(connection: Connection) -> OrderView:
        return to_view_of(await handle_order.cancel_order(connection, caller, OrderId(order_id), data.reason))

    async def _may(connection: Connection) -> None:
        await get_order_for(connection, caller, OrderId(order_id), Scope.ORDERS_WRITE)

    view = await answer_once(
        ctx.database, caller, idempotency_key, f"cancel order {order_id}", data, OrderView, _run, _may
    )
    await ctx.broker.poke("outbox")
    return view


@post(
    "/api/orders/{order_id:uuid}/receipt",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=MOVE_PROBLEMS,
)
async def confirm_receipt(
    ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID], idempotency_key: IdempotencyKey
) -> OrderView:
    """Tell that the goods have come; the shop gets its money."""

    async def _run(connection: Connection) -> OrderView:
        return to_view_of(await handle_order.confirm_receipt(connection, caller, OrderId(order_id)))

    view = await answer_once(
        ctx.database, caller, idempotency_key, f"receipt of order {order_id}", NoBody(), OrderView, _run
    )
    await ctx.broker.poke("outbox")
    return view


@get("/api/rooms/{room_id:uuid}/sales", opt=access(Access.MEMBER), tags=TAGS, responses=problems(NotFoundError))
async def get_sales(ctx: Ctx, caller: SignedIn, room_id: FromPath[UUID]) -> SalesView:
    """What was sold in a room, for its host."""
    async with ctx.database.connection() as connection:
        room = await live.get_room(connection, RoomId(room_id))
        if room.host_id != caller.account_id:
            raise NotFoundError
        sales = await queries.get_sales(connection, room.room_id)
    return SalesView(
        orders=sales.orders, paid_orders=sales.paid_orders, sales_minor=sales.sales_minor, currency=DEFAULT_CURRENCY
    )


def _next_cursor(orders: list[Order], limit: int) -> str | None:
    return encode_cursor(orders[limit - 1].order_id) if len(orders) > limit else None


routes = [
    *CHECKOUT_ROUTES,
    list_my_orders,
    get_order,
    cancel_order,
    confirm_receipt,
    get_sales,
    *DESK_ROUTES,
    *SHIPPING_ROUTES,
    *PAYMENT_ROUTES,
    *REFUND_ROUTES,
]
