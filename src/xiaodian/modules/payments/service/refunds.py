"""Money that goes back: decided in one transaction, carried out by the provider afterwards."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.payments import (
    CapturedPart,
    PaymentRefunded,
    Refund,
    RefundFailed,
    RefundId,
    RefundState,
    RefundTooLargeError,
    RefundWish,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import utc_now
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.payments import queries, transfers
from xiaodian.modules.payments.rules import NEXT_REFUND_STATES, choose_part, left_of

REFUND = """refund_id, charge_id, order_id, shop_id, provider, amount_minor, currency, reason, state, requested_at,
    settled_at, attempt, detail"""

_TAKE = """
    UPDATE payments.charge_part AS part SET refunded_minor = part.refunded_minor + taken.amount_minor
    FROM (SELECT charge_id, order_id, sum(amount_minor)::bigint AS amount_minor
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS one (charge_id, order_id, amount_minor)
        GROUP BY charge_id, order_id) AS taken
    WHERE part.charge_id = taken.charge_id AND part.order_id = taken.order_id
"""

_INSERT = """
    INSERT INTO payments.refund (refund_id, charge_id, order_id, shop_id, provider, amount_minor, currency, reason,
        state, requested_at, try_at)
    SELECT *, 'pending', $9::timestamptz, $9 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[],
        $6::bigint[], $7::text[], $8::text[])
"""

_SETTLE = """
    UPDATE payments.refund SET state = change.state, detail = change.detail, settled_at = $4, try_at = NULL
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS change (refund_id, state, detail)
    WHERE refund.refund_id = change.refund_id
"""


async def request_refunds(connection: Connection, wishes: Sequence[RefundWish]) -> list[Refund]:
    """Take money out of escrow for buyers; a job has the providers give it back. The same id again takes nothing.

    One refund a wish, in order. The caller holds the orders locked. Raises RefundTooLargeError.
    """
    if not wishes:
        return []
    parts = await queries.lock_captured_parts(connection, {wish.order_id for wish in wishes})
    # Only now, that nobody else can take from these orders, is it certain which refunds there are.
    refunds = await find_refunds(connection, [wish.refund_id for wish in wishes])
    fresh: dict[RefundId, Refund] = {}
    now = utc_now()
    for wish in wishes:
        if wish.refund_id not in refunds:
            refund = _take(parts, wish, now)
            refunds[wish.refund_id] = fresh[wish.refund_id] = refund
    await _write(connection, list(fresh.values()), now)
    return [refunds[wish.refund_id] for wish in wishes]


def _take(parts: dict[UUID, list[CapturedPart]], wish: RefundWish, now: datetime) -> Refund:
    mine = parts.get(wish.order_id, [])
    chosen = choose_part(mine, wish.amount_minor)
    if chosen is None:
        raise RefundTooLargeError(left_minor=max((left_of(part) for part in mine), default=0))
    rest = msgspec.structs.replace(chosen.part, refunded_minor=chosen.part.refunded_minor + wish.amount_minor)
    mine[mine.index(chosen)] = msgspec.structs.replace(chosen, part=rest)
    return Refund(
        refund_id=wish.refund_id,
        charge_id=chosen.charge_id,
        order_id=wish.order_id,
        shop_id=chosen.part.shop_id,
        provider=chosen.provider,
        amount_minor=wish.amount_minor,
        currency=chosen.currency,
        reason=wish.reason,
        state=RefundState.PENDING,
        requested_at=now,
        settled_at=None,
    )


async def _write(connection: Connection, refunds: Sequence[Refund], now: datetime) -> None:
    if not refunds:
        return
    charge_ids, order_ids = [refund.charge_id for refund in refunds], [refund.order_id for refund in refunds]
    amounts = [refund.amount_minor for refund in refunds]
    await connection.execute(_TAKE, charge_ids, order_ids, amounts)
    await connection.execute(
        _INSERT,
        [refund.refund_id for refund in refunds],
        charge_ids,
        order_ids,
        [refund.shop_id for refund in refunds],
        [refund.provider for refund in refunds],
        amounts,
        [refund.currency for refund in refunds],
        [refund.reason for refund in refunds],
        now,
    )
    await ledger.post_many(connection, [transfers.request_refund(refund) for refund in refunds])


async def settle_refunds(connection: Connection, outcomes: Mapping[RefundId, tuple[RefundState, str]]) -> list[Refund]:
    """Write what providers said of refunds (state and a few words), post it and tell it; those that changed by it."""
    rows = await connection.fetch(
        f"SELECT {REFUND} FROM payments.refund WHERE refund_id = ANY($1::uuid[]) ORDER BY refund_id FOR UPDATE",
        list(outcomes),
    )
    now = utc_now()
    changed = [
        msgspec.structs.replace(refund, state=after, detail=outcomes[refund.refund_id][1], settled_at=now)
        for refund in map(to_refund, rows)
        if (after := NEXT_REFUND_STATES.get((refund.state, outcomes[refund.refund_id][0])))
    ]
    if not changed:
        return []
    await connection.execute(
        _SETTLE,
        [refund.refund_id for refund in changed],
        [refund.state for refund in changed],
        [refund.detail for refund in changed],
        now,
    )
    done = [refund for refund in changed if refund.state is RefundState.SUCCEEDED]
    await ledger.post_many(connection, [transfers.settle_refund(refund) for refund in done])
    await outbox.emit(connection, *map(_to_event, changed))
    return changed


async def find_refunds(connection: Connection, refund_ids: Collection[RefundId]) -> dict[RefundId, Refund]:
    """Those of the refunds that exist."""
    rows = await connection.fetch(
        f"SELECT {REFUND} FROM payments.refund WHERE refund_id = ANY($1::uuid[])", list(refund_ids)
    )
    return {row["refund_id"]: to_refund(row) for row in rows}


async def list_refunds(connection: Connection, order_ids: Collection[UUID]) -> list[Refund]:
    """All refunds of these orders, the oldest first."""
    rows = await connection.fetch(
        f"SELECT {REFUND} FROM payments.refund WHERE order_id = ANY($1::uuid[]) ORDER BY requested_at, refund_id",
        list(order_ids),
    )
    return [to_refund(row) for row in rows]


async def list_refunds_of_shop(
    connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[Refund]:
    """What goes back to the buyers of a shop, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {REFUND} FROM payments.refund
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR refund_id < $2) ORDER BY refund_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [to_refund(row) for row in rows]


def to_refund(row: Record) -> Refund:
    """A row with the columns REFUND."""
    fields = {name: row[name] for name in Refund.__struct_fields__}
    return Refund(**{**fields, "state": RefundState(row["state"])})


def _to_event(refund: Refund) -> PaymentRefunded | RefundFailed:
    if refund.state is RefundState.FAILED:
        return RefundFailed(
            order_id=refund.order_id,
            shop_id=refund.shop_id,
            refund_id=refund.refund_id,
            amount_minor=refund.amount_minor,
        )
    return PaymentRefunded(
        order_id=refund.order_id,
        shop_id=refund.shop_id,
        charge_id=refund.charge_id,
        refund_id=refund.refund_id,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
    )
