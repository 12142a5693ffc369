"""What insights keep of a person: what their pages told, as long as it is kept, and in whose name sales stand."""

from typing import Any

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.infra.database import Connection
from xiaodian.modules.insights.service.count_sales import LOCK
from xiaodian.modules.orders import api as orders

_ACTS = """
    SELECT at, kind, room_id, video_id, product_id, watch_s FROM insights.behaviour
    WHERE account_id = $1 ORDER BY at DESC LIMIT $2
"""
_LINKS = """
    SELECT room_id, parts, made_at, expires_at, ended_at FROM insights.report_link
    WHERE made_by = $1 ORDER BY made_at DESC LIMIT $2
"""
_SALES = """
    UPDATE insights.sale SET buyer_id = ghost.account_id
    FROM unnest($2::uuid[], $3::uuid[]) AS ghost (shop_id, account_id)
    WHERE sale.shop_id = ghost.shop_id AND sale.buyer_id = $1 AND sale.order_id = ANY($4::uuid[])
"""
# A day that stands under both, as when a sale was counted again meanwhile, was counted as two buyers: the first payment
# of it stays, and the hour of the other has a buyer less.
_ONCE = """
    WITH twice AS (
        SELECT shop_id, day, ghost.account_id AS ghost_id, least(mine.first_paid_at, known.first_paid_at) AS first_at,
            date_trunc('hour', greatest(mine.first_paid_at, known.first_paid_at), 'UTC') AS hour
        FROM insights.shop_buyer_day AS mine
            JOIN unnest($2::uuid[], $3::uuid[]) AS ghost (shop_id, account_id) USING (shop_id)
            JOIN insights.shop_buyer_day AS known USING (shop_id, day)
        WHERE mine.buyer_id = $1 AND known.buyer_id = ghost.account_id
    ), less AS (
        UPDATE insights.shop_hour AS sums SET buyers = sums.buyers - too_many.buyers
        FROM (SELECT shop_id, hour, count(*) AS buyers FROM twice GROUP BY 1, 2) AS too_many
        WHERE (sums.shop_id, sums.hour) = (too_many.shop_id, too_many.hour)
    )
    UPDATE insights.shop_buyer_day AS known SET first_paid_at = first_at FROM twice
    WHERE (known.shop_id, known.day, known.buyer_id) = (twice.shop_id, twice.day, ghost_id)
"""
_DAYS = """
    UPDATE insights.shop_buyer_day AS mine SET buyer_id = ghost.account_id
    FROM unnest($2::uuid[], $3::uuid[]) AS ghost (shop_id, account_id)
    WHERE mine.shop_id = ghost.shop_id AND mine.buyer_id = $1 AND NOT EXISTS (
        SELECT FROM insights.shop_buyer_day AS known
        WHERE (known.shop_id, known.day, known.buyer_id) = (mine.shop_id, mine.day, ghost.account_id)
    )
"""


async def export(connection: Connection, account_id: AccountId, limit: int) -> dict[str, list[dict[str, Any]]]:
    """What pages told while the account was signed in, and links to reports that it made, the newest first."""
    return {
        "behaviour": [dict(row) for row in await connection.fetch(_ACTS, account_id, limit)],
        "report_links": [dict(row) for row in await connection.fetch(_LINKS, account_id, limit)],
    }


async def erase(connection: Connection, erased: AccountErased) -> None:
    """What pages told names nobody any more, and links that the account made lead nowhere.

    Sales stand in the name of who stands for the buyer.
    """
    account_id = erased.account_id
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await connection.execute("UPDATE insights.behaviour SET account_id = NULL WHERE account_id = $1", account_id)
    await connection.execute("DELETE FROM insights.room_account WHERE account_id = $1", account_id)
    await connection.execute("DELETE FROM insights.report_link WHERE made_by = $1", account_id)
    shop_ids = [ghost.shop_id for ghost in erased.ghosts]
    ghosts = [ghost.account_id for ghost in erased.ghosts]
    order_ids = await orders.list_ids_of_buyers(connection, ghosts)
    await connection.execute(_SALES, account_id, shop_ids, ghosts, order_ids)
    await connection.execute(_ONCE, account_id, shop_ids, ghosts)
    await connection.execute(_DAYS, account_id, shop_ids, ghosts)
    await connection.execute(
        "DELETE FROM insights.shop_buyer_day WHERE shop_id = ANY($2::uuid[]) AND buyer_id = $1", account_id, shop_ids
    )
