"""The ledger against a real database, past our own code too."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from xiaodian.contracts.ledger import Entry, Transfer, UnbalancedTransferError
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.ledger import api as ledger


def transfer(amount_minor: int = 100, transfer_id: UUID | None = None, currency: str = "CNY") -> Transfer:
    """From a to b."""
    return Transfer(
        transfer_id=transfer_id or uuid4(),
        kind="test",
        currency=currency,
        entries=[Entry(account="a", amount_minor=-amount_minor), Entry(account="b", amount_minor=amount_minor)],
        reference="r",
    )


async def balance(database: Database, account: str, currency: str = "CNY") -> int:
    """An account's balance now."""
    async with database.connection() as connection:
        return await ledger.get_balance(connection, account, currency)


async def post(database: Database, *transfers: Transfer) -> None:
    """Post in a transaction of its own."""
    async with database.transaction() as connection:
        await ledger.post_many(connection, transfers)


async def test_money_moves_from_one_account_to_the_other_by_currency(database: Database) -> None:
    await post(database, transfer(100), transfer(50), transfer(7, currency="USD"))
    assert (await balance(database, "a"), await balance(database, "b")) == (-150, 150)
    assert (await balance(database, "b", "USD"), await balance(database, "nobody")) == (7, 0)


async def test_a_transfer_posted_by_many_at_once_is_posted_once(database: Database) -> None:
    one = transfer(100)
    await asyncio.gather(*(post(database, one, transfer(1)) for _ in range(6)))
    await post(database, one)
    assert await balance(database, "b") == 106


async def test_a_balance_can_be_read_at_a_past_moment(database: Database) -> None:
    await post(database, transfer(100))
    async with database.connection() as connection:
        posted_at = await connection.fetchval("SELECT posted_at FROM ledger.transfer")
        before = await ledger.get_balance(connection, "b", "CNY", posted_at - timedelta(microseconds=1))
        assert (before, await ledger.get_balance(connection, "b", "CNY", posted_at)) == (0, 100)


@pytest.mark.parametrize("amounts", [[100, -99], [100], [], [0, 0]])
async def test_entries_that_do_not_sum_to_zero_are_refused_before_anything_is_written(
    database: Database, amounts: list[int]
) -> None:
    bad = Transfer(
        transfer_id=uuid4(),
        kind="test",
        currency="CNY",
        entries=[Entry(account="a", amount_minor=amount) for amount in amounts],
        reference="r",
    )
    with pytest.raises(UnbalancedTransferError):
        await post(database, transfer(), bad)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM ledger.transfer") == 0


async def test_the_database_itself_refuses_unbalanced_entries_and_any_change(database: Database) -> None:
    await post(database, transfer())
    insert = """
        INSERT INTO ledger.entry (transfer_id, entry_no, account, currency, amount_minor, posted_at)
        SELECT transfer_id, 7, 'a', 'CNY', 5, $1 FROM ledger.transfer
    """
    attempts = [
        (insert, [utc_now()]),
        ("UPDATE ledger.entry SET amount_minor = 5", []),
        ("DELETE FROM ledger.entry", []),
        ("TRUNCATE ledger.entry", []),
        ("UPDATE ledger.transfer SET kind = 'x'", []),
        ("DELETE FROM ledger.transfer", []),
    ]
    for statement, arguments in attempts:
        with pytest.raises(asyncpg.CheckViolationError):
            async with database.transaction() as connection:
                await connection.execute(statement, *arguments)
    assert await balance(database, "b") == 100
