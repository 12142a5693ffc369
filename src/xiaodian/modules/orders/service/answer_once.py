"""A use case that runs once for an Idempotency-Key, however often the request comes."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.orders import IdempotencyInFlightError, IdempotencyMismatchError
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service.idempotency import (
    KeptAnswer,
    Key,
    KeyTakenError,
    check_same_body,
    claim_keys,
    hash_body,
    keep_answers,
)

ATTEMPTS = 2
ONCE_REFUSALS = (IdempotencyInFlightError, IdempotencyMismatchError)

T = TypeVar("T")


class NoBody(msgspec.Struct, frozen=True):
    """What is asked by the address alone."""


async def answer_once(
    database: Database,
    caller: Caller,
    key: str,
    operation: str,
    body: msgspec.Struct,
    answer_type: type[T],
    run: Callable[[Connection], Awaitable[T]],
    may: Callable[[Connection], Awaitable[object]] | None = None,
) -> T:
    """The answer of `run`, given now or when the same request came before, within the last day.

    `run` writes through the connection that it is given; its answer is kept in the same transaction. `operation` names
    what is done and to what (`payout <shop>`). `may` raises to who has lost the right to it since. A refusal undoes
    everything and is not kept: the same request may be tried again.
    Raises IdempotencyMismatchError, IdempotencyInFlightError, UnavailableError, and what `run` and `may` raise.
    """
    answer_key, body_hash = (caller.account_id, key), hash_body(operation, body)
    for _ in range(ATTEMPTS):
        try:
            async with database.transaction() as connection:
                kept = await _claim(connection, answer_key, body_hash)
                if kept is not None:
                    if may is not None:
                        await may(connection)
                    return msgspec.json.decode(kept, type=answer_type)
                answer = await run(connection)
                kept_answer = KeptAnswer(key=answer_key, body_hash=body_hash, answer=msgspec.json.encode(answer))
                await keep_answers(connection, [kept_answer], utc_now())
            return answer
        except KeyTakenError:
            continue  # Another gave its answer in the moment between our look and our claim; now it will be found.
    raise UnavailableError(retry_after_s=1)


async def _claim(connection: Connection, key: Key, body_hash: bytes) -> bytes | None:
    """The answer kept under a key; None if it is ours to give."""
    claimed = await claim_keys(connection, [key])
    if claimed.in_flight:
        raise IdempotencyInFlightError(retry_after_s=1)
    kept = claimed.kept.get(key)
    if kept is None:
        return None
    check_same_body(kept, body_hash)
    assert kept.answer is not None
    return kept.answer
