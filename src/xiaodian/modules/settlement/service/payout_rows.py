"""Payouts' rows: reads, and the one way in which their state changes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.settlement import BatchId, OwnerKind, PayoutChanged, PayoutId, PayoutState
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.ids import new_id
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.settlement import transfers
from xiaodian.modules.settlement.models import Owner, Payout, PayoutDeed
from xiaodian.modules.settlement.rules import ON_THE_WAY, RETURNED, get_next_state

PAYOUT = ", ".join(Payout.__struct_fields__)

_UPDATE = """
    UPDATE settlement.payout SET state = change.state, changed_at = $3, detail = change.detail,
        batch_id = coalesce($4, batch_id)
    FROM unnest($1::uuid[], $2::text[], $5::text[]) AS change (payout_id, state, detail)
    WHERE payout.payout_id = change.payout_id
"""

_MOVES = """
    INSERT INTO settlement.payout_move (payout_id, move_id, deed, state, moved_at, account_id, reason)
    SELECT payout_id, move_id, deed, state, $4, $5, reason
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $6::text[], $7::text[])
        AS new (payout_id, move_id, deed, state, reason)
"""


class Change(NamedTuple):
    """A payout as it is, what is done with it, and a word why."""

    payout: Payout
    deed: PayoutDeed
    detail: str = ""


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner's payouts come to."""

    on_the_way_minor: int
    paid_minor: int


def to_payout(row: Record) -> Payout:
    """A row with the columns PAYOUT."""
    return Payout(**{**row, "kind": OwnerKind(row["kind"]), "state": PayoutState(row["state"])})


async def lock_payouts(connection: Connection, payout_ids: Collection[UUID]) -> dict[PayoutId, Payout]:
    """Those of the payouts that exist, held in key order until the transaction ends."""
    rows = await connection.fetch(
        f"SELECT {PAYOUT} FROM settlement.payout WHERE payout_id = ANY($1::uuid[]) ORDER BY payout_id FOR UPDATE",
        list(payout_ids),
    )
    return {row["payout_id"]: to_payout(row) for row in rows}


async def list_payouts_of(connection: Connection, owner: Owner, *, before: UUID | None, limit: int) -> list[Payout]:
    """An owner's payouts, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {PAYOUT} FROM settlement.payout
        WHERE kind = $1 AND owner_id = $2 AND ($3::uuid IS NULL OR payout_id < $3) ORDER BY payout_id DESC LIMIT $4
        """,
        owner.kind,
        owner.owner_id,
        before,
        limit,
    )
    return [to_payout(row) for row in rows]


async def list_payouts_by_state(
    connection: Connection, state: PayoutState | None, *, after: UUID | None, limit: int
) -> list[Payout]:
    """Payouts of everybody, those that wait longest first."""
    rows = await connection.fetch(
        f"""
        SELECT {PAYOUT} FROM settlement.payout
        WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR payout_id > $2) ORDER BY payout_id LIMIT $3
        """,
        state,
        after,
        limit,
    )
    return [to_payout(row) for row in rows]


async def sum_payouts(connection: Connection, owner: Owner, currency: str) -> Sums:
    """What is on its way to an owner's bank, and what has arrived there."""
    row = await connection.fetchrow(
        """
        SELECT coalesce(sum(amount_minor) FILTER (WHERE state = ANY($4::text[])), 0)::bigint AS on_the_way_minor,
            coalesce(sum(amount_minor) FILTER (WHERE state = 'paid'), 0)::bigint AS paid_minor
        FROM settlement.payout WHERE kind = $1 AND owner_id = $2 AND currency = $3
        """,
        owner.kind,
        owner.owner_id,
        currency,
        list(ON_THE_WAY),
    )
    assert row is not None
    return Sums(**row)


async def move_payouts(
    connection: Connection,
    changes: Sequence[Change],
    *,
    by: AccountId,
    now: datetime,
    batch_id: BatchId | None = None,
) -> list[Payout]:
    """Change the state of locked payouts, with who, when and why; move their money; tell it.

    Raises IllegalPayoutMoveError.
    """
    moved = [
        msgspec.structs.replace(
            change.payout,
            state=get_next_state(change.payout.state, change.deed),
            changed_at=now,
            detail=change.detail,
            batch_id=batch_id or change.payout.batch_id,
        )
        for change in changes
    ]
    details = [payout.detail for payout in moved]
    ids, states = [payout.payout_id for payout in moved], [payout.state for payout in moved]
    await connection.execute(_UPDATE, ids, states, now, batch_id, details)
    await note_moves(connection, moved, [change.deed for change in changes], by=by, now=now)
    posted = [transfers.pay_out(payout) for payout in moved if payout.state is PayoutState.PAID]
    posted += [transfers.return_payout(payout) for payout in moved if payout.state in RETURNED]
    await ledger.post_many(connection, posted, posted_at=now)
    return moved


async def note_moves(
    connection: Connection, moved: Sequence[Payout], deeds: Sequence[PayoutDeed], *, by: AccountId, now: datetime
) -> None:
    """The history of payouts, and the events that tell of it."""
    await connection.execute(
        _MOVES,
        [payout.payout_id for payout in moved],
        [new_id() for _ in moved],
        list(deeds),
        now,
        by,
        [payout.state for payout in moved],
        [payout.detail for payout in moved],
    )
    await outbox.emit(
        connection,
        *(
            PayoutChanged(
                payout_id=payout.payout_id,
                owner_kind=payout.kind,
                owner_id=payout.owner_id,
                state=payout.state,
                amount_minor=payout.amount_minor,
                currency=payout.currency,
            )
            for payout in moved
        ),
    )
