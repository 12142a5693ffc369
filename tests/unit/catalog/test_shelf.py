"""Taking from a shelf, one order after the other."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.catalog import ProductId, SkuAtSale, SkuId, StockId
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.catalog.rules import Shelf

IDS = [StockId(uuid4()) for _ in range(3)]


def shelf_of(*available: int) -> Shelf:
    """A shelf with so many pieces of each stock."""
    shop_id, product_id = ShopId(uuid4()), ProductId(uuid4())
    return Shelf(
        {
            stock_id: SkuAtSale(
                stock_id=stock_id,
                sku_id=SkuId(stock_id),
                product_id=product_id,
                shop_id=shop_id,
                product_title="丹东草莓",
                sku_name="3斤装",
                picture_url=None,
                price_minor=1,
                currency="CNY",
                available=count,
                on_sale=True,
                category="fresh",
                fee_bp=100,
                weight_g=500,
                freight_template_id=None,
                limit_per_buyer=None,
            )
            for stock_id, count in zip(IDS, available, strict=False)
        }
    )


@given(
    st.tuples(*[st.integers(0, 20)] * 3),
    st.lists(st.dictionaries(st.sampled_from(range(3)), st.integers(1, 9), min_size=1), max_size=20),
)
def test_never_more_is_taken_than_was_there(available: tuple[int, ...], orders: list[dict[int, int]]) -> None:
    shelf = shelf_of(*available)
    for order in orders:
        lines = [(IDS[number], quantity) for number, quantity in order.items()]
        short = shelf.find_shortage(lines)
        if short is None:
            shelf.take(lines)
        else:
            assert shelf.left(short) < dict(lines)[short]
    for stock_id, count in zip(IDS, available, strict=True):
        assert 0 <= shelf.left(stock_id) == count - shelf.taken.get(stock_id, 0)
