"""How a batch is decided: again if another process got in the way, one by one if one of it is at fault."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import asyncpg

from xiaodian.contracts.base import DomainError, UnavailableError
from xiaodian.infra.logging import get_logger
from xiaodian.modules.orders.service.idempotency import KeyTakenError

ATTEMPTS = 4

Request = TypeVar("Request")
Answer = TypeVar("Answer")

log = get_logger(__name__)


async def decide(
    run: Callable[[Sequence[Request]], Awaitable[Sequence[Answer | BaseException]]], batch: Sequence[Request]
) -> Sequence[Answer | BaseException]:
    """Decide a batch, again if another process got in the way; a fault in one request must not fail the others."""
    try:
        return await _decide_again(run, batch)
    except DomainError:
        raise
    except Exception as error:
        if len(batch) == 1:
            return [error]
        log.exception("batch_failed", size=len(batch))
    answers: list[Answer | BaseException] = []
    for request in batch:
        try:
            answers.extend(await _decide_again(run, [request]))
        except Exception as error:
            answers.append(error)
    return answers


async def _decide_again(
    run: Callable[[Sequence[Request]], Awaitable[Sequence[Answer | BaseException]]], batch: Sequence[Request]
) -> Sequence[Answer | BaseException]:
    for _ in range(ATTEMPTS):
        try:
            return await run(batch)
        except (KeyTakenError, asyncpg.DeadlockDetectedError):
            continue
    raise UnavailableError(retry_after_s=1)
