"""The sandbox's books: what its buyers decided, what it gave back. They know nothing of our own tables."""

from collections.abc import AsyncGenerator
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from xiaodian.contracts.payments import (
    Charge,
    ChargeId,
    ChargeState,
    Refund,
    RefundId,
    RefundOutcome,
    RefundState,
    StatementLine,
)
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now

# A failed payment may be tried again; money that came in, and a payment that was closed, stay so.
_DECIDE = """
    INSERT INTO payments.sandbox_charge AS book (charge_id, amount_minor, currency, state, decided_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (charge_id) DO UPDATE SET
        state = CASE WHEN book.state = 'failed' THEN excluded.state ELSE book.state END,
        decided_at = CASE WHEN book.state = 'failed' THEN excluded.decided_at ELSE book.decided_at END
    RETURNING state
"""

_LINES = """
    SELECT charge_id, NULL::uuid AS refund_id, amount_minor, currency, decided_at AS at, charge_id::text AS provider_ref
    FROM payments.sandbox_charge WHERE state = 'captured' AND decided_at >= $1 AND decided_at < $2
    UNION ALL
    SELECT charge_id, refund_id, -amount_minor, currency, refunded_at, refund_id::text
    FROM payments.sandbox_refund WHERE state = 'succeeded' AND refunded_at >= $1 AND refunded_at < $2
    ORDER BY at
"""


PREFETCH = 500


class RefundPlan(StrEnum):
    """What the sandbox does when it is asked to give a charge's money back."""

    SUCCEED = "succeed"
    FAIL = "fail"
    WAIT = "wait"
    """Say that it is under way, until the plan is another."""


class SandboxBooks:
    """What a provider would know. Each method is a transaction of its own: it stands for a call to the outside."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def decide(self, charge: Charge, state: ChargeState) -> ChargeState:
        """Write down how a charge ends; how it really ended, if that was decided before."""
        async with self._database.connection() as connection:
            return ChargeState(
                await connection.fetchval(
                    _DECIDE, charge.charge_id, charge.amount_minor, charge.currency, state, utc_now()
                )
            )

    async def find_state(self, charge_id: ChargeId) -> ChargeState | None:
        """How a charge ended; None if nobody has decided."""
        async with self._database.connection() as connection:
            state = await connection.fetchval(
                "SELECT state FROM payments.sandbox_charge WHERE charge_id = $1", charge_id
            )
        return ChargeState(state) if state is not None else None

    async def plan_refunds(self, charge_id: ChargeId, plan: RefundPlan) -> None:
        """Say how refunds of this charge go from now on, those under way included."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE payments.sandbox_charge SET refund_plan = $2 WHERE charge_id = $1", charge_id, plan
            )
            if plan is not RefundPlan.WAIT:
                await connection.execute(
                    """
                    UPDATE payments.sandbox_refund SET state = $2, refunded_at = $3
                    WHERE charge_id = $1 AND state = 'pending'
                    """,
                    charge_id,
                    _STATES[plan],
                    utc_now(),
                )

    async def refund(self, refund: Refund) -> RefundOutcome:
        """Give back once, however often it is asked; one that failed is tried anew."""
        async with self._database.transaction() as connection:
            book = await connection.fetchrow(
                """
                SELECT amount_minor, currency, state, refund_plan FROM payments.sandbox_charge
                WHERE charge_id = $1 FOR UPDATE
                """,
                refund.charge_id,
            )
            if book is None or book["state"] != ChargeState.CAPTURED or book["currency"] != refund.currency:
                return RefundOutcome(state=RefundState.FAILED, detail="nothing was paid")
            others = await connection.fetchval(
                """
                SELECT coalesce(sum(amount_minor), 0)::bigint FROM payments.sandbox_refund
                WHERE charge_id = $1 AND refund_id <> $2 AND state <> 'failed'
                """,
                refund.charge_id,
                refund.refund_id,
            )
            if others + refund.amount_minor > book["amount_minor"]:
                return RefundOutcome(state=RefundState.FAILED, detail="more than was paid")
            return await self._write_refund(connection, refund, _STATES[RefundPlan(book["refund_plan"])])

    async def find_refund(self, refund_id: RefundId) -> RefundOutcome:
        """What became of a refund; one that never came here is as good as under way."""
        async with self._database.connection() as connection:
            state = await connection.fetchval(
                "SELECT state FROM payments.sandbox_refund WHERE refund_id = $1", refund_id
            )
        return _outcome(RefundState(state) if state is not None else RefundState.PENDING)

    async def list_lines(self, start: datetime, end: datetime) -> AsyncGenerator[StatementLine, None]:
        """All that came in and went out in a time."""
        async with self._database.transaction() as connection:
            async for row in connection.cursor(_LINES, start, end, prefetch=PREFETCH):
                yield StatementLine(**row)

    async def _write_refund(self, connection: Connection, refund: Refund, state: RefundState) -> RefundOutcome:
        written = await connection.fetchval(
            """
            INSERT INTO payments.sandbox_refund AS book
                (refund_id, charge_id, amount_minor, currency, state, refunded_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (refund_id) DO UPDATE SET
                state = CASE WHEN book.state = 'failed' THEN excluded.state ELSE book.state END,
                refunded_at = CASE WHEN book.state = 'failed' THEN excluded.refunded_at ELSE book.refunded_at END
            RETURNING state
            """,
            refund.refund_id,
            refund.charge_id,
            refund.amount_minor,
            refund.currency,
            state,
            utc_now(),
        )
        return _outcome(RefundState(written))

    async def schedule_callback(self, callback_id: UUID, notice_id: str, body: bytes, deliver_at: datetime) -> None:
        """A callback that shall be told later."""
        async with self._database.connection() as connection:
            await connection.execute(
                """
                INSERT INTO payments.sandbox_callback (callback_id, notice_id, body, deliver_at)
                VALUES ($1, $2, $3, $4)
                """,
                callback_id,
                notice_id,
                body,
                deliver_at,
            )

    async def claim_callbacks(self, now: datetime, again_at: datetime, limit: int) -> list[tuple[UUID, str, bytes]]:
        """Callbacks that are due: id, notice id, body. Who does not forget them until `again_at` gets them again."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                """
                UPDATE payments.sandbox_callback SET deliver_at = $2 WHERE callback_id IN (
                    SELECT callback_id FROM payments.sandbox_callback WHERE deliver_at <= $1
                    ORDER BY deliver_at LIMIT $3 FOR UPDATE SKIP LOCKED)
                RETURNING callback_id, notice_id, body
                """,
                now,
                again_at,
                limit,
            )
        return [(row["callback_id"], row["notice_id"], row["body"]) for row in rows]

    async def forget_callback(self, callback_id: UUID) -> None:
        """It was delivered."""
        async with self._database.connection() as connection:
            await connection.execute("DELETE FROM payments.sandbox_callback WHERE callback_id = $1", callback_id)


_STATES = {
    RefundPlan.SUCCEED: RefundState.SUCCEEDED,
    RefundPlan.FAIL: RefundState.FAILED,
    RefundPlan.WAIT: RefundState.PENDING,
}


def _outcome(state: RefundState) -> RefundOutcome:
    return RefundOutcome(state=state, detail="told to fail" if state is RefundState.FAILED else "")
