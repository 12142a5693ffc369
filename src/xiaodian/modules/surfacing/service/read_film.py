"""What is said in a short video is matched with its bag: where does it speak of which product?"""

from collections.abc import Sequence

from xiaodian.contracts import surfacing
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.content import VideoInfo
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.surfacing.engine.engine import Engine
from xiaodian.modules.surfacing.moment_queries import VideoCaption
from xiaodian.modules.surfacing.room_rules import is_chinese
from xiaodian.modules.surfacing.service.film_words import list_words

MAX_SAID = 4_000
MAX_TITLE = 200


async def read_film(connection: Connection, video: VideoInfo) -> None:
    """Find and keep the mentions, in the caller's transaction; those of before are forgotten."""
    # Half a line may name what was shown before the clip begins.
    words = await list_words(connection, video)
    captions = [each for each in words if each.start_ms >= 0 and each.end_ms <= video.duration_ms]
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


def _to_product(number: int, product: Product) -> surfacing.BagProduct:
    return surfacing.BagProduct(
        product_id=str(product.product_id),
        number=number,
        title=product.title[:MAX_TITLE],
        skus=tuple(sku.name[:MAX_TITLE] for sku in product.skus if sku.name),
        price_minor=min((sku.price_minor for sku in product.skus), default=None),
    )
