"""Bags as viewers see them: products, room prices and stock put together."""

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from xiaodian.contracts.catalog import ExternalLink, Product, ProductState, Sku, SkuId
from xiaodian.contracts.live import BagFlashSale, BagItem, BagLink, BagMoment, BagSku, RoomId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
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
    sales = await _find_flash_sales(connection, [sku.sku_id for each in products.values() for sku in each.skus])
    bags: dict[RoomId, list[BagItem]] = {room_id: [] for room_id in room_ids}
    for room_id, number, product_id in numbered:
        if product_id in products:
            product = products[product_id]
            skus = [_show_sku(sku, prices.get((room_id, sku.sku_id)), sales.get(sku.sku_id)) for sku in product.skus]
            bags[room_id].append(_show(product, number, skus, room_id))
    return bags


async def tell_bags(connection: Connection, room_ids: Collection[RoomId]) -> None:
    """Tell these rooms, which this transaction holds, their bags afresh."""
    at_ms = to_epoch_ms(utc_now())
    bags = await show_bags(connection, room_ids)
    await outbox.put(
        connection,
        [outbox.moment_message(room_id, BagMoment(at_ms=at_ms, items=items)) for room_id, items in bags.items()],
    )


async def _find_flash_sales(connection: Connection, sku_ids: Collection[SkuId]) -> dict[SkuId, BagFlashSale]:
    """Those under way, and those that start soon, with what is left of their pieces."""
    now = utc_now()
    sales = await promotion.find_next_flash_sales(connection, sku_ids, now, now + promotion.ANNOUNCED_AHEAD)
    if not sales:
        return {}
    shelf = await catalog.open_shelf(connection, [sale.flash_sale_id for sale in sales.values()], lock=False)
    return {
        sku_id: BagFlashSale(
            flash_sale_id=sale.flash_sale_id,
            price_minor=sale.price_minor,
            left=shelf.left(sale.flash_sale_id),
            limit_per_buyer=sale.limit_per_buyer,
            starts_at_ms=to_epoch_ms(sale.starts_at),
            ends_at_ms=to_epoch_ms(sale.ends_at),
        )
        for sku_id, sale in sales.items()
    }


def _show_sku(sku: Sku, live_minor: int | None, flash_sale: BagFlashSale | None) -> BagSku:
    return BagSku(
        sku_id=sku.sku_id,
        name=sku.name,
        list_price_minor=sku.price_minor,
        price_minor=sku.price_minor if live_minor is None else min(sku.price_minor, live_minor),
        available=sku.available,
        flash_sale=flash_sale,
    )


def _show(product: Product, number: int, skus: list[BagSku], room_id: RoomId) -> BagItem:
    return BagItem(
        number=number,
        product_id=product.product_id,
        shop_id=product.shop_id,
        title=product.title,
        picture_url=product.picture_urls[0] if product.picture_urls else None,
        currency=product.currency,
        skus=skus,
        external=None if product.external is None else _link(product.external, room_id),
    )


def _link(external: ExternalLink, room_id: RoomId) -> BagLink:
    """The address with the room in it, so that what is bought there can be told of as this room's."""
    address = urlsplit(external.url)
    query = [pair for pair in parse_qsl(address.query, keep_blank_values=True) if pair[0] != external.ref_name]
    query.append((external.ref_name, f"room-{room_id}"))
    return BagLink(url=urlunsplit(address._replace(query=urlencode(query))), source_name=external.source_name)
