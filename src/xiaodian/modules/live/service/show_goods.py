"""Goods as viewers see them, in a room's bag or a video's: products, prices of the place and stock put together."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from xiaodian.contracts.bag import BagFlashSale, BagItem, BagLink, BagSku
from xiaodian.contracts.catalog import ExternalLink, Product, ProductId, ProductState, Sku, SkuId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.promotion import api as promotion


class Placed(NamedTuple):
    """A product with its number in the bag of a place: a room or a video."""

    place_id: UUID
    number: int
    product_id: ProductId


async def get_shown(connection: Connection, placed: Sequence[Placed]) -> dict[ProductId, Product]:
    """Those of the products that are on sale, by id."""
    found = await catalog.get_products(connection, list({each.product_id for each in placed}))
    return {product.product_id: product for product in found if product.state is ProductState.ON_SALE}


async def show_goods(connection: Connection, placed: Sequence[Placed], kind: str) -> dict[UUID, list[BagItem]]:
    """The bags of places that have no prices of their own; `kind` names them in links to where goods are bought."""
    return await show_priced(connection, placed, await get_shown(connection, placed), {}, kind)


async def show_priced(
    connection: Connection,
    placed: Sequence[Placed],
    products: Mapping[ProductId, Product],
    prices: Mapping[tuple[UUID, SkuId], int],
    kind: str,
) -> dict[UUID, list[BagItem]]:
    """The bag of each place that has something in it, in order. What was taken off sale is left out; the others keep
    their number.
    """
    sales = await _find_flash_sales(connection, [sku.sku_id for each in products.values() for sku in each.skus])
    bags: dict[UUID, list[BagItem]] = {}
    for place_id, number, product_id in placed:
        if product := products.get(product_id):
            skus = [_show_sku(sku, prices.get((place_id, sku.sku_id)), sales.get(sku.sku_id)) for sku in product.skus]
            bags.setdefault(place_id, []).append(_show(product, number, skus, f"{kind}-{place_id}"))
    return bags


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
            opens_at_ms=to_epoch_ms(sale.opens_at) if sale.opens_at else None,
            early_level=sale.early_level,
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


def _show(product: Product, number: int, skus: list[BagSku], reference: str) -> BagItem:
    return BagItem(
        number=number,
        product_id=product.product_id,
        shop_id=product.shop_id,
        title=product.title,
        picture_url=product.picture_urls[0] if product.picture_urls else None,
        currency=product.currency,
        skus=skus,
        external=None if product.external is None else _link(product.external, reference),
    )


def _link(external: ExternalLink, reference: str) -> BagLink:
    """The address with the place in it, so that what is bought there can be told of as this room's or video's."""
    address = urlsplit(external.url)
    query = [pair for pair in parse_qsl(address.query, keep_blank_values=True) if pair[0] != external.ref_name]
    query.append((external.ref_name, reference))
    return BagLink(url=urlunsplit(address._replace(query=urlencode(query))), source_name=external.source_name)
