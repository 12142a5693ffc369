"""The bag for each viewer: what was bought, fits or was looked at comes first; the rest stays as the host has it."""

from uuid import UUID, uuid4

import pytest

from xiaodian.contracts.bag import BagItem, BagSku
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.surfacing.learning.bag_order import Acquaintance, MarkCode, find_sizes, order_bag


def _item(number: int, *skus: str, price_minor: int = 9_900, available: int = 5) -> BagItem:
    return BagItem(
        number=number,
        product_id=ProductId(UUID(int=number)),
        shop_id=ShopId(UUID(int=1)),
        title="好物",
        picture_url=None,
        currency="CNY",
        skus=[
            BagSku(
                sku_id=SkuId(uuid4()),
                name=name,
                list_price_minor=price_minor,
                price_minor=price_minor,
                available=available,
            )
            for name in skus or ("默认",)
        ],
    )


def _bought(sku_name: str = "默认", price_minor: int = 9_900) -> Acquaintance:
    return Acquaintance(is_bought=True, is_viewed=True, sku_name=sku_name, price_minor=price_minor)


def test_who_did_nothing_yet_sees_the_hosts_order_without_a_word() -> None:
    bag = [_item(number) for number in (3, 1, 2)]
    assert [(int(each.product_id.int), each.code) for each in order_bag(bag, {})] == [(3, None), (1, None), (2, None)]


def test_bought_comes_before_looked_at_and_both_before_the_rest() -> None:
    bag = [_item(1), _item(2), _item(3)]
    known = {
        ProductId(UUID(int=2)): Acquaintance(is_bought=False, is_viewed=True, sku_name=None, price_minor=None),
        ProductId(UUID(int=3)): _bought(),
    }
    placed = [(each.product_id.int, each.code) for each in order_bag(bag, known)]
    assert placed == [(3, MarkCode.BOUGHT), (2, MarkCode.VIEWED), (1, None)]


def test_what_there_is_in_ones_size_comes_first_but_not_when_that_size_is_gone() -> None:
    elsewhere = {ProductId(UUID(int=99)): _bought("白色 L码")}
    there, gone = _item(2, "S码", "L码"), _item(2, "S码", "L码", available=0)
    assert [each.code for each in order_bag([_item(1, "S码", "M码"), there], elsewhere)] == [MarkCode.SIZE, None]
    assert [each.code for each in order_bag([_item(1, "S码", "M码"), gone], elsewhere)] == [None, None]


def test_what_is_sold_out_does_not_come_up_though_it_was_bought() -> None:
    bag = [_item(1), _item(2, available=0)]
    assert [each.product_id.int for each in order_bag(bag, {ProductId(UUID(int=2)): _bought()})] == [1, 2]


def test_prices_one_buys_at_come_before_others_without_a_word() -> None:
    known = {ProductId(UUID(int=90 + number)): _bought(price_minor=5_000) for number in range(3)}
    bag = [_item(1, price_minor=99_000), _item(2, price_minor=5_500)]
    assert [(each.product_id.int, each.code) for each in order_bag(bag, known)] == [(2, None), (1, None)]


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("L码", {"L"}),
        ("黑色/XXL", {"XXL"}),
        ("2XL 加厚", {"2XL"}),
        ("42", {"42"}),
        ("42码 白", {"42"}),
        ("3斤装", {"3斤"}),
        ("500g", {"500G"}),
        ("42件", set()),
        ("LED 灯", set()),
        ("SMALL", set()),
        ("iPhone 15", set()),
        ("默认", set()),
    ],
)
def test_sizes_are_read_from_what_hosts_write(name: str, sizes: set[str]) -> None:
    assert find_sizes(name) == sizes
