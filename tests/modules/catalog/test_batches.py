"""Products by the batch, as files and other systems write them."""

from typing import Any

import msgspec
import pytest
from tests.modules.catalog.goods import SELLER, Goods, make_goods

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.catalog import Product
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.kit.ids import new_id
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.catalog.api import ProductWrite, WriteOutcome, WrittenProduct

CALLER = Caller(account_id=SELLER, display_name="卖家", is_operator=False, scopes=frozenset({Scope.EVERYTHING}))


@pytest.fixture
async def goods(database: Database) -> Goods:
    """A shop with a product of two SKUs."""
    return await make_goods(database, [10, 20])


def tee(number: int, **more: Any) -> ProductWrite:
    """A T-shirt in two sizes, known by its handle."""
    skus = [{"option_values": [size], "price_minor": 5900, "stock": 7, "code": f"TEE-{number}-{size}"} for size in "SM"]
    edit = {"handle": f"tee-{number}", "title": f"短袖 {number}", "state": "on_sale", "skus": skus}
    edit["options"] = [{"name": "尺码", "values": ["S", "M"]}]
    return msgspec.convert({"edit": {**edit, **more}}, ProductWrite)


async def write(database: Database, shop_id: ShopId, *writes: ProductWrite, **more: Any) -> list[WrittenProduct]:
    """One batch; afterwards the journal must explain every stock."""
    async with database.transaction() as connection:
        answers = await catalog.write_products(
            connection, more.pop("caller", CALLER), shop_id, writes, needs_review=False, **more
        )
    async with database.connection() as connection:
        assert await catalog.check_stock(connection) == []
    return answers


async def all_of(database: Database, shop_id: ShopId) -> list[Product]:
    """Every product, the newest first."""
    async with database.connection() as connection:
        return await catalog.list_products(connection, shop_id, catalog.ProductFilter(), limit=100)


async def test_a_batch_creates_then_changes_then_finds_nothing_to_do(database: Database, goods: Goods) -> None:
    batch = [tee(number) for number in range(3)]
    assert [one.outcome for one in await write(database, goods.shop_id, *batch)] == [WriteOutcome.CREATED] * 3
    assert [one.outcome for one in await write(database, goods.shop_id, *batch)] == [WriteOutcome.UNCHANGED] * 3
    cheaper = msgspec.convert({"edit": {"skus": [{"code": "TEE-1-M", "price_minor": 4900, "stock": 1}]}}, ProductWrite)
    assert [one.outcome for one in await write(database, goods.shop_id, cheaper)] == [WriteOutcome.UPDATED]
    (product,) = [one for one in await all_of(database, goods.shop_id) if one.handle == "tee-1"]
    assert [(sku.name, sku.price_minor, sku.available) for sku in product.skus] == [("S", 5900, 7), ("M", 4900, 1)]
    assert product.version == 2


async def test_what_is_refused_says_why_and_holds_nothing_up(database: Database, goods: Goods) -> None:
    new = [
        tee(1),
        tee(1),
        tee(2, category="weapons"),
        tee(3, skus=[{"option_values": ["XL"], "price_minor": 1, "stock": 1}]),
        msgspec.convert({"edit": {"title": "没有规格"}}, ProductWrite),
        msgspec.convert({"product_id": str(new_id()), "edit": {}}, ProductWrite),
        tee(4, skus=[{"option_values": ["S"], "price_minor": 1, "stock": 1, "code": "TEE-1-S"}]),
        tee(5),
    ]
    answers = await write(database, goods.shop_id, *new)
    assert [(one.outcome.value, one.field) for one in answers] == [
        ("created", None),
        ("refused", "handle"),
        ("refused", "category"),
        ("refused", "skus.0.option_values"),
        ("refused", "skus"),
        ("refused", "product_id"),
        ("refused", "skus.0.code"),
        ("created", None),
    ]
    assert {one.handle for one in await all_of(database, goods.shop_id)} == {None, "tee-1", "tee-5"}


async def test_a_dry_run_says_the_same_and_writes_nothing(database: Database, goods: Goods) -> None:
    before = await all_of(database, goods.shop_id)
    answers = await write(database, goods.shop_id, tee(1), tee(2, category="weapons"), dry_run=True)
    assert [one.outcome.value for one in answers] == ["created", "refused"]
    assert await all_of(database, goods.shop_id) == before


async def test_a_batch_is_for_the_shops_own_staff(database: Database, goods: Goods) -> None:
    stranger = msgspec.structs.replace(CALLER, account_id=AccountId(new_id()))
    with pytest.raises(NotFoundError):
        await write(database, goods.shop_id, tee(1), caller=stranger)
    reader = msgspec.structs.replace(CALLER, scopes=frozenset({Scope.PRODUCTS_READ}))
    with pytest.raises(ForbiddenError):
        await write(database, goods.shop_id, tee(1), caller=reader)
    assert len(await all_of(database, goods.shop_id)) == 1


async def test_five_hundred_products_are_a_matter_of_a_few_statements(database: Database, goods: Goods) -> None:
    batch = [tee(number) for number in range(500)]
    answers = await write(database, goods.shop_id, *batch)
    assert {one.outcome for one in answers} == {WriteOutcome.CREATED}
    async with database.connection() as connection:
        counts = await catalog.count_products(connection, goods.shop_id, 10)
    assert (counts.on_sale, counts.low_stock) == (501, 500)
