"""Limits hold over many processes and say when to come back."""

import asyncio

import pytest

from xiaodian.contracts.base import TooManyRequestsError
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.modules.risk.api import take
from xiaodian.modules.risk.jobs import jobs
from xiaodian.settings import Settings

FIVE_AN_HOUR = Limit(name="test", burst=5, period_s=3600.0)


async def _tries(database: Database, count: int, subject: str = "somebody") -> int:
    async def _try() -> bool:
        try:
            await take(database, FIVE_AN_HOUR, subject)
        except TooManyRequestsError:
            return False
        return True

    return sum(await asyncio.gather(*(_try() for _ in range(count))))


async def test_a_burst_from_several_processes_gets_no_more_than_the_limit(
    settings: Settings, database: Database
) -> None:
    other = await Database.connect(settings.database_url, pool_size=4)
    try:
        granted = await asyncio.gather(_tries(database, 20), _tries(other, 20))
    finally:
        await other.close()
    assert sum(granted) == 5


async def test_one_subject_does_not_use_up_the_limit_of_another(database: Database) -> None:
    assert await _tries(database, 9, "one") == 5
    assert await _tries(database, 9, "another") == 5


async def test_the_refusal_says_when_the_next_token_comes(database: Database) -> None:
    await _tries(database, 5)
    with pytest.raises(TooManyRequestsError) as refusal:
        await take(database, FIVE_AN_HOUR, "somebody")
    assert refusal.value.retry_after_s is not None
    assert 3600 / 5 - 30 < refusal.value.retry_after_s <= 3600 / 5


async def test_a_costly_request_takes_several_tokens_or_none(database: Database) -> None:
    await take(database, FIVE_AN_HOUR, "somebody", cost=4)
    with pytest.raises(TooManyRequestsError):
        await take(database, FIVE_AN_HOUR, "somebody", cost=2)
    await take(database, FIVE_AN_HOUR, "somebody", cost=1)


async def test_a_request_larger_than_the_bucket_is_refused_and_takes_nothing(database: Database) -> None:
    with pytest.raises(TooManyRequestsError):
        await take(database, FIVE_AN_HOUR, "somebody", cost=6)
    await take(database, FIVE_AN_HOUR, "somebody", cost=5)


async def test_tokens_flow_back_with_time(database: Database) -> None:
    await _tries(database, 5)
    async with database.connection() as connection:
        await connection.execute("UPDATE risk.bucket SET full_at = full_at - interval '24 minutes'")
    assert await _tries(database, 9) == 2


async def test_no_name_or_address_can_be_read_from_the_table(database: Database) -> None:
    await take(database, FIVE_AN_HOUR, "+8613812345678 198.51.100.7")
    async with database.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM risk.bucket")
    assert row is not None
    assert b"138" not in row["subject_hash"]
    assert len(row["subject_hash"]) == 16


async def test_full_buckets_are_deleted_and_spent_ones_kept(ctx: Context) -> None:
    await take(ctx.database, FIVE_AN_HOUR, "active")
    await take(ctx.database, FIVE_AN_HOUR, "gone")
    async with ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE risk.bucket SET full_at = now() - interval '1 s' WHERE ctid = (SELECT min(ctid) FROM risk.bucket)"
        )
    [job] = jobs(ctx)
    await job.run()
    async with ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM risk.bucket") == 1
