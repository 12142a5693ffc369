"""Reads and writes of after-sales and their history; structs in and out."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from xiaodian.contracts.aftersales import AfterSaleId, AfterSaleKind, AfterSaleReason, AfterSaleState
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.ids import new_id
from xiaodian.modules.aftersales.models import AfterSale, Deed, Doing, HistoryEvent, Offer, Parcel, ReturnAddress, Role

_FIELDS = AfterSale.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_KEY = ("shop_id", "after_sale_id")
# What is asked, by whom and for what never changes; everything else may.
_CHANGING = (
    "kind",
    "state",
    "goods_minor",
    "freight_minor",
    "deadline_at",
    "ended_at",
    "refusals",
    "escalated_from",
    "evidence_wanted",
    "refund_failed",
    "return_address",
    "return_shipment",
    "received_at",
    "is_replaced",
    "resend_shipment",
    "offer",
    "offers",
)
_INSERT = (
    f"INSERT INTO aftersales.after_sale ({_COLUMNS}) "
    f"VALUES ({', '.join(f'${number + 1}' for number in range(len(_FIELDS)))})"
)
_UPDATE = (
    f"UPDATE aftersales.after_sale SET {', '.join(f'{name} = ${number + 3}' for number, name in enumerate(_CHANGING))} "
    "WHERE shop_id = $1 AND after_sale_id = $2"
)

# Written out, not bound, so that the planner sees that a partial index holds them.
_OPEN = "state NOT IN ('refunded', 'exchanged', 'closed')"
_ENDED = "state IN ('refunded', 'exchanged', 'closed')"
# As `rules.waits_for` says, and also where the operator wants evidence of both.
_FOR_SELLER = (
    f"{_OPEN} AND (state IN ('requested', 'returning', 'awaiting_resend')"
    " OR state = 'awaiting_return' AND return_address IS NULL OR state = 'escalated' AND evidence_wanted)"
)


class Owner(StrEnum):
    """Whose after-sales a list shows: the column that names them."""

    BUYER = "buyer_id"
    SHOP = "shop_id"
    ORDER = "order_id"


class AfterSaleFilter(StrEnum):
    """Which after-sales a list shows: those in one state, in several, or those that wait for the seller."""

    OPEN = "open"
    """All that have not ended."""
    ENDED = "ended"
    FOR_SELLER = "for_seller"
    """The seller has something to do."""
    REQUESTED = "requested"
    OFFERED = "offered"
    REFUSED = "refused"
    AWAITING_RETURN = "awaiting_return"
    RETURNING = "returning"
    AWAITING_RESEND = "awaiting_resend"
    RESENT = "resent"
    ESCALATED = "escalated"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    EXCHANGED = "exchanged"
    CLOSED = "closed"


_SEVERAL = {AfterSaleFilter.OPEN: _OPEN, AfterSaleFilter.ENDED: _ENDED, AfterSaleFilter.FOR_SELLER: _FOR_SELLER}


async def find_after_sale(connection: Connection, after_sale_id: UUID) -> AfterSale | None:
    """One after-sale."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM aftersales.after_sale WHERE after_sale_id = $1", after_sale_id
    )
    return _to_after_sale(row) if row else None


async def lock_after_sales(connection: Connection, after_sale_ids: Collection[UUID]) -> dict[AfterSaleId, AfterSale]:
    """Those that exist, held in key order until the transaction ends. They are locked before their orders."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM aftersales.after_sale WHERE after_sale_id = ANY($1::uuid[])
        ORDER BY after_sale_id FOR UPDATE
        """,
        list(after_sale_ids),
    )
    return {row["after_sale_id"]: _to_after_sale(row) for row in rows}


async def lock_overdue(connection: Connection, now: datetime, passed_over: Collection[UUID]) -> AfterSale | None:
    """The one that is overdue for longest, held; those that another transaction holds are passed over."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM aftersales.after_sale
        WHERE deadline_at IS NOT NULL AND deadline_at <= $1 AND NOT after_sale_id = ANY($2::uuid[])
        ORDER BY deadline_at LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
        now,
        list(passed_over),
    )
    return _to_after_sale(row) if row else None


async def list_open_of_orders(connection: Connection, order_ids: Collection[UUID]) -> list[AfterSaleId]:
    """Which after-sales of these orders have not ended."""
    rows = await connection.fetch(
        f"SELECT after_sale_id FROM aftersales.after_sale WHERE order_id = ANY($1::uuid[]) AND {_OPEN}",
        list(order_ids),
    )
    return [row["after_sale_id"] for row in rows]


async def get_states_of_line(connection: Connection, order_id: OrderId, line_no: int) -> list[AfterSaleState]:
    """The states of all that was ever asked for a line."""
    rows = await connection.fetch(
        "SELECT state FROM aftersales.after_sale WHERE order_id = $1 AND line_no = $2", order_id, line_no
    )
    return [AfterSaleState(row["state"]) for row in rows]


async def list_after_sales(
    connection: Connection,
    owner: Owner | None,
    owner_id: UUID | None,
    *,
    before: UUID | None,
    limit: int,
    state: AfterSaleFilter | None,
) -> list[AfterSale]:
    """After-sales of a buyer, a shop, an order, or all, the newest first."""
    conditions = ["($1::uuid IS NULL OR after_sale_id < $1)"]
    values: list[Any] = [before, limit]
    if owner is not None:
        conditions.append(f"{owner} = $3")
        values.append(owner_id)
    if state in _SEVERAL:
        conditions.append(_SEVERAL[state])
    elif state is not None:
        conditions.append(f"state = '{state}'")
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM aftersales.after_sale WHERE {" AND ".join(conditions)}
        ORDER BY after_sale_id DESC LIMIT $2
        """,
        *values,
    )
    return [_to_after_sale(row) for row in rows]


async def list_waiting(connection: Connection, shop_id: ShopId, limit: int) -> list[AfterSale]:
    """Those that wait for the shop, the one whose time ends first before the others."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM aftersales.after_sale WHERE shop_id = $1 AND {_FOR_SELLER}
        ORDER BY deadline_at NULLS LAST, after_sale_id LIMIT $2
        """,
        shop_id,
        limit,
    )
    return [_to_after_sale(row) for row in rows]


async def get_history(
    connection: Connection, after_sales: Collection[AfterSale]
) -> dict[AfterSaleId, list[HistoryEvent]]:
    """What was done with each, the first first."""
    rows = await connection.fetch(
        """
        SELECT after_sale_id, deed, state, happened_at, role, note, picture_urls, offer FROM aftersales.event
        WHERE (shop_id, after_sale_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY event_id
        """,
        [after_sale.shop_id for after_sale in after_sales],
        [after_sale.after_sale_id for after_sale in after_sales],
    )
    history: dict[AfterSaleId, list[HistoryEvent]] = defaultdict(list)
    for row in rows:
        values = {**row, "deed": Deed(row["deed"]), "state": AfterSaleState(row["state"]), "role": Role(row["role"])}
        values["offer"] = _convert(row["offer"], Offer)
        history[row["after_sale_id"]].append(HistoryEvent(**values))
    return history


async def count_deeds(connection: Connection, after_sale: AfterSale, deed: Deed) -> int:
    """How often something was done with it."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM aftersales.event WHERE shop_id = $1 AND after_sale_id = $2 AND deed = $3",
            after_sale.shop_id,
            after_sale.after_sale_id,
            deed,
        )
    )


async def insert_after_sale(connection: Connection, after_sale: AfterSale) -> None:
    """Write a new one."""
    await connection.execute(_INSERT, *(getattr(after_sale, name) for name in _FIELDS))


async def update_after_sale(connection: Connection, after_sale: AfterSale) -> None:
    """Write what may have changed of one that this transaction holds."""
    await connection.execute(_UPDATE, *(getattr(after_sale, name) for name in (*_KEY, *_CHANGING)))


async def insert_event(connection: Connection, after_sale: AfterSale, doing: Doing, now: datetime) -> None:
    """Write down who did what, when and why, and into which state it came by that."""
    await connection.execute(
        """
        INSERT INTO aftersales.event
            (shop_id, after_sale_id, event_id, deed, state, happened_at, role, account_id, note, picture_urls,
            offer)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        after_sale.shop_id,
        after_sale.after_sale_id,
        new_id(),
        doing.deed,
        after_sale.state,
        now,
        doing.role,
        doing.account_id,
        doing.note,
        doing.picture_urls,
        doing.offer,
    )


async def find_return_address(connection: Connection, shop_id: ShopId) -> ReturnAddress | None:
    """Where the shop last wanted goods sent back to."""
    found = await connection.fetchval("SELECT address FROM aftersales.return_address WHERE shop_id = $1", shop_id)
    return msgspec.convert(found, ReturnAddress) if found else None


async def remember_return_address(connection: Connection, shop_id: ShopId, address: ReturnAddress) -> None:
    """The shop wants goods sent back to here from now on."""
    await connection.execute(
        """
        INSERT INTO aftersales.return_address (shop_id, address) VALUES ($1, $2)
        ON CONFLICT (shop_id) DO UPDATE SET address = excluded.address
        """,
        shop_id,
        address,
    )


def _to_after_sale(row: Record) -> AfterSale:
    values: dict[str, Any] = dict(row)
    values["kind"] = AfterSaleKind(row["kind"])
    values["state"] = AfterSaleState(row["state"])
    values["reason"] = AfterSaleReason(row["reason"])
    values["escalated_from"] = AfterSaleState(row["escalated_from"]) if row["escalated_from"] else None
    values["return_address"] = _convert(row["return_address"], ReturnAddress)
    values["return_shipment"] = _convert(row["return_shipment"], Parcel)
    values["resend_shipment"] = _convert(row["resend_shipment"], Parcel)
    values["offer"] = _convert(row["offer"], Offer)
    return AfterSale(**values)


def _convert(found: Any, kind: type[msgspec.Struct]) -> Any:
    return None if found is None else msgspec.convert(found, kind)
