"""Reads of what a statement's sums are made of: settlements, and what was taken back since, one line each."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection


class StatementPart(StrEnum):
    """A sum of a statement, as its totals name it. Every order that is settled gives to `goods`."""

    GOODS = "goods"
    FREIGHT = "freight"
    REFUNDED = "refunded"
    COMMISSION = "commission"
    SERVICE = "service"
    FEE = "fee"
    SHOP = "shop"


class PartPlace(msgspec.Struct, frozen=True, array_like=True):
    """After which line a page goes on."""

    at: Annotated[datetime, Meta(tz=True)]
    line_id: UUID


class PartLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one settlement, or one refund after it, gave to a sum, in the sum's own sign."""

    at: datetime
    line_id: UUID
    """Of the settlement or the refund."""
    order_id: OrderId
    number: str
    is_back: bool
    amount_minor: int


class PartSum(msgspec.Struct, frozen=True, kw_only=True):
    """All lines of a sum."""

    lines: int
    amount_minor: int


_BACK = {
    StatementPart.REFUNDED: "back.fee_minor + back.commission_minor + back.service_minor + back.shop_minor",
    **{
        part: f"0 - back.{part.value}_minor"
        for part in (StatementPart.COMMISSION, StatementPart.SERVICE, StatementPart.FEE, StatementPart.SHOP)
    },
}
"""Goods and freight stay what they were: what goes back of them is refunded."""


def _lines(part: StatementPart) -> str:
    """An order that gave nothing to a sum is none of its lines."""
    settled = f"""
        SELECT one.settled_at AS at, one.settlement_id AS line_id, one.order_id, one.number, false AS is_back,
            one.{part.value}_minor AS amount_minor
        FROM settlement.settlement AS one
        WHERE one.shop_id = $1 AND one.currency = $2 AND one.settled_at >= $3 AND one.settled_at < $4
            AND one.{part.value}_minor <> 0
    """
    if part not in _BACK:
        return settled
    return f"""
        {settled} UNION ALL
        SELECT back.clawed_at, back.refund_id, back.order_id, one.number, true, {_BACK[part]}
        FROM settlement.claw_back AS back JOIN settlement.settlement AS one USING (shop_id, order_id)
        WHERE back.shop_id = $1 AND back.currency = $2 AND back.clawed_at >= $3 AND back.clawed_at < $4
            AND {_BACK[part]} <> 0
    """


async def sum_part(
    connection: Connection, shop_id: ShopId, currency: str, start: datetime, end: datetime, part: StatementPart
) -> PartSum:
    """How many lines a sum of [start, end) is made of, and what they come to."""
    row = await connection.fetchrow(
        f"""
        SELECT count(*) AS lines, coalesce(sum(amount_minor), 0)::bigint AS amount_minor
        FROM ({_lines(part)}) AS line
        """,
        shop_id,
        currency,
        start,
        end,
    )
    assert row is not None
    return PartSum(**row)


async def list_part(
    connection: Connection,
    shop_id: ShopId,
    currency: str,
    start: datetime,
    end: datetime,
    part: StatementPart,
    *,
    after: PartPlace | None,
    limit: int,
) -> list[PartLine]:
    """A page of the lines that a sum of [start, end) is made of, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT at, line_id, order_id, number, is_back, amount_minor FROM ({_lines(part)}) AS line
        WHERE $5::timestamptz IS NULL OR (at, line_id) < ($5, $6::uuid)
        ORDER BY at DESC, line_id DESC LIMIT $7
        """,
        shop_id,
        currency,
        start,
        end,
        after.at if after else None,
        after.line_id if after else None,
        limit,
    )
    return [PartLine(**row) for row in rows]
