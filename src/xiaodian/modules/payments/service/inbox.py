"""Handling what stands in the inbox about refunds, and keeping what comes in by other ways than HTTP."""

from collections.abc import Mapping, Sequence

from xiaodian.contracts.payments import PaymentProvider, RefundNotice
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.inbox_rows import AnyNotice, handle_once, keep_notices, key_of
from xiaodian.modules.payments.service.refunds import settle_refunds

TOLD = "told by the provider"


async def accept_refund_notices(database: Database, notices: Sequence[RefundNotice]) -> int:
    """Write what providers told us of refunds onto them, each message once. Says how many refunds changed by it."""
    async with database.transaction() as connection:
        fresh = await handle_once(connection, [(notice, None) for notice in notices], utc_now())
        outcomes = {notice.refund_id: (notice.outcome, TOLD) for notice in notices if key_of(notice) in fresh}
        return len(await settle_refunds(connection, outcomes)) if outcomes else 0


async def keep_callback(
    database: Database, provider: PaymentProvider, headers: Mapping[str, str], body: bytes
) -> AnyNotice | None:
    """Verify a callback and put it into the inbox. Raises BadCallbackError."""
    notice = await provider.verify_callback(headers, body)
    if notice is not None:
        async with database.connection() as connection:
            await keep_notices(connection, [notice], utc_now())
    return notice
