"""Short videos as their creator sees them."""

from collections.abc import Sequence

from xiaodian.contracts.catalog import ProductState
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import video_queries
from xiaodian.modules.content.models import Video
from xiaodian.modules.content.wire import OwnProduct, OwnVideo
from xiaodian.modules.media import api as media


async def show_own(connection: Connection, videos: Sequence[Video]) -> list[OwnVideo]:
    """With how far their films are, their products, and their counters."""
    video_ids = [video.video_id for video in videos]
    vods = await media.get_vods(connection, [video.vod_id for video in videos])
    counts = await video_queries.get_counts(connection, video_ids)
    placed = await video_queries.list_products(connection, video_ids)
    found = await catalog.get_products(connection, list({each.product_id for each in placed}))
    products = {product.product_id: product for product in found}
    return [
        OwnVideo(
            video_id=video.video_id,
            state=video.state,
            title=video.title,
            topics=video.topics,
            cover_url=video.cover_url or vods[video.vod_id].poster_url,
            duration_ms=vods[video.vod_id].duration_ms,
            width=vods[video.vod_id].width,
            height=vods[video.vod_id].height,
            vod=vods[video.vod_id],
            source_room_id=video.source_room_id,
            products=[
                OwnProduct(
                    number=each.number,
                    product_id=each.product_id,
                    title=products[each.product_id].title,
                    picture_url=next(iter(products[each.product_id].picture_urls), None),
                    is_on_sale=products[each.product_id].state is ProductState.ON_SALE,
                    at_ms=each.at_ms,
                    show_ms=each.show_ms,
                )
                for each in placed
                if each.video_id == video.video_id and each.product_id in products
            ],
            **counts[video.video_id]._asdict(),
            created_at=video.created_at,
            published_at=video.published_at,
            taken_down_reason=video.taken_down_reason,
        )
        for video in videos
        if video.vod_id in vods
    ]
