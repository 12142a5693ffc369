"""What after-sales keep of a person: what they asked for, and what they said."""

from typing import Any

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.infra.database import Connection

_MINE = """
    SELECT kind, state, quantity, goods_minor, reason, description, opened_at, ended_at FROM aftersales.after_sale
    WHERE buyer_id = $1 ORDER BY after_sale_id DESC LIMIT $2
"""
_UNLINK = """
    UPDATE aftersales.after_sale SET buyer_id = ghost.account_id
    FROM unnest($2::uuid[], $3::uuid[]) AS ghost (shop_id, account_id)
    WHERE after_sale.buyer_id = $1 AND after_sale.shop_id = ghost.shop_id
"""
_UNLINK_EVENTS = """
    UPDATE aftersales.event SET account_id = mine.buyer_id FROM aftersales.after_sale AS mine
    WHERE mine.buyer_id = ANY($2::uuid[])
        AND (event.shop_id, event.after_sale_id) = (mine.shop_id, mine.after_sale_id) AND event.account_id = $1
"""


async def export(connection: Connection, account_id: AccountId, limit: int) -> dict[str, list[dict[str, Any]]]:
    """What was asked for, the newest first."""
    return {"after_sales": [dict(row) for row in await connection.fetch(_MINE, account_id, limit)]}


async def has_open(connection: Connection, account_id: AccountId) -> bool:
    """Whether something that was asked for is not settled."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM aftersales.after_sale WHERE buyer_id = $1 AND ended_at IS NULL)", account_id
    )
    return found


async def erase(connection: Connection, erased: AccountErased) -> None:
    """What belongs to orders stays with them, under who stands for the buyer."""
    ghosts = [ghost.account_id for ghost in erased.ghosts]
    await connection.execute(_UNLINK, erased.account_id, [ghost.shop_id for ghost in erased.ghosts], ghosts)
    await connection.execute(_UNLINK_EVENTS, erased.account_id, ghosts)
