"""Answers kept under the Idempotency-Key of the request they were given to, for a day.

An answer is written in the transaction that decides it, so it is there exactly if what it says is so. For an order that
was placed the order itself is the answer; refusals and other answers are kept as JSON.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import DomainError, InvalidInputError
from xiaodian.contracts.orders import (
    IdempotencyMismatchError,
    NotOnSaleError,
    OrderId,
    PriceChangedError,
    ShopClosedError,
    SoldOutError,
)
from xiaodian.contracts.promotion import CouponRefusedError
from xiaodian.infra.database import Connection

HASH_BYTES = 16
_KEPT_REFUSALS: dict[str, type[DomainError]] = {
    error.code: error
    for error in (
        CouponRefusedError,
        InvalidInputError,
        NotOnSaleError,
        PriceChangedError,
        ShopClosedError,
        SoldOutError,
    )
}

Key = tuple[AccountId, str]
"""An account and the Idempotency-Key it sent."""


class KeyTakenError(Exception):
    """Another process wrote an answer under one of the keys first; decide again and its answer will be found."""


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with the request it belongs to."""

    key: Key
    body_hash: bytes
    order_id: OrderId | None = None
    answer: bytes | None = None


class _Refusal(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    field: str | None
    params: dict[str, Any]


_decode_refusal = msgspec.json.Decoder(_Refusal).decode


def hash_body(operation: str, body: msgspec.Struct) -> bytes:
    """What tells one request from another: its operation and decoded body, so that spacing does not matter."""
    return hashlib.blake2b(operation.encode() + msgspec.json.encode(body), digest_size=HASH_BYTES).digest()


def encode_refusal(error: DomainError) -> bytes:
    """A refusal as it is kept."""
    assert error.code in _KEPT_REFUSALS
    return msgspec.json.encode(_Refusal(code=error.code, field=error.field, params=error.params))


def decode_refusal(answer: bytes) -> DomainError:
    """The refusal that was kept."""
    refusal = _decode_refusal(answer)
    return _KEPT_REFUSALS[refusal.code](field=refusal.field, **refusal.params)


async def find_answers(connection: Connection, keys: Collection[Key]) -> dict[Key, KeptAnswer]:
    """The answers that were given under these keys."""
    # LATERAL with LIMIT: one look into the index for each key, even under a plan made while the table was small.
    rows = await connection.fetch(
        """
        SELECT kept.* FROM unnest($1::uuid[], $2::text[]) AS wanted (account_id, key)
        CROSS JOIN LATERAL (
            SELECT account_id, key, body_hash, order_id, answer FROM orders.idempotency AS i
            WHERE i.account_id = wanted.account_id AND i.key = wanted.key LIMIT 1
        ) AS kept
        """,
        [account_id for account_id, _ in keys],
        [key for _, key in keys],
    )
    return {
        (row["account_id"], row["key"]): KeptAnswer(
            key=(row["account_id"], row["key"]),
            body_hash=row["body_hash"],
            order_id=row["order_id"],
            answer=row["answer"],
        )
        for row in rows
    }


def check_same_body(kept: KeptAnswer, body_hash: bytes) -> None:
    """Raises IdempotencyMismatchError if the key came with another body before."""
    if kept.body_hash != body_hash:
        raise IdempotencyMismatchError(field="Idempotency-Key")


async def keep_answers(connection: Connection, answers: Sequence[KeptAnswer], now: datetime) -> None:
    """Keep answers, inside the transaction that decides them. Raises KeyTakenError; the caller then rolls back."""
    # In key order, so that two processes with the same keys do not wait for each other in a circle.
    ordered = sorted(answers, key=lambda answer: answer.key)
    done = await connection.execute(
        """
        INSERT INTO orders.idempotency (account_id, key, body_hash, order_id, answer, created_at)
        SELECT *, $6::timestamptz FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[], $5::bytea[])
        ON CONFLICT DO NOTHING
        """,
        [answer.key[0] for answer in ordered],
        [answer.key[1] for answer in ordered],
        [answer.body_hash for answer in ordered],
        [answer.order_id for answer in ordered],
        [answer.answer for answer in ordered],
        now,
    )
    if int(done.rpartition(" ")[2]) < len(answers):
        raise KeyTakenError


async def forget_answers(connection: Connection, before: datetime, limit: int) -> int:
    """Delete answers given before a moment, at most `limit`; says how many."""
    done = await connection.execute(
        """
        DELETE FROM orders.idempotency WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM orders.idempotency WHERE created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
        """,
        before,
        limit,
    )
    return int(done.rpartition(" ")[2])
