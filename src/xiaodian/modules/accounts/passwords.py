"""Passwords as argon2id hashes, made in a few threads of their own so that the event loop never waits.

The threads and their queue belong to the process: they bound the memory and CPU that hashing takes, however many apps
and requests there are.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from xiaodian.contracts.base import UnavailableError

# OWASP's smaller recommendation: 19 MiB and about 20 ms a hash, so that a burst of sign-ins does not starve the room.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
_MAX_WAITING = 200
_places = threading.BoundedSemaphore(_MAX_WAITING)

P = ParamSpec("P")
T = TypeVar("T")


async def hash_password(password: str) -> str:
    """The hash to keep. Raises UnavailableError when too many wait."""
    return await _in_thread(_HASHER.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Takes the same time when there is no hash. Raises UnavailableError."""
    return await _in_thread(_verify, password_hash, password)


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _verify(password_hash: str | None, password: str) -> bool:
    nobody = _hash_of_nobody()
    try:
        return _HASHER.verify(password_hash or nobody, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash("a password that nobody has")


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    if not _places.acquire(blocking=False):
        raise UnavailableError(retry_after_s=1)
    try:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, lambda: work(*args, **kwargs))
    finally:
        _places.release()
