"""What was found, as it is now: read from the modules whose it is, so that nothing shows that is gone."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import CreatorCard, VideoCard, VideoId, VideoState
from xiaodian.infra.database import Connection
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.search.wire import ProductHit, TopicHit
from xiaodian.modules.shops import api as shops

_NOWHERE = UUID(int=0)
"""The place of what is come upon outside of rooms and videos."""


async def show_products(connection: Connection, doc_ids: Sequence[str]) -> list[ProductHit]:
    """Those that are on sale in an open shop."""
    ids = [ProductId(UUID(doc_id)) for doc_id in doc_ids]
    placed = [live.Placed(_NOWHERE, number, product_id) for number, product_id in enumerate(ids, 1)]
    items = (await live.show_goods(connection, placed, "search")).get(_NOWHERE, [])
    owners = await shops.get_shops(connection, list({item.shop_id for item in items}))
    return [
        ProductHit(shop_name=owners[item.shop_id].name, item=item)
        for item in items
        if owners[item.shop_id].is_open and not owners[item.shop_id].is_sandbox
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
