"""Tokens handed out in blocks hold over processes, and cost few looks."""

import asyncio
from typing import Any

import pytest

from xiaodian.contracts.base import TooManyRequestsError
from xiaodian.contracts.risk import Limit
from xiaodian.infra.database import Database
from xiaodian.modules.risk.api import SharedPace
from xiaodian.settings import Settings

HUNDRED_AN_HOUR = Limit(name="shared", burst=100, period_s=3600.0)
BLOCK = 10


class CountingDatabase(Database):
    """The real database, that also counts how often it was asked."""

    def __init__(self, database: Database) -> None:
        super().__init__(database._pool)
        self.asked = 0

    def connection(self) -> Any:
        """As the real one."""
        self.asked += 1
        return super().connection()


async def _tries(pace: SharedPace, count: int, subject: str = "app") -> int:
    async def _try() -> bool:
        try:
            await pace.take(subject)
        except TooManyRequestsError:
            return False
        return True

    return sum(await asyncio.gather(*(_try() for _ in range(count))))


async def test_two_processes_together_get_the_limit_and_no_more(settings: Settings, database: Database) -> None:
    other = await Database.connect(settings.database_url, pool_size=4)
    try:
        granted = await asyncio.gather(
            _tries(SharedPace(database, HUNDRED_AN_HOUR, BLOCK), 150),
            _tries(SharedPace(other, HUNDRED_AN_HOUR, BLOCK), 150),
        )
    finally:
        await other.close()
    assert sum(granted) == 100


async def test_a_block_of_calls_costs_one_look_and_an_empty_bucket_none(database: Database) -> None:
    counting = CountingDatabase(database)
    pace = SharedPace(counting, HUNDRED_AN_HOUR, BLOCK)
    assert await _tries(pace, 100) == 100
    assert counting.asked == 10
    assert await _tries(pace, 1) == 0
    asked = counting.asked
    assert await _tries(pace, 500) == 0
    assert counting.asked == asked


async def test_it_says_what_is_left_and_when_there_is_more(database: Database) -> None:
    pace = SharedPace(database, HUNDRED_AN_HOUR, BLOCK)
    assert [(await pace.take("app")).tokens for _ in range(12)] == list(range(99, 87, -1))
    left = await pace.take("app")
    assert 13 * 36 - 36 <= left.full_in_s <= 13 * 36
    await _tries(pace, 100)
    with pytest.raises(TooManyRequestsError) as refusal:
        await pace.take("app")
    assert refusal.value.retry_after_s is not None
    assert 0 < refusal.value.retry_after_s <= 36


async def test_the_last_tokens_are_given_out_though_they_fill_no_block(database: Database) -> None:
    pace = SharedPace(database, Limit(name="odd", burst=7, period_s=3600.0), BLOCK)
    assert await _tries(pace, 9) == 7


async def test_tokens_flow_back_with_time(database: Database) -> None:
    now = [1000.0]
    pace = SharedPace(database, HUNDRED_AN_HOUR, BLOCK, clock=lambda: now[0])
    await _tries(pace, 101)
    async with database.connection() as connection:
        await connection.execute("UPDATE risk.bucket SET full_at = full_at - interval '3 minutes'")
    assert await _tries(pace, 10) == 0
    now[0] += 180
    assert await _tries(pace, 10) == 5
