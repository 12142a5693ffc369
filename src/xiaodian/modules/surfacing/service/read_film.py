"""What is said in a short video is matched with its bag: where does it speak of which product?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from xiaodian.contracts import surfacing
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.content import VideoInfo
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import api as live
from xiaodian.modules.media import api as media
from xiaodian.modules.surfacing.engine.engine import Engine
from xiaodian.modules.surfacing.moment_queries import VideoCaption, list_captions, list_room_speech
from xiaodian.modules.surfacing.room_rules import MAX_LINES_AT_ONCE, is_chinese

MAX_SAID = 4_000
MAX_TITLE = 200


async def read_film(connection: Connection, video: VideoInfo) -> None:
    """Find and keep the mentions, in the caller's transaction; those of before are forgotten."""
    captions = await list_captions(connection, video.video_id) or await _inherit(connection, video)
    products = await catalog.get_products(connection, video.product_ids)
    mentions = find_mentions(products, captions, video.title)
    await connection.execute("DELETE FROM surfacing.mention WHERE video_id = $1", video.video_id)
    await connection.executemany(
        "INSERT INTO surfacing.mention (video_id, product_id, at_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [(video.video_id, product_id, at_ms) for product_id, at_ms in mentions],
    )


def find_mentions(
    products: Sequence[Product], captions: Sequence[VideoCaption], title: str
) -> list[tuple[ProductId, int]]:
    """Where the engine of rooms would put a card up, moved back to where the sentence begins."""
    if not products or not captions:
        return []
    by_key = {str(product.product_id): product for product in products}
    text = title + "".join(product.title for product in products)
    bag = surfacing.Bag(
        lang="zh" if is_chinese(text) else "en",
        products=tuple(_to_product(number + 1, product) for number, product in enumerate(products)),
    )
    engine = Engine(bag)
    mentions: list[tuple[ProductId, int]] = []
    for caption in captions:
        for cue in engine.take(surfacing.Transcript(t_ms=caption.end_ms, text=caption.text[:MAX_SAID])):
            mentions.append((by_key[cue.product_id].product_id, caption.start_ms))
    return mentions


async def _inherit(connection: Connection, video: VideoInfo) -> list[VideoCaption]:
    """A clip says what its room said then."""
    stretch = await media.find_stretch(connection, video.vod_id)
    room_id = video.source_room_id
    room = (await live.get_rooms(connection, [room_id])).get(room_id) if room_id is not None else None
    if stretch is None or room is None or room.started_at is None:
        return []
    # Gaps in the film make its time run behind the clock, never before it.
    since = room.started_at + timedelta(milliseconds=stretch.from_ms)
    told = await list_room_speech(connection, room.room_id, since, MAX_LINES_AT_ONCE)
    moments: set[datetime] = {each for start_at, end_at, _ in told for each in (start_at, end_at)}
    film_ms = await media.to_film_ms(connection, stretch.stream_id, sorted(moments))
    captions: list[VideoCaption] = []
    for start_at, end_at, text in told:
        start_ms, end_ms = film_ms[start_at] - stretch.from_ms, film_ms[end_at] - stretch.from_ms
        if 0 <= start_ms <= end_ms <= video.duration_ms:
            captions.append(VideoCaption(start_ms, end_ms, text))
    return captions


def _to_product(number: int, product: Product) -> surfacing.BagProduct:
    return surfacing.BagProduct(
        product_id=str(product.product_id),
        number=number,
        title=product.title[:MAX_TITLE],
        skus=tuple(sku.name[:MAX_TITLE] for sku in product.skus if sku.name),
        price_minor=min((sku.price_minor for sku in product.skus), default=None),
    )
