"""Reads of what was done in rooms by the moment of the picture, live or in the replay, for who learns from it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.insights import BehaviourKind
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection
from xiaodian.modules.insights.visit_rules import Act

COUNTED = (BehaviourKind.CARD_CLICKED, BehaviourKind.PRODUCT_VIEWED, BehaviourKind.CHECKOUT_STARTED)


class ProductSecond(NamedTuple):
    """What was done about a product while the picture showed some seconds of a room."""

    product_id: ProductId
    at_s: int
    """When they begin, in epoch seconds of media time."""
    clicks: int
    product_views: int
    buyers: int
    """Who went to the till there and has paid for the product."""


async def list_room_product_seconds(connection: Connection, room_id: RoomId, step_s: int) -> list[ProductSecond]:
    """By product and time, in steps of so many seconds, as long as what pages told is kept."""
    rows = await connection.fetch(
        """
        SELECT act.product_id, floor(extract(epoch FROM act.media_at) / $2)::bigint * $2 AS at_s,
            count(*) FILTER (WHERE act.kind = 'card_clicked') AS clicks,
            count(*) FILTER (WHERE act.kind = 'product_viewed') AS product_views,
            count(DISTINCT act.account_id) FILTER (WHERE act.kind = 'checkout_started' AND EXISTS (
                SELECT FROM insights.sale WHERE sale.room_id = act.room_id AND sale.product_id = act.product_id
                    AND sale.buyer_id = act.account_id AND sale.paid_at IS NOT NULL
            )) AS buyers
        FROM insights.behaviour AS act
        WHERE act.room_id = $1 AND act.kind = ANY($3::text[]) AND act.media_at IS NOT NULL
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        room_id,
        step_s,
        [kind.value for kind in COUNTED],
    )
    return [ProductSecond(*row) for row in rows]


async def list_acts_of_rooms(connection: Connection, after: tuple[datetime, UUID, int] | None, limit: int) -> list[Act]:
    """What pages told of moments of rooms' pictures, as long as it is kept, the first first."""
    rows = await connection.fetch(
        f"""
        SELECT {", ".join(Act._fields)} FROM insights.behaviour
        WHERE room_id IS NOT NULL AND media_at IS NOT NULL
            AND ($1::timestamptz IS NULL OR (at, report_id, number) > ($1, $2::uuid, $3::int))
        ORDER BY at, report_id, number LIMIT $4
        """,
        *(after or (None, None, None)),
        limit,
    )
    return [Act(*row) for row in rows]
