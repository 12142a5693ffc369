"""Orders placed elsewhere are noted as their platform tells of them, however often and in whatever order it does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from xiaodian.contracts.base import Contract, Input, Line, NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.imports import ExternalOrderNoted, ExternalOrderState, RowOutcome, SourceId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import api as live

KIND = "orders"
"""Of sources that tell of orders."""
LAST_MS = 4_102_444_800_000
"""The year 2100."""
MAX_AMOUNT_MINOR = 1_000_000_000_000
MAX_ORDERS = 100
_UPSERT = """
    INSERT INTO imports.external_order AS known (
        shop_id, source_id, external_id, state, product_id, room_id, creator_id, quantity, amount_minor, currency,
        placed_at, told_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (source_id, external_id) DO UPDATE SET
        state = excluded.state, product_id = coalesce(excluded.product_id, known.product_id),
        room_id = coalesce(excluded.room_id, known.room_id),
        creator_id = coalesce(excluded.creator_id, known.creator_id), quantity = excluded.quantity,
        amount_minor = excluded.amount_minor, currency = excluded.currency, told_at = excluded.told_at,
        version = known.version + 1
    WHERE known.told_at <= excluded.told_at AND (known.state, known.quantity, known.amount_minor, known.currency)
        IS DISTINCT FROM (excluded.state, excluded.quantity, excluded.amount_minor, excluded.currency)
    RETURNING product_id, room_id, creator_id, version
"""


class ExternalOrder(Input, frozen=True, kw_only=True):
    """An order as the other platform has it now."""

    order_id: Annotated[Line, Meta(min_length=1, max_length=200)]
    state: ExternalOrderState
    amount_minor: Annotated[int, Meta(ge=0, le=MAX_AMOUNT_MINOR)]
    """What the buyer paid for goods of ours, in minor units."""
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}(?![\s\S])")] = "CNY"
    placed_at_ms: Annotated[int, Meta(ge=0, le=LAST_MS)]
    product_id: UUID | None = None
    """Ours, if the platform was told of it."""
    ref: Annotated[Line, Meta(max_length=200)] = ""
    """What our link carried: the room that the buyer came from."""


class ExternalOrders(Input, frozen=True, kw_only=True):
    """Up to a hundred orders."""

    orders: Annotated[list[ExternalOrder], Meta(min_length=1, max_length=MAX_ORDERS)]


class NotedOrders(Contract, frozen=True, kw_only=True):
    """How many were new or had changed; the others were known as they are."""

    noted: int


async def note_orders(
    connection: Connection,
    shop_id: ShopId,
    source_id: SourceId,
    orders: Sequence[ExternalOrder],
    told_at: datetime,
) -> list[RowOutcome]:
    """What became of each; what was told earlier never overwrites what was told later.

    One at a time tells of a source's orders, in whatever order they come. Raises NotFoundError if it was removed.
    """
    if not await connection.fetchval(
        "SELECT true FROM imports.source WHERE shop_id = $1 AND source_id = $2 AND kind = $3 FOR NO KEY UPDATE",
        shop_id,
        source_id,
        KIND,
    ):
        raise NotFoundError
    rooms = await live.get_rooms(connection, [room_id for one in orders if (room_id := read_ref(one.ref)) is not None])
    product_ids = [ProductId(one.product_id) for one in orders if one.product_id is not None]
    own = {
        product.product_id
        for product in await catalog.get_products(connection, product_ids)
        if product.shop_id == shop_id
    }
    outcomes = []
    for order in orders:
        room = rooms.get(read_ref(order.ref) or RoomId(UUID(int=0)))
        before = await _find_known(connection, source_id, order.order_id)
        row = await connection.fetchrow(
            _UPSERT,
            shop_id,
            source_id,
            order.order_id,
            order.state,
            order.product_id if order.product_id in own else None,
            None if room is None else room.room_id,
            None if room is None else room.host_id,
            order.quantity,
            order.amount_minor,
            order.currency,
            from_epoch_ms(order.placed_at_ms),
            told_at,
        )
        if row is None:
            outcomes.append(RowOutcome.UNCHANGED)
            continue
        outcomes.append(RowOutcome.CREATED if before is None else RowOutcome.UPDATED)
        await outbox.emit(connection, _to_event(shop_id, source_id, order, row, before))
    return outcomes


def read_ref(ref: str) -> RoomId | None:
    """The room that a link's attribution names; None if it names none."""
    kind, _, name = ref.partition("-")
    if kind != "room":
        return None
    try:
        return RoomId(UUID(name))
    except ValueError:
        return None


async def _find_known(connection: Connection, source_id: SourceId, order_id: str) -> "Record | None":
    return await connection.fetchrow(
        "SELECT state, amount_minor FROM imports.external_order WHERE source_id = $1 AND external_id = $2",
        source_id,
        order_id,
    )


def _to_event(
    shop_id: ShopId, source_id: SourceId, order: ExternalOrder, row: Record, before: "Record | None"
) -> ExternalOrderNoted:
    return ExternalOrderNoted(
        order_key=f"{source_id}:{order.order_id}",
        shop_id=shop_id,
        source_id=source_id,
        external_id=order.order_id,
        state=order.state,
        state_before=None if before is None else ExternalOrderState(before["state"]),
        product_id=row["product_id"],
        room_id=row["room_id"],
        creator_id=row["creator_id"],
        quantity=order.quantity,
        amount_minor=order.amount_minor,
        amount_before_minor=0 if before is None else before["amount_minor"],
        currency=order.currency,
        placed_at_ms=order.placed_at_ms,
        version=row["version"],
    )


_decode = msgspec.json.Decoder(ExternalOrders).decode


def read_orders(body: bytes) -> list[ExternalOrder]:
    """The orders of a message. Raises msgspec.DecodeError (and its ValidationError)."""
    return _decode(body).orders
