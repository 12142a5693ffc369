"""Waiting for engines that are away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.logging import get_logger

RETRY_S = 0.5

log = get_logger(__name__)
T = TypeVar("T")


async def patiently(action: Callable[[], Awaitable[T]]) -> T:
    """Do it as soon as the engines are there, however long that takes; it must be safe to begin again."""
    while True:
        try:
            return await action()
        except UnavailableError:
            log.warning("waiting_for_engines")
            await asyncio.sleep(RETRY_S)
