"""What shops have counted of a person, for that person: the facts of which their pages are made."""

from typing import Any

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection

_OF_PERSON = "FROM fans.fan JOIN fans.{table} AS told USING (shop_id, account_id) WHERE fan.account_id = $1"
_PARTS = {
    "counted_purchases": f"""
        SELECT shop_id, order_id, paid_at, is_counted, told.gmv_minor, told.returned_minor, room_id, video_id,
            coupon_id, told.product_ids, categories {_OF_PERSON.format(table="purchase")} ORDER BY paid_at DESC LIMIT $2
    """,
    "watched_for_shops": """
        SELECT whose_id, place_id, is_room, views, watch_s, comments, likes, first_at, seen_at
        FROM fans.visit WHERE account_id = $1 ORDER BY seen_at DESC LIMIT $2
    """,
    "known_to_creators": """
        SELECT creator_id, since, followed_at, seen_at, views, watch_s, comments, likes, orders, spent_minor
        FROM fans.creator_fan WHERE account_id = $1 ORDER BY latest_at DESC LIMIT $2
    """,
    "bought_from_creators": """
        SELECT creator_id, order_id, place_id, paid_at, gmv_minor, returned_minor FROM fans.creator_purchase
        WHERE account_id = $1 ORDER BY paid_at DESC LIMIT $2
    """,
    "segments_of_shops": f"""
        SELECT shop_id, moved_on, from_segment, to_segment {_OF_PERSON.format(table="move")}
        ORDER BY moved_on DESC, move_id DESC LIMIT $2
    """,
    "expected_by_shops": f"""
        SELECT shop_id, reckoned_on, likelihood, reasons, told.product_ids
        {_OF_PERSON.format(table="prediction")} ORDER BY shop_id LIMIT $2
    """,
}


async def export(connection: Connection, account_id: AccountId, most: int) -> dict[str, Any]:
    """Purchases as shops count them, what was watched, moves between segments, and what is expected of the person."""
    return {
        part: [dict(row) for row in await connection.fetch(query, account_id, most)] for part, query in _PARTS.items()
    }
