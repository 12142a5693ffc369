"""Stock through the door: what orders, flash sales and returns do to it, and that the journal always explains it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from tests.modules.catalog.goods import SELLER, Goods, make_goods
from tests.outbox import list_envelopes

from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import SkuId, StockChanged, StockId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.catalog import api as catalog


@pytest.fixture
async def goods(database: Database) -> Goods:
    """A product with two SKUs, of 10 and 20 pieces."""
    return await make_goods(database, [10, 20])


async def counts(database: Database, stock_id: StockId) -> tuple[int, int, int]:
    """On hand, reserved, sold."""
    async with database.connection() as connection:
        row = await connection.fetchrow(
            "SELECT on_hand, reserved, sold FROM catalog.stock WHERE stock_id = $1", stock_id
        )
    assert row is not None
    return row["on_hand"], row["reserved"], row["sold"]


async def told(database: Database) -> list[tuple[StockId, int]]:
    """What the outbox says of stocks, in order."""
    async with database.connection() as connection:
        envelopes = await list_envelopes(connection, "StockChanged")
    events = [msgspec.json.decode(envelope.data, type=StockChanged) for envelope in envelopes]
    return [(event.stock_id, event.available) for event in events]


async def do(database: Database, deed: Callable[[Connection], Awaitable[object]]) -> None:
    """One deed in a transaction of its own; afterwards the journal must explain every stock."""
    async with database.transaction() as connection:
        await deed(connection)
    async with database.connection() as connection:
        assert await catalog.check_stock(connection) == []


async def take(connection: Connection, stock_id: StockId, quantity: int) -> bool:
    """Reserve, if there is enough."""
    shelf = await catalog.open_shelf(connection, [stock_id], lock=True)
    if shelf.find_shortage([(stock_id, quantity)]):
        return False
    shelf.take([(stock_id, quantity)])
    await catalog.reserve_taken(connection, shelf)
    return True


async def test_a_shelf_says_all_that_an_order_must_know_of_a_stock(database: Database, goods: Goods) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE catalog.product SET category = 'fresh', limit_per_buyer = 3, freight_template_id = $1", new_id()
        )
        aside = StockId(new_id())
        await catalog.set_aside(connection, stock_id=aside, sku_id=goods.skus[0], quantity=4, by=SELLER)
        shelf = await catalog.open_shelf(connection, [aside, goods.own(0), StockId(uuid4())], lock=False)
    assert shelf.skus.keys() == {aside, goods.own(0)}
    sku = shelf.skus[aside]
    assert (sku.stock_id, sku.sku_id, sku.product_id) == (aside, goods.skus[0], goods.product_id)
    assert (sku.category, sku.fee_bp, sku.weight_g, sku.limit_per_buyer, sku.available) == ("fresh", 100, 500, 3, 4)
    assert sku.freight_template_id is not None
    assert (shelf.left(goods.own(0)), shelf.left(aside)) == (6, 4)


async def test_a_reservation_is_spent_or_released_and_each_change_told_once(database: Database, goods: Goods) -> None:
    own = goods.own(0)
    await do(database, lambda connection: take(connection, own, 4))
    assert await counts(database, own) == (10, 4, 0)
    await do(database, lambda connection: catalog.spend_many(connection, {own: 3}))
    assert await counts(database, own) == (7, 1, 3)
    await do(database, lambda connection: catalog.release_many(connection, {own: 1}))
    assert await counts(database, own) == (7, 0, 3)
    await do(database, lambda connection: catalog.return_many(connection, {own: 2}))
    assert await counts(database, own) == (9, 0, 1)
    assert await told(database) == [(own, 6), (own, 7), (own, 9)]


async def test_more_than_there_is_is_never_reserved_released_or_spent(database: Database, goods: Goods) -> None:
    own = goods.own(0)
    await do(database, lambda connection: take(connection, own, 4))
    for deed in (catalog.release_many, catalog.spend_many):
        with pytest.raises(asyncpg.CheckViolationError):
            await do(database, lambda connection, deed=deed: deed(connection, {own: 5}))  # type: ignore[misc]
    with pytest.raises(asyncpg.CheckViolationError):
        await do(database, lambda connection: catalog.return_many(connection, {own: 1}))
    assert await counts(database, own) == (10, 4, 0)


async def test_pieces_set_aside_are_taken_from_the_ordinary_ones_and_given_back(
    database: Database, goods: Goods
) -> None:
    own, aside = goods.own(0), StockId(new_id())

    async def _set_aside(connection: Connection) -> None:
        await catalog.set_aside(connection, stock_id=aside, sku_id=goods.skus[0], quantity=6, by=SELLER)

    await do(database, _set_aside)
    assert (await counts(database, own), await counts(database, aside)) == ((4, 0, 0), (6, 0, 0))
    await do(database, lambda connection: take(connection, aside, 5))
    await do(database, lambda connection: catalog.spend_many(connection, {aside: 2}))
    await do(database, lambda connection: catalog.give_back(connection, [aside, StockId(uuid4()), goods.own(1)]))
    assert (await counts(database, own), await counts(database, aside)) == ((5, 0, 0), (3, 3, 2))
    before = await told(database)
    await do(database, lambda connection: catalog.give_back(connection, [aside]))
    assert await told(database) == before
    await do(database, lambda connection: catalog.release_many(connection, {aside: 3}))
    await do(database, lambda connection: catalog.give_back(connection, [aside]))
    assert (await counts(database, own), await counts(database, aside)) == ((8, 0, 0), (0, 0, 2))
    assert set((await told(database))[:2]) == {(own, 4), (aside, 6)}
    assert set((await told(database))[-2:]) == {(own, 8), (aside, 0)}


async def test_no_more_can_be_set_aside_than_can_be_bought(database: Database, goods: Goods) -> None:
    await do(database, lambda connection: take(connection, goods.own(0), 4))
    with pytest.raises(InvalidInputError) as caught:
        async with database.transaction() as connection:
            await catalog.set_aside(connection, stock_id=StockId(new_id()), sku_id=goods.skus[0], quantity=7, by=SELLER)
    assert (caught.value.field, caught.value.params) == ("set_aside", {"reason": "too_many", "available": 6})
    with pytest.raises(NotFoundError):
        async with database.transaction() as connection:
            await catalog.set_aside(
                connection, stock_id=StockId(new_id()), sku_id=SkuId(uuid4()), quantity=1, by=SELLER
            )
    assert await counts(database, goods.own(0)) == (10, 4, 0)


async def test_what_buyers_send_back_is_sold_again_as_ordinary_stock(database: Database, goods: Goods) -> None:
    own, other, aside = goods.own(0), goods.own(1), StockId(new_id())

    async def _sell(connection: Connection) -> None:
        await catalog.set_aside(connection, stock_id=aside, sku_id=goods.skus[0], quantity=6, by=SELLER)
        for stock_id in (own, other, aside):
            assert await take(connection, stock_id, 4)
        await catalog.spend_many(connection, dict.fromkeys((own, other, aside), 4))

    await do(database, _sell)
    await do(
        database,
        lambda connection: catalog.restock_returned(connection, {own: 1, other: 2, aside: 3}, SELLER, "7 天无理由"),
    )
    assert await counts(database, own) == (0 + 1 + 3, 0, 4 - 1)
    assert await counts(database, other) == (16 + 2, 0, 4 - 2)
    assert await counts(database, aside) == (2, 0, 4 - 3)
    assert set((await told(database))[-2:]) == {(own, 4), (other, 18)}
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT reason, changed_by FROM catalog.stock_journal WHERE kind = 'returned'")
    assert [tuple(row) for row in rows] == [("7 天无理由", SELLER)] * 3


async def test_nothing_to_do_is_no_fault(database: Database, goods: Goods) -> None:
    async def _nothing(connection: Connection) -> None:
        for deed in (catalog.release_many, catalog.return_many, catalog.spend_many):
            await deed(connection, {})
        await catalog.restock_returned(connection, {}, None, "")
        await catalog.give_back(connection, [])

    await do(database, _nothing)
    assert await told(database) == []


async def test_pieces_that_nobody_journalled_are_found(database: Database, goods: Goods) -> None:
    async with database.transaction() as connection:
        await connection.execute("UPDATE catalog.stock SET on_hand = on_hand + 1 WHERE stock_id = $1", goods.own(1))
        faults = await catalog.check_stock(connection)
    assert [(f.stock_id, f.sku_id, f.on_hand, f.sold, f.journalled) for f in faults] == [
        (goods.own(1), goods.skus[1], 21, 0, 20)
    ]


async def test_whatever_happens_at_once_no_piece_is_made_or_lost(database: Database) -> None:
    goods = await make_goods(database, [60, 60, 60])
    aside = [StockId(new_id()) for _ in goods.skus]
    async with database.transaction() as connection:
        for stock_id, sku_id in zip(aside, goods.skus, strict=True):
            await catalog.set_aside(connection, stock_id=stock_id, sku_id=sku_id, quantity=20, by=SELLER)
    stocks = [*aside, *(goods.own(number) for number in range(3))]

    async def _live(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(12):
            some = chance.sample(stocks, 3)
            async with database.transaction() as connection:
                taken = await _take_all(connection, some)
            async with database.transaction() as connection:
                await chance.choice((catalog.spend_many, catalog.release_many))(connection, taken)
            async with database.transaction() as connection:
                await catalog.give_back(connection, chance.sample(aside, 2))
            async with database.transaction() as connection:
                sku = chance.choice(goods.skus)
                await catalog.set_available(connection, sku, chance.randrange(60), SELLER)

    async def _take_all(connection: Connection, some: Sequence[StockId]) -> dict[StockId, int]:
        shelf = await catalog.open_shelf(connection, some, lock=True)
        for stock_id in some:
            if shelf.left(stock_id):
                shelf.take([(stock_id, 1)])
        await catalog.reserve_taken(connection, shelf)
        return shelf.taken

    await asyncio.gather(*(_live(seed) for seed in range(8)))
    async with database.connection() as connection:
        assert await catalog.check_stock(connection) == []
        assert await connection.fetchval("SELECT sum(reserved) FROM catalog.stock") == 0
        assert await connection.fetchval("SELECT min(on_hand) FROM catalog.stock") >= 0


async def test_reserving_writes_beside_the_row_and_leaves_indexes_alone(database: Database, goods: Goods) -> None:
    """A row that is sold thousands of times a second must not grow its indexes each time (HOT)."""
    for _ in range(100):
        async with database.transaction() as connection:
            assert await take(connection, goods.own(1), 1)
            await catalog.release_many(connection, {goods.own(1): 1})
    async with database.connection() as connection:
        await connection.execute("SELECT pg_stat_force_next_flush()")
        row = await connection.fetchrow(
            """
            SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables
            WHERE schemaname = 'catalog' AND relname = 'stock'
            """
        )
        assert row is not None
        assert row["n_tup_upd"] > 0
        assert row["n_tup_hot_upd"] >= row["n_tup_upd"] * 0.9


async def test_the_lowest_price_is_that_of_the_whole_time_and_not_only_of_its_changes(database: Database) -> None:
    goods = await make_goods(database, [1, 1, 1], price_minor=1000)
    start, now = utc_now() - timedelta(days=60), utc_now()
    steady, cheap_before, cheap_within = goods.skus
    async with database.transaction() as connection:
        await connection.execute("UPDATE catalog.price_change SET changed_at = $1", start)
        await connection.executemany(
            "INSERT INTO catalog.price_change (sku_id, changed_at, price_minor) VALUES ($1, $2, $3)",
            [
                (cheap_before, start + timedelta(days=10), 500),
                (cheap_before, start + timedelta(days=20), 900),
                (cheap_before, start + timedelta(days=50), 1000),
                (cheap_within, start + timedelta(days=40), 700),
                (cheap_within, start + timedelta(days=41), 1000),
            ],
        )
        lowest = await catalog.get_lowest_prices(connection, [*goods.skus, SkuId(uuid4())], now - timedelta(days=30))
    assert lowest == {steady: 1000, cheap_before: 900, cheap_within: 700}
