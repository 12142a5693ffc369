"""What outreach keeps of a person: what was sent to them, what they want, what they looked at and bought."""

from typing import Any

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import api as orders
from xiaodian.modules.outreach.queries import ALL_SHOPS
from xiaodian.modules.outreach.service.count_sales import count_sales

_PARTS = {
    "messages": """
        SELECT campaign.shop_id, text, link, channel, delivery.state, sent_at FROM outreach.delivery
        JOIN outreach.campaign USING (campaign_id) WHERE account_id = $1 ORDER BY due_at DESC LIMIT $2
    """,
    "opt_outs": "SELECT shop_id, since FROM outreach.opt_out WHERE account_id = $1 LIMIT $2",
    "mail_consent": "SELECT since FROM outreach.mail_consent WHERE account_id = $1 LIMIT $2",
    "push_subscriptions": """
        SELECT endpoint, since FROM outreach.push_subscription WHERE account_id = $1 LIMIT $2
    """,
    "reminders": "SELECT room_id, channel, state, given_at FROM outreach.reminder WHERE account_id = $1 LIMIT $2",
    "products_looked_at": "SELECT product_id, seen_at FROM outreach.watched WHERE account_id = $1 LIMIT $2",
}
# Whom a message reached counts on in its effect, under who stands for the fan; what reached the queue once more before
# all had heard of the erasure adds nothing to that.
_COPY = """
    INSERT INTO outreach.recipient (campaign_id, account_id, occasion, shop_id, skipped, is_held_out, counts_from)
    SELECT campaign_id, ghost.account_id, occasion, mine.shop_id, skipped, is_held_out, counts_from
    FROM outreach.recipient AS mine JOIN unnest($2::uuid[], $3::uuid[]) AS ghost (shop_id, account_id) USING (shop_id)
    WHERE mine.account_id = $1 ON CONFLICT DO NOTHING
"""
_MOVE = """
    UPDATE outreach.delivery SET account_id = ghost.account_id,
        state = CASE WHEN delivery.state IN ('waiting', 'sending') THEN 'dropped' ELSE delivery.state END
    FROM outreach.recipient AS mine JOIN unnest($2::uuid[], $3::uuid[]) AS ghost (shop_id, account_id) USING (shop_id)
    WHERE delivery.account_id = $1 AND (mine.campaign_id, mine.account_id, mine.occasion)
            = (delivery.campaign_id, delivery.account_id, delivery.occasion)
        AND NOT EXISTS (
            SELECT FROM outreach.delivery AS known
            WHERE (known.campaign_id, known.account_id, known.occasion, known.channel)
                = (delivery.campaign_id, ghost.account_id, delivery.occasion, delivery.channel)
        )
"""
_SILENCE = """
    INSERT INTO outreach.opt_out (account_id, shop_id, since)
    SELECT ghost, $2, $3 FROM unnest($1::uuid[]) AS ghost ON CONFLICT DO NOTHING
"""
_TABLES = ("delivery", "recipient", "opt_out", "mail_consent", "push_subscription", "watched", "member", "reminder")


async def export(connection: Connection, account_id: AccountId, limit: int) -> dict[str, list[dict[str, Any]]]:
    """All of it, at most so many of each."""
    return {
        part: [dict(row) for row in await connection.fetch(select, account_id, limit)]
        for part, select in _PARTS.items()
    }


async def erase(connection: Connection, erased: AccountErased) -> None:
    """What names the account goes. Who stands for it in a shop's books is never written to."""
    account_id = erased.account_id
    shop_ids = [ghost.shop_id for ghost in erased.ghosts]
    ghosts = [ghost.account_id for ghost in erased.ghosts]
    await connection.execute(_SILENCE, ghosts, ALL_SHOPS, utc_now())
    await connection.execute(_COPY, account_id, shop_ids, ghosts)
    await connection.execute(_MOVE, account_id, shop_ids, ghosts)
    for table in _TABLES:
        await connection.execute(f"DELETE FROM outreach.{table} WHERE account_id = $1", account_id)
    for table in ("sale", "bought"):
        await connection.execute(
            f"DELETE FROM outreach.{table} WHERE shop_id = ANY($2::uuid[]) AND buyer_id = $1", account_id, shop_ids
        )
    await count_sales(connection, await orders.list_ids_of_buyers(connection, ghosts))
