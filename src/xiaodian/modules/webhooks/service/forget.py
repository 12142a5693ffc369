"""What is older than thirty days is not kept: messages, what became of them, every try, and what was put aside."""

from datetime import datetime

from xiaodian.infra.database import Database
from xiaodian.modules.webhooks.rules import KEPT_FOR

BATCH = 5000

# A message that still waits somewhere is kept until it is dead there.
_EVENTS = """
    WITH old AS (
        SELECT shop_id, position FROM webhooks.event
        WHERE recorded_at < $1
            AND NOT EXISTS (
                SELECT FROM webhooks.endpoint JOIN webhooks.delivery USING (shop_id, endpoint_id)
                WHERE endpoint.shop_id = event.shop_id AND endpoint.is_enabled
                    AND delivery.position = event.position AND delivery.state = 'waiting'
            )
        LIMIT $2
    ), gone AS (
        DELETE FROM webhooks.event USING old WHERE event.shop_id = old.shop_id AND event.position = old.position
        RETURNING event.shop_id, event.position
    ), noted AS (
        UPDATE webhooks.shop SET forgotten = greatest(shop.forgotten, last.position)
        FROM (SELECT shop_id, max(position) AS position FROM gone GROUP BY shop_id) AS last
        WHERE shop.shop_id = last.shop_id
    )
    SELECT count(*) FROM gone
"""
_DELIVERIES = """
    WITH gone AS (
        DELETE FROM webhooks.delivery WHERE (shop_id, endpoint_id, position) IN (
            SELECT shop_id, endpoint_id, position FROM webhooks.delivery AS kept
            WHERE created_at < $1
                AND NOT EXISTS (
                    SELECT FROM webhooks.event WHERE event.shop_id = kept.shop_id AND event.position = kept.position
                )
            LIMIT $2
        ) RETURNING 1
    )
    SELECT count(*) FROM gone
"""
_ATTEMPTS = """
    WITH gone AS (
        DELETE FROM webhooks.attempt WHERE (shop_id, endpoint_id, position, attempt_id) IN (
            SELECT shop_id, endpoint_id, position, attempt_id FROM webhooks.attempt WHERE at < $1 LIMIT $2
        ) RETURNING 1
    )
    SELECT count(*) FROM gone
"""
_SET_ASIDE = """
    WITH gone AS (
        DELETE FROM webhooks.set_aside WHERE event_id IN (
            SELECT event_id FROM webhooks.set_aside WHERE at < $1 LIMIT $2
        ) RETURNING 1
    )
    SELECT count(*) FROM gone
"""


async def forget_old(database: Database, now: datetime) -> None:
    """Delete what is old, batch by batch."""
    cutoff = now - KEPT_FOR
    for statement in (_EVENTS, _DELIVERIES, _ATTEMPTS, _SET_ASIDE):
        while await _forget_batch(database, statement, cutoff) == BATCH:
            continue


async def _forget_batch(database: Database, statement: str, cutoff: datetime) -> int:
    async with database.transaction() as connection:
        return int(await connection.fetchval(statement, cutoff, BATCH))
