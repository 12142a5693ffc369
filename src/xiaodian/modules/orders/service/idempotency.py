"""Answers kept under the Idempotency-Key of the request they were given to, for a day.

An answer is written in the transaction that decides it, so it is there exactly if what it says is so. For a checkout
that was placed its orders themselves are the answer; refusals and other answers are kept as JSON.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import DomainError, InvalidInputError
from xiaodian.contracts.orders import (
    CheckoutId,
    IdempotencyMismatchError,
    NoDeliveryError,
    NotOnSaleError,
    PriceChangedError,
    PurchaseLimitError,
    ShopClosedError,
    SoldElsewhereError,
    SoldOutError,
)
from xiaodian.contracts.promotion import CouponRefusedError
from xiaodian.infra.database import Connection, Record

HASH_BYTES = 16
_KEPT_REFUSALS: dict[str, type[DomainError]] = {
    error.code: error
    for error in (
        CouponRefusedError,
        InvalidInputError,
        NoDeliveryError,
        NotOnSaleError,
        PriceChangedError,
        PurchaseLimitError,
        ShopClosedError,
        SoldElsewhereError,
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
    checkout_id: CheckoutId | None = None
    answer: bytes | None = None


class Claimed(msgspec.Struct, frozen=True):
    """What came of claiming keys; those in neither are the claimer's until its transaction ends."""

    kept: dict[Key, KeptAnswer]
    in_flight: set[Key]


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


# LATERAL with LIMIT: one look into the index for each key, even under a plan made while the table was small.
# A key is one's own while one holds its lock; what is neither kept nor held by another need not be told.
_CLAIM = """
    SELECT wanted.account_id, wanted.key, kept.body_hash, kept.checkout_id, kept.answer
    FROM unnest($1::uuid[], $2::text[]) AS wanted (account_id, key)
    LEFT JOIN LATERAL (
        SELECT body_hash, checkout_id, answer FROM orders.idempotency AS i
        WHERE i.account_id = wanted.account_id AND i.key = wanted.key LIMIT 1
    ) AS kept ON true
    WHERE kept.body_hash IS NOT NULL OR NOT pg_try_advisory_xact_lock(
        hashtextextended(wanted.key, uuid_hash_extended(wanted.account_id, 0))
    )
"""


async def claim_keys(connection: Connection, keys: Collection[Key]) -> Claimed:
    """The answers that were given under these keys, and the keys to which another transaction is about to give one.

    The others belong to this transaction until it ends. An answer that another gave in the very moment of asking may be
    overlooked; `keep_answers` then raises.
    """
    rows = await connection.fetch(_CLAIM, [account_id for account_id, _ in keys], [key for _, key in keys])
    kept = [_to_kept(row) for row in rows if row["body_hash"] is not None]
    in_flight = {(row["account_id"], row["key"]) for row in rows if row["body_hash"] is None}
    return Claimed({one.key: one for one in kept}, in_flight)


def _to_kept(row: Record) -> KeptAnswer:
    return KeptAnswer(
        key=(row["account_id"], row["key"]),
        body_hash=row["body_hash"],
        checkout_id=row["checkout_id"],
        answer=row["answer"],
    )


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
        INSERT INTO orders.idempotency (account_id, key, body_hash, checkout_id, answer, created_at)
        SELECT *, $6::timestamptz FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::uuid[], $5::bytea[])
        ON CONFLICT DO NOTHING
        """,
        [answer.key[0] for answer in ordered],
        [answer.key[1] for answer in ordered],
        [answer.body_hash for answer in ordered],
        [answer.checkout_id for answer in ordered],
        [answer.answer for answer in ordered],
        now,
    )
    if int(done.rpartition(" ")[2]) < len(answers):
        raise KeyTakenError


async def replace_answer(connection: Connection, key: Key, answer: bytes) -> None:
    """What was kept for the time being gives way to the answer itself."""
    await connection.execute(
        "UPDATE orders.idempotency SET answer = $3 WHERE account_id = $1 AND key = $2", *key, answer
    )


async def drop_answer(connection: Connection, key: Key) -> None:
    """Nothing came of the request: it may be made again at once."""
    await connection.execute("DELETE FROM orders.idempotency WHERE account_id = $1 AND key = $2", *key)


async def renew_answer(connection: Connection, key: Key, before: datetime, now: datetime) -> bool:
    """Make a kept answer as of now if it is from before a moment; says whether it was."""
    done = await connection.execute(
        "UPDATE orders.idempotency SET created_at = $4 WHERE account_id = $1 AND key = $2 AND created_at < $3",
        *key,
        before,
        now,
    )
    return done == "UPDATE 1"


async def forget_answers(connection: Connection, older_than: timedelta, limit: int) -> int:
    """Delete answers older than this, at most `limit`; says how many.

    By the database's clock: one process whose clock runs ahead must not open the way for second orders.
    """
    done = await connection.execute(
        """
        DELETE FROM orders.idempotency WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM orders.idempotency WHERE created_at < now() - $1::interval LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
        """,
        older_than,
        limit,
    )
    return int(done.rpartition(" ")[2])
