"""The inbox: every verified message of a provider, once by its own id, with what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from xiaodian.contracts.payments import ChargeState, PaymentNotice, RefundNotice, RefundState
from xiaodian.infra.database import Connection, Record
from xiaodian.infra.logging import get_logger

log = get_logger(__name__)

AnyNotice = PaymentNotice | RefundNotice
NoticeKey = tuple[str, str]

_TOLD = """
    unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[])
    AS told (provider, notice_id, kind, subject_id, outcome, amount_minor, currency, provider_ref, refused)
"""
_INSERT = """
    INSERT INTO payments.notice AS kept (provider, notice_id, kind, subject_id, outcome, amount_minor, currency,
        provider_ref, refused, received_at, handled_at)
"""

# A message about a charge or a refund of ours for another amount or currency is as good as one about nobody's.
_KEEP = f"""
    {_INSERT}
    SELECT told.provider, told.notice_id, told.kind, told.subject_id, told.outcome, told.amount_minor, told.currency,
        told.provider_ref, CASE WHEN ours.provider IS NULL THEN 'unknown_charge' END, $10::timestamptz,
        CASE WHEN ours.provider IS NULL THEN $10::timestamptz END
    FROM {_TOLD} LEFT JOIN payments.{{table}} AS ours ON ours.{{table}}_id = told.subject_id
        AND (ours.provider, ours.currency, ours.amount_minor) = (told.provider, told.currency, told.amount_minor)
    ORDER BY told.provider, told.notice_id
    ON CONFLICT (provider, notice_id) DO UPDATE SET refused = kept.refused
    RETURNING provider, notice_id, refused, handled_at
"""
_KEEP_PAYMENTS = _KEEP.format(table="charge")
_KEEP_REFUNDS = _KEEP.format(table="refund")

_HANDLE = f"""
    {_INSERT}
    SELECT told.*, $10::timestamptz, $10 FROM {_TOLD}
    ON CONFLICT (provider, notice_id) DO UPDATE SET handled_at = $10, refused = excluded.refused
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
    SELECT provider, notice_id, subject_id, outcome, amount_minor, currency, provider_ref FROM payments.notice
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
    ordered = _in_key_order(notices)
    rows: list[Record] = []
    for statement, kind in ((_KEEP_PAYMENTS, PaymentNotice), (_KEEP_REFUNDS, RefundNotice)):
        if alike := [notice for notice in ordered if isinstance(notice, kind)]:
            rows += await connection.fetch(statement, *_to_columns(alike, {}), now)
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
    others = [notice for notice in _in_key_order([one for one, _ in notices]) if key_of(notice) not in handled]
    if others:
        rows = await connection.fetch(_HANDLE, *_to_columns(others, refused), now)
        handled |= {(row["provider"], row["notice_id"]) for row in rows}
    return handled


async def list_unhandled_payments(connection: Connection, received_before: datetime, limit: int) -> list[PaymentNotice]:
    """Messages about charges that were kept and, for whatever reason, not handled since; the oldest first."""
    rows = await connection.fetch(_UNHANDLED, received_before, "payment", limit)
    return [
        PaymentNotice(
            provider=row["provider"],
            notice_id=row["notice_id"],
            charge_id=row["subject_id"],
            outcome=ChargeState(row["outcome"]),
            amount_minor=row["amount_minor"],
            currency=row["currency"],
            provider_ref=row["provider_ref"],
        )
        for row in rows
    ]


async def list_unhandled_refunds(connection: Connection, received_before: datetime, limit: int) -> list[RefundNotice]:
    """The same, about refunds."""
    rows = await connection.fetch(_UNHANDLED, received_before, "refund", limit)
    return [
        RefundNotice(
            provider=row["provider"],
            notice_id=row["notice_id"],
            refund_id=row["subject_id"],
            outcome=RefundState(row["outcome"]),
            amount_minor=row["amount_minor"],
            currency=row["currency"],
        )
        for row in rows
    ]


def key_of(notice: AnyNotice) -> NoticeKey:
    """What names a message."""
    return notice.provider, notice.notice_id


def _in_key_order(notices: Sequence[AnyNotice]) -> list[AnyNotice]:
    """Each message once, as it came first.

    In key order, so that two processes that are told the same things do not wait for each other in a circle.
    """
    first = {key_of(notice): notice for notice in reversed(notices)}
    return [first[key] for key in sorted(first)]


def _to_columns(notices: Sequence[AnyNotice], refused: Mapping[NoticeKey, str | None]) -> list[list[Any]]:
    return list(map(list, zip(*(_to_row(notice, refused.get(key_of(notice))) for notice in notices), strict=True)))


def _to_row(notice: AnyNotice, refused: str | None) -> tuple[Any, ...]:
    kind, subject_id, provider_ref = (
        ("payment", notice.charge_id, notice.provider_ref)
        if isinstance(notice, PaymentNotice)
        else ("refund", notice.refund_id, None)
    )
    return (
        notice.provider,
        notice.notice_id,
        kind,
        subject_id,
        notice.outcome,
        notice.amount_minor,
        notice.currency,
        provider_ref,
        refused,
    )
