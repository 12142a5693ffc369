"""Taking from one SKU must cost the same when a thousand others have been listed since the statements were planned."""

from collections.abc import AsyncIterator

import pytest
from tests.modules.catalog.goods import Goods, make_goods
from tests.modules.growth import rows_read, settle

from xiaodian.infra import database as database_module
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.catalog import api as catalog
from xiaodian.settings import Settings

TABLES = ["catalog.product", "catalog.sku", "catalog.stock"]
TIMES = 60
SKUS = 50


@pytest.fixture
async def one_connection(settings: Settings) -> AsyncIterator[Database]:
    """A pool of one, so that every deed meets the same kept plans."""
    database = await Database.connect(settings.database_url, pool_size=1)
    yield database
    await database.close()


async def test_selling_reads_only_what_is_sold(one_connection: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    goods = await make_goods(one_connection, [1000] * 3)

    async def _sell(connection: Connection) -> None:
        await _take(connection, goods)
        await catalog.spend_many(connection, dict.fromkeys((goods.own(0), goods.own(2)), 1))
        await catalog.return_many(connection, {goods.own(2): 1})

    await settle(one_connection, TABLES, _sell)
    for _ in range(TIMES):
        await make_goods(one_connection, [1] * SKUS)
    monkeypatch.setattr(database_module, "PLAN_LIFE_S", 0)
    # A table of a single page may be read whole.
    assert await rows_read(one_connection, TABLES, _sell) < SKUS * TIMES // 10


async def _take(connection: Connection, goods: Goods) -> None:
    stocks = [goods.own(0), goods.own(2)]
    shelf = await catalog.open_shelf(connection, stocks, lock=True)
    shelf.take([(stock_id, 1) for stock_id in stocks])
    await catalog.reserve_taken(connection, shelf)
