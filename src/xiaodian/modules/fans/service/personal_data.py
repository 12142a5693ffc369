"""What fans keep of a person: what each shop knows of them."""

from datetime import datetime
from typing import Any

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans.count_sql import ADD_CELLS, PURCHASE, delta_of, with_back
from xiaodian.modules.fans.service.ask_condition import books_of
from xiaodian.modules.fans.service.count_for_creators import count_found
from xiaodian.modules.fans.service.count_purchases import LOCK, count_purchases
from xiaodian.modules.fans.service.own_membership import list_memberships
from xiaodian.modules.orders import api as orders

AT_ONCE = 1000
_KNOWN = """
    SELECT fan.shop_id, segment, segment_since, orders, occasions, spent_minor, returned_minor, first_at, last_at,
        followed_at, seen_at, views, watch_s, comments, likes,
        ARRAY(SELECT tag FROM fans.tag WHERE (tag.shop_id, tag.account_id) = (fan.shop_id, $1) ORDER BY tag) AS tags,
        ARRAY(SELECT text FROM fans.note WHERE (note.shop_id, note.account_id) = (fan.shop_id, $1)) AS notes,
        (
            SELECT likelihood FROM fans.prediction AS told WHERE (told.shop_id, told.account_id) = (fan.shop_id, $1)
        ) AS likelihood
    FROM fans.fan WHERE account_id = $1 ORDER BY shop_id LIMIT $2
"""
_UNCOUNT = f"""
    WITH gone AS (DELETE FROM fans.purchase WHERE account_id = $1 RETURNING {PURCHASE}),
        delta AS MATERIALIZED ({delta_of(with_back("gone"), -1)}),
        {ADD_CELLS}
    SELECT count(*) FROM delta
"""
_LEAVE = """
    WITH gone AS (DELETE FROM fans.fan WHERE account_id = $1 RETURNING shop_id, segment)
    UPDATE fans.segment_size AS sums SET fans = sums.fans - left_by.fans
    FROM (SELECT shop_id, segment, count(*) AS fans FROM gone GROUP BY 1, 2) AS left_by
    WHERE (sums.shop_id, sums.segment) = (left_by.shop_id, left_by.segment)
"""
_TABLES = (
    "history",
    "visit",
    "visit_day",
    "said_anew",
    "note",
    "tag",
    "move",
    "prediction",
    "creator_fan",
    "creator_purchase",
)


async def list_known(
    connection: Connection, account_id: AccountId, limit: int, utc_offset_h: int, now: datetime
) -> list[dict[str, Any]]:
    """What each shop knows of somebody: figures, segments, and what its staff wrote down. Raises ConditionError."""
    rows = await connection.fetch(_KNOWN, account_id, limit)
    shop_ids = [ShopId(row["shop_id"]) for row in rows]
    own = await list_memberships(connection, account_id, shop_ids, books_of(utc_offset_h, now))
    return [{**row, "own_segments": own.get(row["shop_id"], [])} for row in rows]


async def list_known_to_creators(connection: Connection, account_id: AccountId, limit: int) -> list[dict[str, Any]]:
    """What each creator without a shop knows of somebody."""
    rows = await connection.fetch(
        """
        SELECT creator_id, followed_at, seen_at, views, watch_s, comments, likes, orders, spent_minor
        FROM fans.creator_fan WHERE account_id = $1 ORDER BY latest_at DESC LIMIT $2
        """,
        account_id,
        limit,
    )
    people = await accounts.get_accounts(connection, [row["creator_id"] for row in rows])
    return [{**row, "creator": people[row["creator_id"]].display_name} for row in rows if row["creator_id"] in people]


async def erase(connection: Connection, erased: AccountErased, utc_offset_h: int, now: datetime) -> None:
    """Nothing here names the account any more; its purchases count on under who stands for the buyer in each shop.

    So the sums stay as they are, and a rebuild from the orders gives the same.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await connection.execute(_UNCOUNT, erased.account_id)
    await connection.execute(_LEAVE, erased.account_id)
    for table in _TABLES:
        await connection.execute(f"DELETE FROM fans.{table} WHERE account_id = $1", erased.account_id)
    order_ids = await orders.list_ids_of_buyers(connection, [ghost.account_id for ghost in erased.ghosts])
    for start in range(0, len(order_ids), AT_ONCE):
        await count_purchases(connection, order_ids[start : start + AT_ONCE], utc_offset_h, now)
        await count_found(connection, order_ids[start : start + AT_ONCE])
