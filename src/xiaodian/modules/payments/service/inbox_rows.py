"""The inbox: every verified message of a provider, once by its own id, with what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from xiaodian.contracts.payments import PaymentNotice, RefundNotice
from xiaodian.infra.database import Connection
from xiaodian.infra.logging import get_logger

log = get_logger(__name__)

AnyNotice = PaymentNotice | RefundNotice
NoticeKey = tuple[str, str]

# One document instead of many arrays. In key order, so that two processes that are told the same things do not wait
# for each other in a circle.
_ROWS = """
    SELECT n.body ->> 'provider' AS provider, n.body ->> 'notice_id' AS notice_id, n.kind,
        (n.body ->> 'subject_id')::uuid AS subject_id, n.body ->> 'outcome' AS outcome, n.body, n.refused
    FROM jsonb_to_recordset($1::jsonb) AS n (kind text, body jsonb, refused text)
    ORDER BY 1, 2
"""

# A message about a charge or a refund of ours for another amount or currency is as good as one about nobody's.
_KEEP = f"""
    INSERT INTO payments.notice AS kept
        (provider, notice_id, kind, subject_id, outcome, body, refused, received_at, handled_at)
    SELECT told.provider, told.notice_id, told.kind, told.subject_id, told.outcome, told.body,
        CASE WHEN coalesce(charge.charge_id, refund.refund_id) IS NULL THEN 'unknown_charge' END, $2::timestamptz,
        CASE WHEN coalesce(charge.charge_id, refund.refund_id) IS NULL THEN $2::timestamptz END
    FROM ({_ROWS}) AS told
    LEFT JOIN payments.charge ON told.kind = 'payment' AND charge.charge_id = told.subject_id
        AND charge.provider = told.provider AND charge.currency = told.body ->> 'currency'
        AND charge.amount_minor = (told.body ->> 'amount_minor')::bigint
    LEFT JOIN payments.refund ON told.kind = 'refund' AND refund.refund_id = told.subject_id
        AND refund.provider = told.provider AND refund.currency = told.body ->> 'currency'
        AND refund.amount_minor = (told.body ->> 'amount_minor')::bigint
    ORDER BY 1, 2
    ON CONFLICT (provider, notice_id) DO UPDATE SET refused = kept.refused
    RETURNING provider, notice_id, refused, handled_at
"""

_HANDLE = f"""
    INSERT INTO payments.notice AS kept
        (provider, notice_id, kind, subject_id, outcome, body, refused, received_at, handled_at)
    SELECT told.provider, told.notice_id, told.kind, told.subject_id, told.outcome, told.body, told.refused,
        $2::timestamptz, $2
    FROM ({_ROWS}) AS told
    ON CONFLICT (provider, notice_id) DO UPDATE SET handled_at = $2, refused = excluded.refused
    WHERE kept.handled_at IS NULL
    RETURNING provider, notice_id
"""

# What stands in the inbox already, as nearly all do: nothing of it travels again.
_HANDLE_KEPT = """
    UPDATE payments.notice AS kept SET handled_at = $4, refused = told.refused
    FROM unnest($1::text[], $2::text[], $3::text[]) AS told (provider, notice_id, refused)
    WHERE kept.provider = told.provider AND kept.notice_id = told.notice_id AND kept.handled_at IS NULL
    RETURNING kept.provider, kept.notice_id
"""

_UNHANDLED = """
    SELECT body, kind FROM payments.notice
    WHERE handled_at IS NULL AND received_at < $1 AND kind = $2 ORDER BY received_at LIMIT $3
"""


class KeptNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What the inbox knows of a message after it was put there."""

    refused: str | None
    is_handled: bool


async def keep_notices(
    connection: Connection, notices: Sequence[AnyNotice], now: datetime
) -> dict[NoticeKey, KeptNotice]:
    """Put messages into the inbox, to be handled later; what it knows of each, by its key."""
    rows = await connection.fetch(_KEEP, [_to_row(notice, None) for notice in first_of_each(notices)], now)
    for row in rows:
        if row["refused"] is not None:
            log.warning("notice_refused", provider=row["provider"], notice_id=row["notice_id"], why=row["refused"])
    return {
        (row["provider"], row["notice_id"]): KeptNotice(
            refused=row["refused"], is_handled=row["handled_at"] is not None
        )
        for row in rows
    }


async def handle_once(
    connection: Connection, notices: Sequence[tuple[AnyNotice, str | None]], now: datetime
) -> set[NoticeKey]:
    """Mark messages as handled (with why they were refused, if so); the keys of those that had not been before.

    A message that never was in the inbox, because we asked for it ourselves, is put there.
    """
    refused = {key_of(notice): why for notice, why in notices}
    keys = sorted(refused)
    kept = await connection.fetch(
        _HANDLE_KEPT,
        [provider for provider, _ in keys],
        [notice_id for _, notice_id in keys],
        [refused[key] for key in keys],
        now,
    )
    handled = {(row["provider"], row["notice_id"]) for row in kept}
    others = [notice for notice in first_of_each([one for one, _ in notices]) if key_of(notice) not in handled]
    if others:
        rows = await connection.fetch(_HANDLE, [_to_row(notice, refused[key_of(notice)]) for notice in others], now)
        handled |= {(row["provider"], row["notice_id"]) for row in rows}
    return handled


async def list_unhandled_payments(connection: Connection, received_before: datetime, limit: int) -> list[PaymentNotice]:
    """Messages about charges that were kept and, for whatever reason, not handled since; the oldest first."""
    rows = await connection.fetch(_UNHANDLED, received_before, "payment", limit)
    return [msgspec.convert(_from_body(row["body"], "charge_id"), PaymentNotice) for row in rows]


async def list_unhandled_refunds(connection: Connection, received_before: datetime, limit: int) -> list[RefundNotice]:
    """The same, about refunds."""
    rows = await connection.fetch(_UNHANDLED, received_before, "refund", limit)
    return [msgspec.convert(_from_body(row["body"], "refund_id"), RefundNotice) for row in rows]


def key_of(notice: AnyNotice) -> NoticeKey:
    """What names a message."""
    return notice.provider, notice.notice_id


def first_of_each(notices: Sequence[AnyNotice]) -> list[AnyNotice]:
    """Each message once, as it came first."""
    first: dict[NoticeKey, AnyNotice] = {}
    for notice in notices:
        first.setdefault(key_of(notice), notice)
    return list(first.values())


def _to_row(notice: AnyNotice, refused: str | None) -> dict[str, Any]:
    if isinstance(notice, PaymentNotice):
        body = {**msgspec.structs.asdict(notice), "subject_id": notice.charge_id}
        del body["charge_id"]
        return {"kind": "payment", "body": body, "refused": refused}
    body = {**msgspec.structs.asdict(notice), "subject_id": notice.refund_id}
    del body["refund_id"]
    return {"kind": "refund", "body": body, "refused": refused}


def _from_body(body: dict[str, Any], id_field: str) -> dict[str, Any]:
    rest = {name: value for name, value in body.items() if name != "subject_id"}
    return {**rest, id_field: body["subject_id"]}
