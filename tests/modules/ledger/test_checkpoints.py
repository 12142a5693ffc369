"""Balances of long accounts: fast by checkpoints, and exact whatever committed when."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
from tests.conftest import database_url

from xiaodian.contracts.ledger import Entry, Transfer
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.ledger.service.make_checkpoints import make_checkpoints

START = datetime.fromisoformat("2026-11-11T00:00:00+00:00")


def transfer(amount_minor: int, *, to: str = "shop", reverses_id: UUID | None = None) -> Transfer:
    """From the world to an account."""
    entries = [Entry(account="world", amount_minor=-amount_minor), Entry(account=to, amount_minor=amount_minor)]
    return Transfer(
        transfer_id=uuid4(), kind="test", currency="CNY", entries=entries, reference="r", reverses_id=reverses_id
    )


async def post(database: Database, amounts: Sequence[int], at: datetime, to: str = "shop") -> None:
    """One transfer for each amount, all at one moment."""
    async with database.transaction() as connection:
        await ledger.post_many(connection, [transfer(amount, to=to) for amount in amounts], posted_at=at)


async def checkpoint(database: Database) -> int:
    """Make checkpoints of everything that has three entries more."""
    return await make_checkpoints(database, worth=3, look_at_every=1)


async def balances(database: Database, *moments: datetime | None) -> list[int]:
    """The shop's balance at each moment."""
    async with database.connection() as connection:
        return [await ledger.get_balance(connection, "shop", "CNY", moment) for moment in moments]


async def faults(database: Database) -> list[tuple[str, str]]:
    """What the integrity check says."""
    async with database.connection() as connection:
        return [(fault.kind, fault.name) for fault in await ledger.find_faults(connection)]


async def test_a_balance_is_the_same_with_and_without_checkpoints_now_and_at_every_past_moment(
    database: Database,
) -> None:
    days = [START + timedelta(days=day) for day in range(6)]
    for number, day in enumerate(days):
        await post(database, [10**number] * 3, day)
        if number in (1, 3):
            assert await checkpoint(database) == 2
    wanted = [int("3" * (number + 1)) for number in range(6)]
    assert await balances(database, *days, None) == [*wanted, wanted[-1]]
    assert await balances(database, *(day - timedelta(microseconds=1) for day in days)) == [0, *wanted[:-1]]
    assert await faults(database) == []


async def test_what_is_posted_with_an_older_time_after_a_checkpoint_still_counts_at_its_own_time(
    database: Database,
) -> None:
    await post(database, [100] * 3, START + timedelta(hours=1))
    await checkpoint(database)
    await post(database, [7], START)
    assert await balances(database, START, START + timedelta(hours=1), None) == [7, 307, 307]


async def test_a_checkpoint_waits_for_transactions_that_took_earlier_numbers(database: Database, test_id: str) -> None:
    slow = await asyncpg.connect(database_url(test_id))
    try:
        open_transaction = slow.transaction()
        await open_transaction.start()
        await ledger.post_many(slow, [transfer(1)])
        await post(database, [10] * 5, utc_now())
        making = asyncio.create_task(checkpoint(database))
        assert await balances(database, None, None, None) == [50] * 3
        assert not making.done()
        await open_transaction.commit()
        assert await making == 2
    finally:
        await slow.close()
    async with database.connection() as connection:
        kept = await connection.fetchval("SELECT balance_minor FROM ledger.checkpoint WHERE account = 'shop'")
    assert (kept, await balances(database, None), await faults(database)) == (51, [51], [])


async def test_many_posters_and_checkpoints_at_once_lose_nothing(database: Database) -> None:
    async def _post() -> None:
        for _ in range(10):
            await post(database, [1, 2], utc_now())

    async def _check() -> None:
        for _ in range(5):
            await checkpoint(database)

    await asyncio.gather(*(_post() for _ in range(5)), _check())
    await checkpoint(database)
    assert await balances(database, None) == [150]
    assert await faults(database) == []


async def test_accounts_with_few_entries_get_no_checkpoint(database: Database) -> None:
    await post(database, [1, 1], START, to="escrow:1")
    assert await checkpoint(database) == 0


async def test_an_account_between_others_is_looked_at_whatever_its_place_in_the_transfers(database: Database) -> None:
    for size in (1, 2, 3, 4):
        others = [Entry(account=f"once:{size}:{n}", amount_minor=1) for n in range(size)]
        entries = [*others, Entry(account=f"often:{size}", amount_minor=-size)]
        async with database.transaction() as connection:
            await ledger.post_many(
                connection,
                [
                    Transfer(transfer_id=uuid4(), kind="t", currency="CNY", entries=entries, reference="r")
                    for _ in range(200)
                ],
            )
    await make_checkpoints(database, worth=100)
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT DISTINCT account FROM ledger.checkpoint WHERE account LIKE 'often%'")
    assert {row["account"] for row in rows} == {f"often:{size}" for size in (1, 2, 3, 4)}


async def test_a_statement_shows_each_entry_once_page_by_page_and_within_its_time(database: Database) -> None:
    for day in range(3):
        await post(database, [1, 2, 3], START + timedelta(days=day))
        await checkpoint(database)
    start, end = START + timedelta(days=1), START + timedelta(days=2)
    async with database.connection() as connection:
        first = await ledger.list_entries(connection, "shop", "CNY", start=start, end=end, limit=2)
        rest = await ledger.list_entries(
            connection, "shop", "CNY", start=start, end=end, after=first[-1].entry_id, limit=2
        )
        sums = await ledger.sum_by_kind(connection, "shop", "CNY", start, end)
    assert sorted(entry.amount_minor for entry in [*first, *rest]) == [1, 2, 3]
    assert sums == {"test": 6}


async def test_a_reversal_names_what_it_reverses(database: Database) -> None:
    original = transfer(100)
    async with database.transaction() as connection:
        await ledger.post_many(connection, [original])
        await ledger.post_many(connection, [transfer(-40, reverses_id=original.transfer_id)])
        found = await ledger.list_transfers_of(connection, ["r"], ["test"])
    assert [(t.reverses_id, t.amounts["shop"]) for t in found] == [(None, 100), (original.transfer_id, -40)]


async def test_the_integrity_check_finds_each_kind_of_fault(database: Database) -> None:
    await post(database, [100] * 3, START)
    await checkpoint(database)
    assert await faults(database) == []
    lonely, mixed = uuid4(), uuid4()
    async with database.transaction() as connection:
        await _break_in(connection, lonely, mixed)
    assert sorted(await faults(database)) == sorted(
        [
            ("unbalanced", str(lonely)),
            ("mixed_currency", str(mixed)),
            ("mixed_currency", str(mixed)),
            ("checkpoint", "shop"),
            ("balance", "shop"),
        ]
    )


async def _break_in(connection: Connection, lonely: UUID, mixed: UUID) -> None:
    """What no code of ours can do: past the triggers."""
    await connection.execute("UPDATE ledger.checkpoint SET balance_minor = 1 WHERE account = 'shop'")
    for transfer_id in (lonely, mixed):
        await connection.execute("INSERT INTO ledger.transfer VALUES ($1, 'x', 'CNY', 'x', now())", transfer_id)
    await connection.execute(
        """
        INSERT INTO ledger.entry (transfer_id, entry_no, account, currency, amount_minor, posted_at)
        VALUES ($1, 0, 'x', 'USD', 1, now()), ($1, 1, 'x', 'USD', -1, now())
        """,
        mixed,
    )
