"""Endpoints that take nothing: their people are warned after a day, and after three days nothing is sent any more.

The shop has a notice of it for as long as it lasts.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from xiaodian.contracts.shops import RuleKind
from xiaodian.contracts.webhooks import DisabledReason, EndpointId, WebhookTrouble, WebhookTroubled
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database, Record
from xiaodian.modules.shops import api as shops
from xiaodian.modules.webhooks.rules import DISABLE_AFTER, WARN_AFTER

BATCH = 200

_SWITCH_OFF = """
    UPDATE webhooks.endpoint SET is_enabled = false, disabled_reason = $2, disabled_at = $3
    WHERE endpoint_id = ANY($1::uuid[]) AND is_enabled
    RETURNING shop_id, endpoint_id, app_id, url, last_error
"""
_FAILING = """
    SELECT endpoint_id FROM webhooks.endpoint WHERE is_enabled AND failing_since <= $1
    ORDER BY endpoint_id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
"""
_WARN = """
    UPDATE webhooks.endpoint SET warned_at = $2
    WHERE endpoint_id IN (
        SELECT endpoint_id FROM webhooks.endpoint WHERE is_enabled AND failing_since <= $1 AND warned_at IS NULL
        ORDER BY endpoint_id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING shop_id, endpoint_id, app_id, url, last_error
"""


async def switch_off(
    connection: Connection, endpoint_ids: Collection[EndpointId], reason: DisabledReason, now: datetime
) -> None:
    """Nothing is sent there any more, until somebody enables it; what waits goes on waiting. Emits WebhookTroubled."""
    if endpoint_ids:
        rows = await connection.fetch(_SWITCH_OFF, sorted(endpoint_ids), reason, now)
        await outbox.emit(connection, *(_told(row, WebhookTrouble.SWITCHED_OFF, reason) for row in rows))
        await _notify(connection, rows, RuleKind.WEBHOOK_OFF, now)


async def look_after_failing(database: Database, now: datetime) -> int:
    """Warn of endpoints that fail for a day, switch off those that fail for three; answers how many were."""
    async with database.transaction() as connection:
        rows = await connection.fetch(_FAILING, now - DISABLE_AFTER, BATCH)
        lost = [row["endpoint_id"] for row in rows]
        await switch_off(connection, lost, DisabledReason.FAILING, now)
        warned = await connection.fetch(_WARN, now - WARN_AFTER, now, BATCH)
        await outbox.emit(connection, *(_told(row, WebhookTrouble.FAILING, row["last_error"] or "") for row in warned))
        await _notify(connection, warned, RuleKind.WEBHOOK_FAILING, now)
    return len(lost) + len(warned)


async def _notify(connection: Connection, rows: Sequence[Record], kind: RuleKind, now: datetime) -> None:
    for row in rows:
        await shops.put_own_notice(connection, row["shop_id"], row["endpoint_id"], kind=kind, text=row["url"], now=now)


def _told(row: Record, trouble: WebhookTrouble, reason: str) -> WebhookTroubled:
    return WebhookTroubled(
        endpoint_id=row["endpoint_id"],
        shop_id=row["shop_id"],
        app_id=row["app_id"],
        url=row["url"],
        trouble=trouble,
        reason=reason,
    )
