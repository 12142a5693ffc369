"""Hands out order numbers without a round trip for each."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

from xiaodian.infra.database import Database
from xiaodian.modules.orders.numbers import to_number

BLOCK = 1000


class Serials:
    """Serials with their numbers, taken from the database a block at a time. One per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key: UUID | None = None
        self._next = 0
        self._end = 0
        self._refilling = asyncio.Lock()

    async def take(self, count: int) -> Iterator[tuple[int, str]]:
        """`count` serials that nobody else has, each with its number; what is not used is never used.

        Raises UnavailableError.
        """
        async with self._refilling:
            taken: list[int] = []
            while len(taken) < count:
                if self._next == self._end:
                    await self._refill()
                step = min(count - len(taken), self._end - self._next)
                taken.extend(range(self._next, self._next + step))
                self._next += step
            assert self._key is not None
            key = self._key
        return ((serial, to_number(serial, key)) for serial in taken)

    async def _refill(self) -> None:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                "SELECT nextval('orders.serial_block') AS start, key FROM orders.number_key"
            )
        assert row is not None
        self._key = row["key"]
        self._next = row["start"]
        self._end = self._next + BLOCK
