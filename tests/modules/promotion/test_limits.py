"""Purchase limits: counted over all orders of an account, freed by those that come to nothing."""

import asyncio
from uuid import UUID, uuid4

import pytest
from tests.modules.orders.market import Market

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Database
from xiaodian.modules.promotion import api as promotion


async def buy(database: Database, pairs: list[tuple[UUID, AccountId]], limit: int) -> bool:
    """One piece under each limit, or nothing."""
    async with database.transaction() as connection:
        book = await promotion.open_limit_book(connection, pairs, lock=True)
        if any(book.left(*pair, limit) < 1 for pair in pairs):
            return False
        for limit_id, account_id in pairs:
            book.count(limit_id, account_id, 1)
        await promotion.write_purchases(connection, book)
        return True


async def bought(database: Database, pair: tuple[UUID, AccountId]) -> int:
    async with database.connection() as connection:
        book = await promotion.open_limit_book(connection, [pair], lock=False)
        return 1000 - book.left(*pair, 1000)


async def test_of_fifty_that_race_for_a_limit_of_one_one_wins(market: Market, second_database: Database) -> None:
    pair = uuid4(), market.seller_id
    databases = [market.ctx.database, second_database] * 25
    won = await asyncio.gather(*(buy(database, [pair], 1) for database in databases))
    assert won.count(True) == 1
    assert await bought(market.ctx.database, pair) == 1


async def test_orders_under_several_limits_never_wait_for_each_other_in_a_circle(
    market: Market, second_database: Database
) -> None:
    limits = [uuid4() for _ in range(5)]
    databases = [market.ctx.database, second_database]
    rounds = [
        buy(databases[turn % 2], [(limits[(turn + step) % 5], market.seller_id) for step in (0, 2, 4)], 1000)
        for turn in range(40)
    ]
    assert all(await asyncio.gather(*rounds))
    assert [await bought(databases[0], (each, market.seller_id)) for each in limits] == 5 * [24]


async def test_an_order_that_came_to_nothing_frees_what_it_counted_and_never_more(market: Market) -> None:
    database, pair = market.ctx.database, (uuid4(), market.seller_id)
    for _ in range(3):
        assert await buy(database, [pair], 3)
    assert not await buy(database, [pair], 3)
    async with database.transaction() as connection:
        await promotion.release_purchases(connection, [(*pair, 1), (*pair, 1)])
        await promotion.release_purchases(connection, [])
    assert await bought(database, pair) == 1
    with pytest.raises(Exception, match="purchase_count_quantity_check"):
        async with database.transaction() as connection:
            await promotion.release_purchases(connection, [(*pair, 2)])
    assert await bought(database, pair) == 1


async def test_looking_alone_writes_nothing(market: Market) -> None:
    assert await bought(market.ctx.database, (uuid4(), market.seller_id)) == 0
    assert await market.count("promotion.purchase_count") == 0
