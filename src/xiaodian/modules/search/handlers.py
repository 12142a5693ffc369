"""Reactions: what other modules tell of changes is made anew from what they say now, so none needs an inbox."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomState
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.search.service.index import (
    AT_ONCE,
    index_creators,
    index_products,
    index_shop,
    index_topics,
    index_videos,
)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed of an event to look up afresh what it is about."""

    product_id: ProductId | None = None
    video_id: VideoId | None = None
    shop_id: ShopId | None = None
    creator_id: AccountId | None = None
    host_id: AccountId | None = None
    topics: list[str] = []
    state: RoomState | None = None


_decode = msgspec.json.Decoder(Told).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""

    async def _index_products(envelopes: Sequence[Envelope]) -> None:
        product_ids = sorted({told.product_id for told in _read(envelopes) if told.product_id is not None})
        for start in range(0, len(product_ids), AT_ONCE):
            async with ctx.database.transaction() as connection:
                await index_products(connection, product_ids[start : start + AT_ONCE])

    async def _index_videos(envelopes: Sequence[Envelope]) -> None:
        told = _read(envelopes)
        async with ctx.database.transaction() as connection:
            await index_videos(connection, sorted({one.video_id for one in told if one.video_id is not None}))
            await index_topics(connection, sorted({topic for one in told for topic in one.topics}))
            await index_creators(connection, sorted({one.creator_id for one in told if one.creator_id is not None}))

    async def _index_creators(envelopes: Sequence[Envelope]) -> None:
        told = _read(envelopes)
        known = {one.creator_id or one.host_id for one in told}
        async with ctx.database.transaction() as connection:
            await index_creators(connection, sorted(account_id for account_id in known if account_id is not None))

    async def _index_shops(envelopes: Sequence[Envelope]) -> None:
        for shop_id in sorted({told.shop_id for told in _read(envelopes) if told.shop_id is not None}):
            async with ctx.database.transaction() as connection:
                await index_shop(connection, shop_id)

    return [
        Consumer(durable="search-products", event_types=("ProductChanged",), handle=_index_products),
        Consumer(
            durable="search-videos",
            event_types=("VideoPublished", "VideoChanged", "VideoWithdrawn"),
            handle=_index_videos,
        ),
        Consumer(
            durable="search-creators",
            event_types=("CreatorFollowed", "CreatorUnfollowed", "RoomMoved"),
            handle=_index_creators,
        ),
        Consumer(durable="search-shops", event_types=("ShopOpened", "ShopChanged"), handle=_index_shops),
    ]


def _read(envelopes: Sequence[Envelope]) -> list[Told]:
    return [_decode(envelope.data) for envelope in envelopes]
