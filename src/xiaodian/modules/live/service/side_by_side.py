"""Some requests to the broker at a time."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

SIDE_BY_SIDE = 16
"""Requests to the broker that are on their way together."""


async def side_by_side(work: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """What all of it answers, in order."""
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def _do(each: Coroutine[Any, Any, T]) -> T:
        async with places:
            return await each

    return await asyncio.gather(*(_do(each) for each in work))
