"""Pay out through the bank: released payouts go there in one file, and its results come back in another."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import Contract, NotFoundError
from xiaodian.contracts.settlement import BatchId, NothingToPayError, PayoutId, PayoutState
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.spreadsheets import BOM
from xiaodian.modules.settlement.csv_files import read_rows, write_rows
from xiaodian.modules.settlement.models import Batch, Payout, PayoutDeed
from xiaodian.modules.settlement.service.owners import find_freezes
from xiaodian.modules.settlement.service.payout_rows import PAYOUT, Change, lock_payouts, move_payouts, to_payout

MOST_PAYOUTS = 1_000
HEADER = ("payout_id", "holder", "bank", "number", "amount", "currency")
_BATCH = ", ".join(Batch.__struct_fields__)
_RESULTS = {"paid": PayoutDeed.REPORT_PAID, "failed": PayoutDeed.REPORT_FAILED}
_STATES = {"paid": PayoutState.PAID, "failed": PayoutState.FAILED}
_MAX_DETAIL = 200


class ResultRow(Contract, frozen=True, kw_only=True):
    """What became of a row of the bank's file: `paid`, `failed`, `unchanged` (known before), or `refused` and why."""

    row: int
    payout_id: str
    outcome: str
    reason: str | None


class Results(Contract, frozen=True, kw_only=True):
    """What the bank's file changed."""

    rows: list[ResultRow]
    paid: int
    failed: int
    refused: int


class _Told(msgspec.Struct, frozen=True):
    row: int
    text: str
    payout_id: PayoutId | None
    result: str
    detail: str


async def make_batch(connection: Connection, caller: Caller) -> Batch:
    """Put all released payouts (the oldest first, frozen money left out) into one file. Raises NothingToPayError."""
    now = utc_now()
    payouts = await _take_released(connection)
    if not payouts:
        raise NothingToPayError
    batch = Batch(
        batch_id=BatchId(new_id()),
        created_by=caller.account_id,
        created_at=now,
        count=len(payouts),
        total_minor=sum(payout.amount_minor for payout in payouts),
        currency=DEFAULT_CURRENCY,
    )
    await connection.execute(
        f"INSERT INTO settlement.payout_batch ({_BATCH}, file) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(getattr(batch, name) for name in Batch.__struct_fields__),
        _to_file(payouts),
    )
    changes = [Change(payout, PayoutDeed.PUT_IN_BATCH) for payout in payouts]
    await move_payouts(connection, changes, by=caller.account_id, now=now, batch_id=batch.batch_id)
    return batch


async def _take_released(connection: Connection) -> list[Payout]:
    rows = await connection.fetch(
        f"""
        SELECT {PAYOUT} FROM settlement.payout AS payout WHERE state = 'released' AND currency = $1 AND NOT EXISTS (
            SELECT FROM settlement.freeze AS f
            WHERE f.kind = payout.kind AND f.owner_id = payout.owner_id AND f.lifted_at IS NULL
        )
        ORDER BY payout_id LIMIT $2 FOR UPDATE OF payout SKIP LOCKED
        """,
        DEFAULT_CURRENCY,
        MOST_PAYOUTS,
    )
    payouts = [to_payout(row) for row in rows]
    # Once more now that the rows are held: a freeze may have come while we waited.
    frozen = await find_freezes(connection, {payout.owner for payout in payouts})
    return [payout for payout in payouts if payout.owner not in frozen]


def _to_file(payouts: Sequence[Payout]) -> bytes:
    rows = [
        (str(payout.payout_id), payout.holder, payout.bank, payout.number, payout.amount_minor, payout.currency)
        for payout in payouts
    ]
    return (BOM + write_rows([HEADER, *rows])).encode()


async def get_file(ctx: Context, caller: Caller, batch_id: UUID) -> bytes:
    """The file as it was made, the same every time; who took it is written down. Raises NotFoundError."""
    async with ctx.database.transaction() as connection:
        file: bytes | None = await connection.fetchval(
            "SELECT file FROM settlement.payout_batch WHERE batch_id = $1", batch_id
        )
        if file is None:
            raise NotFoundError
        await connection.execute(
            """
            INSERT INTO settlement.payout_batch_download (batch_id, downloaded_at, account_id) VALUES ($1, $2, $3)
            """,
            batch_id,
            utc_now(),
            caller.account_id,
        )
    return file


async def list_batches(connection: Connection, *, before: UUID | None, limit: int) -> list[Batch]:
    """Batches, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_BATCH} FROM settlement.payout_batch WHERE ($1::uuid IS NULL OR batch_id < $1)
        ORDER BY batch_id DESC LIMIT $2
        """,
        before,
        limit,
    )
    return [Batch(**row) for row in rows]


async def take_results(connection: Connection, caller: Caller, batch_id: UUID, raw: bytes) -> Results:
    """Read what the bank did: rows of payout id, `paid` or `failed`, and a word why. Money of failed ones returns.

    The same file again changes nothing. Raises NotFoundError, InvalidInputError.
    """
    told = [_read(number, row) for number, row in enumerate(read_rows(raw, most=MOST_PAYOUTS + 1), 1)]
    if told and told[0].text.lower() == HEADER[0]:
        told = told[1:]
    return await _apply(connection, caller, BatchId(batch_id), told, utc_now())


def _read(number: int, row: Sequence[str]) -> _Told:
    text, result, detail = [*row, "", "", ""][:3]
    text = text.lstrip("'")
    try:
        payout_id = PayoutId(UUID(text))
    except ValueError:
        payout_id = None
    return _Told(number, text[:64], payout_id, result.lower(), detail[:_MAX_DETAIL])


async def _apply(
    connection: Connection, caller: Caller, batch_id: BatchId, told: Sequence[_Told], now: datetime
) -> Results:
    if not await connection.fetchval("SELECT true FROM settlement.payout_batch WHERE batch_id = $1", batch_id):
        raise NotFoundError
    payouts = await lock_payouts(connection, {one.payout_id for one in told if one.payout_id})
    seen: set[PayoutId] = set()
    rows, changes = [], []
    for one in told:
        payout = payouts.get(one.payout_id) if one.payout_id else None
        outcome, reason = _judge(one, payout, batch_id, seen)
        if payout is not None and outcome in _RESULTS:
            changes.append(Change(payout, _RESULTS[outcome], one.detail))
            seen.add(payout.payout_id)
        rows.append(ResultRow(row=one.row, payout_id=one.text, outcome=outcome, reason=reason))
    if changes:
        await move_payouts(connection, changes, by=caller.account_id, now=now)
    outcomes = [row.outcome for row in rows]
    return Results(
        rows=rows, paid=outcomes.count("paid"), failed=outcomes.count("failed"), refused=outcomes.count("refused")
    )


def _judge(one: _Told, payout: Payout | None, batch_id: BatchId, seen: set[PayoutId]) -> tuple[str, str | None]:
    if payout is None or payout.batch_id != batch_id:
        return "refused", "not_in_batch"
    if one.result not in _RESULTS:
        return "refused", "bad_result"
    if payout.payout_id in seen:
        return "refused", "twice"
    if payout.state is _STATES[one.result]:
        return "unchanged", None
    if payout.state is not PayoutState.IN_BATCH:
        return "refused", "already_told"
    return one.result, None
