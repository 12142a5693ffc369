"""What staff sees of platforms that tell of orders, and of what these told."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Contract, NotFoundError
from xiaodian.contracts.imports import ExternalOrderState, SourceId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Record
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms
from xiaodian.kit.paging import Page, decode_place, encode_place
from xiaodian.modules.imports.external.note_orders import KIND, LAST_MS
from xiaodian.modules.imports.external.order_sources import path_of
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops

_ORDERS = """
    SELECT external_id, state, quantity, amount_minor, currency, placed_at, told_at, room_id, product_id
    FROM imports.external_order
    WHERE shop_id = $1 AND source_id = $2 AND ($3::timestamptz IS NULL OR (told_at, external_id) < ($3, $4))
    ORDER BY told_at DESC, external_id DESC LIMIT $5
"""


class OrderSourceView(Contract, frozen=True, kw_only=True):
    """A platform that tells of orders."""

    source_id: UUID
    name: str
    path: str
    """Where it tells of them."""
    orders: int
    """How many it told of so far."""
    told_at_ms: int | None
    """When it told of one last."""


class OrderSourceList(Contract, frozen=True, kw_only=True):
    """All of a shop's; there are only a few."""

    items: list[OrderSourceView]


class ExternalOrderView(Contract, frozen=True, kw_only=True):
    """An order placed elsewhere, as its platform last told of it."""

    order_id: str
    state: ExternalOrderState
    quantity: int
    amount_minor: int
    currency: str
    placed_at_ms: int
    told_at_ms: int
    product_id: UUID | None
    room_id: UUID | None
    room_title: str | None


async def list_order_sources(ctx: Context, caller: Caller, shop_id: ShopId) -> OrderSourceList:
    """A shop's, the oldest first. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_READ)
        rows = await connection.fetch(
            """
            SELECT source_id, name, count(external_id) AS orders, max(told_at) AS told_at
            FROM imports.source LEFT JOIN imports.external_order USING (shop_id, source_id)
            WHERE shop_id = $1 AND kind = $2 GROUP BY source_id, name ORDER BY source_id
            """,
            shop_id,
            KIND,
        )
    return OrderSourceList(
        items=[
            OrderSourceView(
                source_id=row["source_id"],
                name=row["name"],
                path=path_of(row["source_id"]),
                orders=row["orders"],
                told_at_ms=None if row["told_at"] is None else to_epoch_ms(row["told_at"]),
            )
            for row in rows
        ]
    )


async def list_external_orders(
    ctx: Context, caller: Caller, shop_id: ShopId, source_id: SourceId, *, cursor: str | None, limit: int
) -> Page[ExternalOrderView]:
    """What a platform told of, the latest first. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    told_at_us, order_id = decode_place(cursor, tuple[int, str]) if cursor else (None, "")
    before = None if told_at_us is None else _from_us(told_at_us)
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.ORDERS_READ)
        known = await connection.fetchval(
            "SELECT true FROM imports.source WHERE shop_id = $1 AND source_id = $2 AND kind = $3",
            shop_id,
            source_id,
            KIND,
        )
        if not known:
            raise NotFoundError
        rows = await connection.fetch(_ORDERS, shop_id, source_id, before, order_id, limit + 1)
        rooms = await live.get_rooms(connection, [row["room_id"] for row in rows if row["room_id"] is not None])
    titles = {room_id: room.title for room_id, room in rooms.items()}
    last = rows[limit - 1] if len(rows) > limit else None
    next_cursor = None if last is None else encode_place(_to_us(last["told_at"]), last["external_id"])
    return Page(items=[_to_view(row, titles) for row in rows[:limit]], next_cursor=next_cursor)


def _to_us(moment: datetime) -> int:
    return to_epoch_ms(moment) * 1000 + moment.microsecond % 1000


def _from_us(moment_us: int) -> datetime:
    moment = from_epoch_ms(min(max(moment_us // 1000, 0), LAST_MS))
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000 + moment_us % 1000)


def _to_view(row: Record, titles: dict[RoomId, str]) -> ExternalOrderView:
    return ExternalOrderView(
        order_id=row["external_id"],
        state=ExternalOrderState(row["state"]),
        quantity=row["quantity"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        placed_at_ms=to_epoch_ms(row["placed_at"]),
        told_at_ms=to_epoch_ms(row["told_at"]),
        product_id=row["product_id"],
        room_id=row["room_id"],
        room_title=titles.get(row["room_id"]),
    )
