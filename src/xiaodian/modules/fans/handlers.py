"""Reactions: what becomes of orders changes fans and the sums over them; who watches or follows is a fan too."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.fans import FanMoved
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopOpened
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.work import Consumer
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans.outgrown.feed import feed_erasure, feed_fans, feed_orders
from xiaodian.modules.fans.outgrown.warehouse import open_warehouse
from xiaodian.modules.fans.service.count_for_creators import count_found
from xiaodian.modules.fans.service.count_purchases import count_purchases
from xiaodian.modules.fans.service.count_reactions import (
    Reaction,
    adopt_fans,
    count_follows,
    count_reactions,
    forget_reactions,
)
from xiaodian.modules.fans.service.personal_data import erase

ORDERS_AT_ONCE = 10_000
"""The more, the fewer sums are written an order; whoever else writes fans waits so long."""
ORDER_EVENTS = ("OrderPaid", "OrderCancelled", "OrderRefunded")


class OfOrder(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of an order."""

    order_id: OrderId


class Reacted(msgspec.Struct, frozen=True):
    """Who said or liked something under a video, or does so no more; None: all who did, as the video is gone."""

    video_id: VideoId
    account_id: AccountId | None


class Following(msgspec.Struct, frozen=True):
    """Who follows whom, or no longer does."""

    creator_id: AccountId
    fan_id: AccountId


_decode_following = msgspec.json.Decoder(Following).decode
_decode_moved = msgspec.json.Decoder(FanMoved).decode
_decode_opened = msgspec.json.Decoder(ShopOpened).decode
_decode_reacted = msgspec.json.Decoder(Reacted).decode
_decode_of_order = msgspec.json.Decoder(OfOrder).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to. None needs an inbox: what is told of is looked up afresh."""
    utc_offset_h = ctx.settings.books_utc_offset_h

    async def _count_purchases(envelopes: Sequence[Envelope]) -> None:
        order_ids = {_decode_of_order(envelope.data).order_id for envelope in envelopes}
        async with ctx.database.transaction() as connection:
            await count_purchases(connection, sorted(order_ids), utc_offset_h, utc_now())

    async def _count_found(envelopes: Sequence[Envelope]) -> None:
        order_ids = {_decode_of_order(envelope.data).order_id for envelope in envelopes}
        async with ctx.database.transaction() as connection:
            await count_found(connection, sorted(order_ids))

    async def _count_reactions(envelopes: Sequence[Envelope]) -> None:
        told = {_decode_reacted(envelope.data) for envelope in envelopes}
        reactions = {Reaction(each.account_id, each.video_id) for each in told if each.account_id is not None}
        async with ctx.database.transaction() as connection:
            await count_reactions(connection, reactions, utc_offset_h, utc_now())
        for video_id in sorted({each.video_id for each in told if each.account_id is None}):
            await forget_reactions(ctx.database, video_id, utc_offset_h, utc_now())

    async def _count_follows(envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            told = _decode_following(envelope.data)
            async with ctx.database.transaction() as connection:
                await count_follows(connection, told.creator_id, [told.fan_id], utc_offset_h, utc_now())

    async def _adopt(envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            opened = _decode_opened(envelope.data)
            await adopt_fans(ctx.database, opened.owner_id, opened.shop_id, utc_offset_h, utc_now())

    async def _erase(connection: Connection, erased: AccountErased) -> None:
        await erase(connection, erased, utc_offset_h, utc_now())

    return [
        accounts.on_erasure(ctx, "fans", _erase),
        *_feeders(ctx),
        Consumer(
            durable="fans-reactions",
            event_types=("VideoCommented", "VideoLiked", "ReactionsRemoved"),
            handle=_count_reactions,
        ),
        Consumer(durable="fans-follows", event_types=("CreatorFollowed", "CreatorUnfollowed"), handle=_count_follows),
        Consumer(durable="fans-shops", event_types=("ShopOpened",), handle=_adopt),
        Consumer(durable="fans-of-creators", event_types=ORDER_EVENTS, handle=_count_found, at_once=ORDERS_AT_ONCE),
        Consumer(
            durable="fans-purchases",
            event_types=ORDER_EVENTS,
            handle=_count_purchases,
            at_once=ORDERS_AT_ONCE,
        ),
    ]


def _feeders(ctx: Context) -> list[Consumer]:
    """The same events bring the facts to ClickHouse, where there is one."""
    if not ctx.settings.clickhouse_url:
        return []

    async def _feed_orders(envelopes: Sequence[Envelope]) -> None:
        order_ids = sorted({_decode_of_order(envelope.data).order_id for envelope in envelopes})
        warehouse = open_warehouse(ctx.settings.clickhouse_url)
        await feed_orders(ctx.database, warehouse, order_ids, ctx.settings.books_utc_offset_h)

    async def _feed_fans(envelopes: Sequence[Envelope]) -> None:
        moved = [_decode_moved(envelope.data) for envelope in envelopes]
        new = [(each.shop_id, each.account_id) for each in moved if each.from_segment is None]
        await feed_fans(open_warehouse(ctx.settings.clickhouse_url), new)

    async def _feed_erasure(connection: Connection, erased: AccountErased) -> None:
        warehouse = open_warehouse(ctx.settings.clickhouse_url)
        await feed_erasure(connection, warehouse, erased, ctx.settings.books_utc_offset_h)

    return [
        accounts.on_erasure(ctx, "fans-outgrown", _feed_erasure),
        Consumer(durable="fans-outgrown-orders", event_types=ORDER_EVENTS, handle=_feed_orders),
        Consumer(durable="fans-outgrown-fans", event_types=("FanMoved",), handle=_feed_fans),
    ]
