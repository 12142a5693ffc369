"""Bags as viewers see them: products, room prices and stock put together."""

from collections.abc import Collection

from xiaodian.contracts.catalog import Product, ProductState, SkuId
from xiaodian.contracts.live import BagItem, BagSku, RoomId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import queries
from xiaodian.modules.promotion import api as promotion


async def show_bags(connection: Connection, room_ids: Collection[RoomId]) -> dict[RoomId, list[BagItem]]:
    """The bags of these rooms, in order. What was taken off sale is left out; the others keep their number."""
    numbered = await queries.list_bag_items(connection, room_ids)
    found = await catalog.get_products(connection, list({product_id for _, _, product_id in numbered}))
    products = {product.product_id: product for product in found if product.state is ProductState.ON_SALE}
    prices = await promotion.live_prices(
        connection,
        [
            (room_id, sku.sku_id)
            for room_id, _, product_id in numbered
            if product_id in products
            for sku in products[product_id].skus
        ],
    )
    bags: dict[RoomId, list[BagItem]] = {room_id: [] for room_id in room_ids}
    for room_id, number, product_id in numbered:
        if product_id in products:
            bags[room_id].append(_show(products[product_id], number, room_id, prices))
    return bags


def _show(product: Product, number: int, room_id: RoomId, prices: dict[tuple[RoomId, SkuId], int]) -> BagItem:
    return BagItem(
        number=number,
        product_id=product.product_id,
        shop_id=product.shop_id,
        title=product.title,
        picture_url=product.picture_urls[0] if product.picture_urls else None,
        currency=product.currency,
        skus=[
            BagSku(
                sku_id=sku.sku_id,
                name=sku.name,
                list_price_minor=sku.price_minor,
                price_minor=min(sku.price_minor, prices.get((room_id, sku.sku_id), sku.price_minor)),
                available=sku.available,
            )
            for sku in product.skus
        ],
    )
