"""A creator changes a short video: its title with topics, its cover, its products."""

from collections.abc import Sequence

import msgspec
from msgspec import UnsetType

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoChanged, VideoId, VideoNotReadyError, VideoState
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.modules.content import video_queries
from xiaodian.modules.content.models import Video
from xiaodian.modules.content.service.fill_video import fill_video
from xiaodian.modules.content.service.move_video import list_under_topics
from xiaodian.modules.content.service.set_cover import use_picture
from xiaodian.modules.content.video_rules import (
    DEFAULT_SHOW_MS,
    EDITS_PER_MINUTE,
    MAX_PRODUCTS,
    clean_title,
    find_topics,
)
from xiaodian.modules.content.wire import VideoPatch, VideoProductInput
from xiaodian.modules.live import api as live
from xiaodian.modules.media import api as media
from xiaodian.modules.risk import api as risk


async def edit_video(ctx: Context, caller: Caller, video_id: VideoId, patch: VideoPatch) -> Video:
    """Change what is given, in any state.

    Raises NotFoundError, InvalidInputError, VideoNotReadyError (a cover at a moment of a film that is not ready),
    TooManyRequestsError.
    """
    await risk.take(ctx.database, EDITS_PER_MINUTE, str(caller.account_id))
    cover_url = await _choose_cover(ctx, caller, video_id, patch)
    async with ctx.database.transaction() as connection:
        before = await video_queries.lock_own_video(connection, caller.account_id, video_id)
        before = await fill_video(connection, before)
        video = before if cover_url is None else msgspec.structs.replace(before, cover_url=cover_url)
        if not isinstance(patch.title, UnsetType):
            title, topics = parse_title(patch.title)
            video = msgspec.structs.replace(video, title=title, topics=topics)
        if not isinstance(patch.products, UnsetType):
            await _set_products(connection, video, patch.products)
        if video != before:
            await connection.execute(
                "UPDATE content.video SET title = $2, topics = $3, cover_url = $4 WHERE video_id = $1",
                video_id,
                video.title,
                video.topics,
                video.cover_url,
            )
        if video.topics != before.topics:
            await list_under_topics(connection, video)
        if video.state is VideoState.PUBLISHED:
            await tell_change(connection, video)
    await ctx.broker.poke(POKE)
    return video


def parse_title(title: str) -> tuple[str, list[str]]:
    """The title as it is shown, and its topics. Raises InvalidInputError."""
    shown = clean_title(title)
    return shown, find_topics(shown)


async def write_products(connection: Connection, video_id: VideoId, products: Sequence[VideoProductInput]) -> None:
    """The video's bag holds these from now on. What was learned of a product that leaves it is forgotten."""
    product_ids = [product.product_id for product in products]
    await connection.execute("DELETE FROM content.video_product WHERE video_id = $1", video_id)
    await connection.execute(
        """
        INSERT INTO content.video_product (video_id, number, product_id, at_ms, show_ms)
        SELECT $1, number, product_id, at_ms, show_ms
        FROM unnest($2::uuid[], $3::integer[], $4::integer[])
            WITH ORDINALITY AS item (product_id, at_ms, show_ms, number)
        """,
        video_id,
        product_ids,
        [product.at_ms for product in products],
        [None if product.at_ms is None else product.show_ms or DEFAULT_SHOW_MS for product in products],
    )
    await connection.execute(
        "DELETE FROM content.video_moment WHERE video_id = $1 AND product_id <> ALL($2::uuid[])", video_id, product_ids
    )


async def tell_change(connection: Connection, video: Video) -> None:
    """Tell what a published video is from now on."""
    products = await video_queries.list_products(connection, [video.video_id])
    changed = VideoChanged(
        video_id=video.video_id,
        creator_id=video.creator_id,
        title=video.title,
        topics=video.topics,
        product_ids=[product.product_id for product in products],
    )
    await outbox.emit(connection, changed)


async def _choose_cover(ctx: Context, caller: Caller, video_id: VideoId, patch: VideoPatch) -> str | None:
    """The chosen cover; it is made outside of any transaction, for that takes a while."""
    if isinstance(patch.cover_at_ms, UnsetType):
        if isinstance(patch.cover_url, UnsetType):
            return None
        return await use_picture(ctx, caller, video_id, patch.cover_url)
    if not isinstance(patch.cover_url, UnsetType):
        raise InvalidInputError(field="cover_url", reason="one_cover")
    async with ctx.database.transaction() as connection:
        video = await video_queries.lock_own_video(connection, caller.account_id, video_id)
        video = await fill_video(connection, video)
    if video.duration_ms is None:
        raise VideoNotReadyError(reason="working")
    if patch.cover_at_ms >= video.duration_ms:
        raise InvalidInputError(field="cover_at_ms", reason="behind_the_end", limit=video.duration_ms)
    return await media.take_still(ctx, video.vod_id, patch.cover_at_ms)


async def _set_products(connection: Connection, video: Video, products: Sequence[VideoProductInput]) -> None:
    if len(products) > MAX_PRODUCTS:
        raise InvalidInputError(field="products", reason="too_many", limit=MAX_PRODUCTS)
    product_ids = [ProductId(product.product_id) for product in products]
    if len(set(product_ids)) < len(product_ids):
        raise InvalidInputError(field="products", reason="twice")
    for number, product in enumerate(products):
        if product.at_ms is None and product.show_ms is not None:
            raise InvalidInputError(field=f"products[{number}].show_ms", reason="without_moment")
        if product.at_ms is not None and video.duration_ms is not None and product.at_ms >= video.duration_ms:
            raise InvalidInputError(field=f"products[{number}].at_ms", reason="behind_the_end", limit=video.duration_ms)
    before = {each.product_id for each in await video_queries.list_products(connection, [video.video_id])}
    new = [product_id for product_id in product_ids if product_id not in before]
    await live.check_goods(connection, video.creator_id, None, new, field="products")
    await write_products(connection, video.video_id, products)
