"""Puts together what the routes of promotion answer, with what other modules know of goods, shops and people."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.catalog import Product, ProductId, ProductState
from xiaodian.contracts.shops import Shop, ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.paging import Page, encode_cursor
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.promotion import commission_queries as queries
from xiaodian.modules.promotion.models import Commission, FlashSaleRow
from xiaodian.modules.promotion.wire import CommissionView, FlashSaleView, MarketItem, to_flash_view
from xiaodian.modules.shops import api as shops

MOST_LOOKED_AT = 500
"""Public commissions that one page of the market looks at: goods off sale and closed shops are passed over."""


async def show_flash_sales(connection: Connection, sales: Sequence[FlashSaleRow]) -> list[FlashSaleView]:
    """Flash sales with what they sell and how much of it is left."""
    stock_ids = [sale.flash_sale_id for sale in sales]
    shelf = await catalog.open_shelf(connection, stock_ids, lock=False)
    sold = await catalog.count_sold(connection, stock_ids)
    views = []
    for sale in sales:
        at_sale = shelf.skus[sale.flash_sale_id]
        views.append(
            to_flash_view(
                sale,
                title=at_sale.product_title,
                sku_name=at_sale.sku_name,
                list_price_minor=at_sale.price_minor,
                left=0 if sale.ended_at else at_sale.available,
                sold=sold[sale.flash_sale_id],
            )
        )
    return views


async def show_commissions(connection: Connection, commissions: Sequence[Commission]) -> list[CommissionView]:
    """Commissions with the goods, the shops and the creators they are about."""
    products = await _get_products(connection, commissions)
    of_shop = await _get_shops(connection, commissions)
    creator_ids = list({each.creator_id for each in commissions if each.creator_id is not None})
    creators = await accounts.get_accounts(connection, creator_ids)
    return [
        _show_commission(each, products.get(each.product_id), of_shop[each.shop_id], creators) for each in commissions
    ]


async def show_market(
    connection: Connection, title_has: str | None, *, before: UUID | None, limit: int
) -> Page[MarketItem]:
    """A page of what every creator may sell now: on sale, by an open shop."""
    items: list[tuple[UUID, MarketItem]] = []
    looked_at, is_end = 0, False
    while len(items) <= limit and looked_at < MOST_LOOKED_AT and not is_end:
        found = await queries.list_market(connection, title_has, before=before, limit=limit + 1)
        items += await _show_market_items(connection, found)
        looked_at += len(found)
        is_end = len(found) <= limit
        before = found[-1].commission_id if found else before
    # A page that is not full may still have a next one, behind what was looked at.
    last = items[limit - 1][0] if len(items) > limit else None if is_end else before
    return Page(items=[item for _, item in items[:limit]], next_cursor=encode_cursor(last) if last else None)


async def _show_market_items(
    connection: Connection, commissions: Sequence[Commission]
) -> list[tuple[UUID, MarketItem]]:
    products = await _get_products(connection, commissions)
    of_shop = await _get_shops(connection, commissions)
    return [
        (each.commission_id, _show_market_item(each, products[each.product_id], of_shop[each.shop_id]))
        for each in commissions
        if each.product_id in products
        and products[each.product_id].state is ProductState.ON_SALE
        and products[each.product_id].skus
        and of_shop[each.shop_id].is_open
    ]


def _show_market_item(commission: Commission, product: Product, shop: Shop) -> MarketItem:
    return MarketItem(
        product_id=product.product_id,
        title=product.title,
        picture_url=product.picture_urls[0] if product.picture_urls else None,
        shop_id=shop.shop_id,
        shop_name=shop.name,
        price_minor=min(sku.price_minor for sku in product.skus),
        currency=product.currency,
        rate_bp=commission.rate_bp,
        available=sum(sku.available for sku in product.skus),
    )


def _show_commission(
    commission: Commission, product: Product | None, shop: Shop, creators: dict[AccountId, Account]
) -> CommissionView:
    return CommissionView(
        commission_id=commission.commission_id,
        shop_id=commission.shop_id,
        shop_name=shop.name,
        product_id=commission.product_id,
        title=product.title if product else commission.title,
        picture_url=product.picture_urls[0] if product and product.picture_urls else None,
        price_minor=min((sku.price_minor for sku in product.skus), default=0) if product else 0,
        currency=product.currency if product else "",
        creator=creators.get(commission.creator_id) if commission.creator_id else None,
        rate_bp=commission.rate_bp,
        state=commission.state,
        created_at_ms=to_epoch_ms(commission.created_at),
        changed_at_ms=to_epoch_ms(commission.changed_at),
    )


async def _get_products(connection: Connection, commissions: Sequence[Commission]) -> dict[ProductId, Product]:
    product_ids = list({each.product_id for each in commissions})
    return {product.product_id: product for product in await catalog.get_products(connection, product_ids)}


async def _get_shops(connection: Connection, commissions: Sequence[Commission]) -> dict[ShopId, Shop]:
    return await shops.get_shops(connection, list({each.shop_id for each in commissions}))
