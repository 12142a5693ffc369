"""What was found, as it is now: read from the modules whose it is, so that nothing shows that is gone."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import Product, ProductId, ProductState
from xiaodian.contracts.content import CreatorCard, VideoCard, VideoId, VideoState
from xiaodian.contracts.shops import Shop
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.search.wire import ProductHit, TopicHit
from xiaodian.modules.shops import api as shops


async def show_products(connection: Connection, doc_ids: Sequence[str]) -> list[ProductHit]:
    """Those that are on sale in an open shop."""
    found = await catalog.get_products(connection, [ProductId(UUID(doc_id)) for doc_id in doc_ids])
    on_sale = [product for product in found if product.state is ProductState.ON_SALE and product.skus]
    owners = await shops.get_shops(connection, list({product.shop_id for product in on_sale}))
    return [
        _to_hit(product, owners[product.shop_id])
        for product in on_sale
        if owners[product.shop_id].is_open and not owners[product.shop_id].is_sandbox
    ]


async def show_creators(
    connection: Connection, doc_ids: Sequence[str], viewer_id: AccountId | None
) -> list[CreatorCard]:
    """Those who still have an account."""
    ids = [AccountId(UUID(doc_id)) for doc_id in doc_ids]
    cards = await content.read_creators(connection, ids, viewer_id)
    return [cards[account_id] for account_id in ids if account_id in cards]


async def show_videos(connection: Connection, doc_ids: Sequence[str]) -> list[VideoCard]:
    """Those that may be watched."""
    ids = [VideoId(UUID(doc_id)) for doc_id in doc_ids]
    infos = await content.get_videos(connection, ids)
    public = [video_id for video_id, info in infos.items() if info.state is VideoState.PUBLISHED]
    cards = await content.show_cards(connection, public)
    return [cards[video_id] for video_id in ids if video_id in cards]


async def show_topics(connection: Connection, topics: Sequence[str]) -> list[TopicHit]:
    """Those that have videos."""
    counts = await content.count_topics(connection, topics)
    return [TopicHit(topic=topic, videos=counts[topic]) for topic in topics if counts.get(topic)]


def _to_hit(product: Product, shop: Shop) -> ProductHit:
    prices = [sku.price_minor for sku in product.skus]
    return ProductHit(
        product_id=product.product_id,
        shop_id=shop.shop_id,
        shop_name=shop.name,
        title=product.title,
        picture_url=product.picture_urls[0] if product.picture_urls else None,
        price_minor=min(prices),
        has_prices=len(set(prices)) > 1,
        currency=product.currency,
        is_available=product.external is not None or any(sku.available > 0 for sku in product.skus),
        external_name=product.external.source_name if product.external is not None else None,
    )
