"""Refunds that a provider refused for good: an operator looks at them and has them tried again."""

from uuid import UUID

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.payments import Refund, RefundId, RefundState
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.payments.service.refunds import REFUND, find_refunds, to_refund

_LIST = f"""
    SELECT {REFUND} FROM payments.refund
    WHERE state = $1 AND ($2::uuid IS NULL OR refund_id < $2) ORDER BY refund_id DESC LIMIT $3
"""


async def list_refunds_in(connection: Connection, state: RefundState, before: UUID | None, limit: int) -> list[Refund]:
    """Refunds in a state, before a refund's id if one is given, the latest ids first."""
    return [to_refund(row) for row in await connection.fetch(_LIST, state, before, limit)]


async def retry_refund(connection: Connection, refund_id: RefundId) -> Refund:
    """Have a refused refund tried again under another number; one that was not refused is left as it is.

    Nothing moves in the ledger: the money has been waiting at `refunds:<provider>` all the time.
    Raises NotFoundError.
    """
    await connection.execute(
        """
        UPDATE payments.refund SET state = 'pending', settled_at = NULL, try_at = $2, times_tried = 0,
            is_under_way = false, attempt = attempt + 1
        WHERE refund_id = $1 AND state = 'failed'
        """,
        refund_id,
        utc_now(),
    )
    found = (await find_refunds(connection, [refund_id])).get(refund_id)
    if found is None:
        raise NotFoundError
    return found
