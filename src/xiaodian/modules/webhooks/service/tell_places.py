"""What becomes of rooms and short videos, as messages."""

from collections.abc import Iterator

from xiaodian.contracts.content import VideoChanged, VideoPublished, VideoWithdrawn
from xiaodian.contracts.live import ProductFeatured, ProductUnfeatured, RoomMoved
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.webhooks import payloads
from xiaodian.modules.webhooks.models import Draft, SubjectKind
from xiaodian.modules.webhooks.service.pen import Pen


def tell_room(pen: Pen, event: RoomMoved) -> Iterator[Draft]:
    if event.shop_id is not None:
        data = payloads.RoomData(
            room_id=event.room_id, host_id=event.host_id, state=event.state, at=from_epoch_ms(event.at_ms)
        )
        yield pen.write(event.shop_id, f"room.{event.state}", SubjectKind.ROOM, event.room_id, data)


def tell_featured(pen: Pen, event: ProductFeatured | ProductUnfeatured) -> Iterator[Draft]:
    """To the host's shop, and to the shop whose product it is."""
    product = pen.facts.products.get(event.product_id)
    name = "room.featured" if isinstance(event, ProductFeatured) else "room.unfeatured"
    data = payloads.FeaturedData(
        room_id=event.room_id, product_id=event.product_id, cue_id=event.cue_id, at=from_epoch_ms(event.at_ms)
    )
    for shop_id in {event.shop_id, product.shop_id if product else event.shop_id}:
        if shop_id is not None:
            yield pen.write(shop_id, name, SubjectKind.ROOM, event.room_id, data)


def tell_video(pen: Pen, event: VideoPublished | VideoChanged) -> Iterator[Draft]:
    if shop_id := pen.facts.shops_of_creators.get(event.creator_id):
        data = payloads.VideoData(
            video_id=event.video_id,
            creator_id=event.creator_id,
            title=event.title,
            topics=event.topics,
            product_ids=list(event.product_ids),
        )
        name = "video.published" if isinstance(event, VideoPublished) else "video.changed"
        yield pen.write(shop_id, name, SubjectKind.VIDEO, event.video_id, data)


def tell_withdrawn(pen: Pen, event: VideoWithdrawn) -> Iterator[Draft]:
    if shop_id := pen.facts.shops_of_creators.get(event.creator_id):
        data = payloads.VideoWithdrawnData(video_id=event.video_id, creator_id=event.creator_id, reason=event.reason)
        yield pen.write(shop_id, "video.withdrawn", SubjectKind.VIDEO, event.video_id, data)
