"""Reads of settlements, shares, claw-backs and what is due; structs out."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.settlement.models import ClawBack, Due, Parts, Rates, ServiceShare, Settlement, Share

_PARTS = "fee_minor, commission_minor, service_minor, shop_minor"
_BACK = "back_fee_minor, back_commission_minor, back_service_minor, back_shop_minor"
_SETTLEMENT = f"""shop_id, order_id, settlement_id, number, currency, goods_minor, freight_minor, refunded_minor,
    transfer_id, settled_at, {_PARTS}, {_BACK}"""
_SHARE = f"line_no, fee_bp, commission_bp, service_bp, creator_id, provider_id, {_PARTS}, {_BACK}"
_SERVICE_SHARE = "shop_id, share_id, provider_id, rate_bp, started_at, ended_at"


class MonthSums(msgspec.Struct, frozen=True, kw_only=True):
    """What settlements and claw-backs of a period come to."""

    orders: int
    goods_minor: int
    freight_minor: int
    refunded_minor: int
    parts: Parts
    back: Parts


async def find_settled(connection: Connection, order_ids: Collection[UUID]) -> set[OrderId]:
    """Those of the orders whose money was split."""
    rows = await connection.fetch(
        "SELECT order_id FROM settlement.settlement WHERE order_id = ANY($1::uuid[])", list(order_ids)
    )
    return {row["order_id"] for row in rows}


async def find_settlements(
    connection: Connection, shop_id: ShopId, order_ids: Collection[UUID]
) -> dict[OrderId, Settlement]:
    """Settlements of these orders of a shop."""
    rows = await connection.fetch(
        f"SELECT {_SETTLEMENT} FROM settlement.settlement WHERE shop_id = $1 AND order_id = ANY($2::uuid[])",
        shop_id,
        list(order_ids),
    )
    return {row["order_id"]: to_settlement(row) for row in rows}


async def find_due(connection: Connection, shop_id: ShopId, order_ids: Collection[UUID]) -> dict[OrderId, Due]:
    """Those of a shop's orders that are completed and wait to be settled."""
    rows = await connection.fetch(
        """
        SELECT shop_id, order_id, completed_at, is_held FROM settlement.due
        WHERE shop_id = $1 AND order_id = ANY($2::uuid[])
        """,
        shop_id,
        list(order_ids),
    )
    return {row["order_id"]: Due(**row) for row in rows}


async def list_due_ids_of_shop(connection: Connection, shop_id: ShopId, limit: int) -> list[OrderId]:
    """Completed orders of a shop that wait to be settled."""
    rows = await connection.fetch("SELECT order_id FROM settlement.due WHERE shop_id = $1 LIMIT $2", shop_id, limit)
    return [row["order_id"] for row in rows]


async def list_due_ids_of_creator(connection: Connection, creator_id: AccountId, limit: int) -> list[OrderId]:
    """Completed orders with lines of a creator that wait to be settled."""
    rows = await connection.fetch(
        "SELECT order_id FROM settlement.due WHERE creator_ids @> ARRAY[$1::uuid] LIMIT $2", creator_id, limit
    )
    return [row["order_id"] for row in rows]


async def get_shares(
    connection: Connection, keys: Collection[tuple[ShopId, OrderId]]
) -> dict[OrderId, dict[int, Share]]:
    """The shares of settled orders, by order and line."""
    rows = await connection.fetch(
        f"""
        SELECT order_id, {_SHARE} FROM settlement.share
        WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY order_id, line_no
        """,
        [shop_id for shop_id, _ in keys],
        [order_id for _, order_id in keys],
    )
    shares: dict[OrderId, dict[int, Share]] = defaultdict(dict)
    for row in rows:
        shares[row["order_id"]][row["line_no"]] = _to_share(row)
    return shares


async def find_settled_at(connection: Connection, keys: Collection[tuple[ShopId, OrderId]]) -> dict[OrderId, datetime]:
    """When those of the orders were settled that are."""
    rows = await connection.fetch(
        """
        SELECT order_id, settled_at FROM settlement.settlement
        WHERE (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """,
        [shop_id for shop_id, _ in keys],
        [order_id for _, order_id in keys],
    )
    return {row["order_id"]: row["settled_at"] for row in rows}


async def find_held(connection: Connection, keys: Collection[tuple[ShopId, OrderId]]) -> set[OrderId]:
    """Those of the orders whose settlement waits for an after-sale."""
    rows = await connection.fetch(
        """
        SELECT order_id FROM settlement.due
        WHERE is_held AND (shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """,
        [shop_id for shop_id, _ in keys],
        [order_id for _, order_id in keys],
    )
    return {row["order_id"] for row in rows}


async def sum_held_commission(connection: Connection, creator_id: AccountId, currency: str, since: datetime) -> int:
    """Commission settled after a moment, less what went back of it since."""
    return int(
        await connection.fetchval(
            """
            SELECT coalesce(sum(share.commission_minor - share.back_commission_minor), 0)::bigint
            FROM settlement.share JOIN settlement.settlement USING (shop_id, order_id)
            WHERE share.creator_id = $1 AND share.settled_at > $3 AND settlement.currency = $2
            """,
            creator_id,
            currency,
            since,
        )
    )


async def find_service_shares(connection: Connection, shop_ids: Collection[ShopId]) -> dict[ShopId, list[ServiceShare]]:
    """All contracts of these shops, past ones too, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_SERVICE_SHARE} FROM settlement.service_share WHERE shop_id = ANY($1::uuid[])
        ORDER BY shop_id, share_id DESC
        """,
        list(shop_ids),
    )
    shares: dict[ShopId, list[ServiceShare]] = defaultdict(list)
    for row in rows:
        shares[row["shop_id"]].append(ServiceShare(**row))
    return shares


async def list_service_shares(
    connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[ServiceShare]:
    """A page of a shop's contracts, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_SERVICE_SHARE} FROM settlement.service_share
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR share_id < $2) ORDER BY share_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [ServiceShare(**row) for row in rows]


async def find_claw_backs(connection: Connection, shop_id: ShopId, order_ids: Collection[UUID]) -> dict[UUID, ClawBack]:
    """What was taken back for these orders of a shop, by the transfer that did."""
    rows = await connection.fetch(
        f"""
        SELECT order_id, refund_id, transfer_id, deposit_minor, clawed_at, {_PARTS} FROM settlement.claw_back
        WHERE shop_id = $1 AND order_id = ANY($2::uuid[])
        """,
        shop_id,
        list(order_ids),
    )
    return {
        row["transfer_id"]: ClawBack(
            order_id=row["order_id"],
            refund_id=row["refund_id"],
            transfer_id=row["transfer_id"],
            deposit_minor=row["deposit_minor"],
            clawed_at=row["clawed_at"],
            parts=_to_parts(row),
        )
        for row in rows
    }


async def sum_month(
    connection: Connection, shop_id: ShopId, currency: str, start: datetime, end: datetime
) -> MonthSums:
    """What a shop's settlements and claw-backs of a period come to."""
    settled = await connection.fetchrow(
        """
        SELECT count(*) AS orders, coalesce(sum(goods_minor), 0)::bigint AS goods_minor,
            coalesce(sum(freight_minor), 0)::bigint AS freight_minor,
            coalesce(sum(refunded_minor), 0)::bigint AS refunded_minor,
            coalesce(sum(fee_minor), 0)::bigint AS fee_minor,
            coalesce(sum(commission_minor), 0)::bigint AS commission_minor,
            coalesce(sum(service_minor), 0)::bigint AS service_minor,
            coalesce(sum(shop_minor), 0)::bigint AS shop_minor
        FROM settlement.settlement
        WHERE shop_id = $1 AND currency = $2 AND settled_at >= $3 AND settled_at < $4
        """,
        shop_id,
        currency,
        start,
        end,
    )
    back = await connection.fetchrow(
        """
        SELECT coalesce(sum(fee_minor), 0)::bigint AS fee_minor,
            coalesce(sum(commission_minor), 0)::bigint AS commission_minor,
            coalesce(sum(service_minor), 0)::bigint AS service_minor,
            coalesce(sum(shop_minor), 0)::bigint AS shop_minor
        FROM settlement.claw_back
        WHERE shop_id = $1 AND currency = $2 AND clawed_at >= $3 AND clawed_at < $4
        """,
        shop_id,
        currency,
        start,
        end,
    )
    assert settled is not None
    assert back is not None
    return MonthSums(
        orders=settled["orders"],
        goods_minor=settled["goods_minor"],
        freight_minor=settled["freight_minor"],
        refunded_minor=settled["refunded_minor"],
        parts=_to_parts(settled),
        back=_to_parts(back),
    )


async def list_settled_between(
    connection: Connection, start: datetime, end: datetime, *, after: tuple[datetime, UUID], limit: int
) -> list[Settlement]:
    """Settlements of all shops in [start, end), the oldest first, after the one of this time and order."""
    rows = await connection.fetch(
        f"""
        SELECT {_SETTLEMENT} FROM settlement.settlement
        WHERE settled_at >= $1 AND settled_at < $2 AND (settled_at, order_id) > ($3, $4)
        ORDER BY settled_at, order_id LIMIT $5
        """,
        start,
        end,
        *after,
        limit,
    )
    return [to_settlement(row) for row in rows]


async def list_troubled(connection: Connection, limit: int) -> list[tuple[OrderId, str]]:
    """Completed orders that cannot be settled, and why."""
    rows = await connection.fetch(
        "SELECT order_id, problem FROM settlement.due WHERE problem IS NOT NULL ORDER BY order_id LIMIT $1", limit
    )
    return [(row["order_id"], row["problem"]) for row in rows]


def to_settlement(row: Record) -> Settlement:
    """A row with the columns of a settlement."""
    columns = ("shop_id", "order_id", "settlement_id", "number", "currency", "goods_minor", "freight_minor")
    values: dict[str, Any] = {name: row[name] for name in (*columns, "refunded_minor", "transfer_id", "settled_at")}
    return Settlement(**values, parts=_to_parts(row), back=_to_parts(row, "back_"))


def _to_share(row: Record) -> Share:
    return Share(
        line_no=row["line_no"],
        rates=Rates(fee_bp=row["fee_bp"], commission_bp=row["commission_bp"], service_bp=row["service_bp"]),
        creator_id=row["creator_id"],
        provider_id=row["provider_id"],
        parts=_to_parts(row),
        back=_to_parts(row, "back_"),
    )


def _to_parts(row: Record, prefix: str = "") -> Parts:
    return Parts(**{name: row[prefix + name] for name in Parts.__struct_fields__})
