"""Reads for the report of a room that is over. Where `shop_id` is given, that shop's sales alone."""

from collections.abc import Sequence

from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.insights.queries import select_seen_buyers
from xiaodian.modules.insights.report_rules import Whole


async def list_wholes(
    connection: Connection, room_ids: Sequence[RoomId], shop_id: ShopId | None
) -> dict[RoomId, Whole]:
    """What each of these rooms came to, its followers aside; the same sums as in the room's own figures."""
    rows = await connection.fetch(
        f"""
        SELECT room_id, sold.gmv, sold.returned, sold.orders_paid, sold.pieces, (
                SELECT count(DISTINCT buyer_id) FROM insights.sale
                WHERE sale.room_id = place.room_id AND paid_at IS NOT NULL AND ($2::uuid IS NULL OR shop_id = $2)
            ),
            coalesce(visit.views, 0), coalesce(visit.viewers, 0), coalesce(visit.watch_s, 0),
            log.online_max, log.comments, log.likes, ({select_seen_buyers("place.room_id")})
        FROM unnest($1::uuid[]) AS place (room_id)
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(gmv_minor), 0)::bigint AS gmv, coalesce(sum(returned_minor), 0)::bigint AS returned,
                coalesce(sum(orders_paid), 0)::bigint AS orders_paid, coalesce(sum(pieces), 0)::bigint AS pieces
            FROM insights.room_sale_minute AS sums
            WHERE sums.room_id = place.room_id AND ($2::uuid IS NULL OR shop_id = $2)
        ) AS sold
        CROSS JOIN LATERAL (
            SELECT coalesce(max(online_max), 0) AS online_max, coalesce(sum(comments), 0)::bigint AS comments,
                coalesce(sum(likes), 0)::bigint AS likes
            FROM insights.room_minute AS minutes WHERE minutes.room_id = place.room_id
        ) AS log
        LEFT JOIN insights.room_visit AS visit USING (room_id)
        """,
        room_ids,
        shop_id,
    )
    return {row[0]: Whole(*row[1:]) for row in rows}
