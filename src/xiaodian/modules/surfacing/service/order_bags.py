"""The bag as one account sees it: what it bought and looked at is remembered, and decides the order alone."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId, VideoState
from xiaodian.contracts.insights import BehaviourKind, Report
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import OrderId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import api as orders
from xiaodian.modules.surfacing.learning.bag_order import Acquaintance, Placing, order_bag

REMEMBERED = 100
"""Purchases by which an account's sizes and prices are known."""
VIEWS = frozenset({BehaviourKind.PRODUCT_VIEWED, BehaviourKind.CARD_CLICKED})

Seen = tuple[AccountId, ProductId, datetime]


class Look(NamedTuple):
    """An account looked at a product in a room or on a video."""

    account_id: AccountId
    product_id: ProductId
    room_id: RoomId | None
    video_id: VideoId | None
    at: datetime


async def order_bag_of_room(connection: Connection, account_id: AccountId, room_id: RoomId) -> list[Placing]:
    """A room's bag. Raises NotFoundError."""
    await live.get_room(connection, room_id)
    return await _order(connection, account_id, (await live.show_bags(connection, [room_id]))[room_id])


async def order_bag_of_video(connection: Connection, account_id: AccountId, video_id: VideoId) -> list[Placing]:
    """A published video's bag. Raises NotFoundError."""
    video = (await content.get_videos(connection, [video_id])).get(video_id)
    if video is None or video.state is not VideoState.PUBLISHED:
        raise NotFoundError
    placed = [live.Placed(video_id, number + 1, product_id) for number, product_id in enumerate(video.product_ids)]
    return await _order(connection, account_id, (await live.show_goods(connection, placed, "video")).get(video_id, []))


async def remember_views(connection: Connection, reports: Sequence[Report]) -> None:
    """What was looked at by who was signed in, in the caller's transaction; only what the room or video has shown."""
    told = [
        Look(
            AccountId(UUID(report.account_id)),
            ProductId(UUID(item.product_id)),
            None if item.room_id is None else RoomId(UUID(item.room_id)),
            None if item.video_id is None else VideoId(UUID(item.video_id)),
            from_epoch_ms(item.at_ms),
        )
        for report in reports
        if report.account_id is not None
        for item in report.items
        if item.kind in VIEWS and item.product_id is not None
    ]
    if not told:
        return
    rooms = await live.list_shown_products(connection, {look.room_id for look in told if look.room_id is not None})
    videos = await content.get_videos(connection, {look.video_id for look in told if look.video_id is not None})
    shown: dict[UUID | None, Collection[ProductId]] = dict(rooms.items())
    shown |= {video_id: each.product_ids for video_id, each in videos.items() if each.published_at}
    seen = [
        (look.account_id, look.product_id, look.at)
        for look in told
        if look.product_id in shown.get(look.room_id or look.video_id, ())
    ]
    await keep_views(connection, seen)


async def keep_views(connection: Connection, seen: Sequence[Seen]) -> None:
    """The last time counts, whatever the order in which it is told."""
    latest: dict[tuple[AccountId, ProductId], datetime] = {}
    for account_id, product_id, at in seen:
        latest[account_id, product_id] = max(at, latest.get((account_id, product_id), at))
    await connection.executemany(
        """
        INSERT INTO surfacing.acquaintance AS known (account_id, product_id, viewed_at) VALUES ($1, $2, $3)
        ON CONFLICT (account_id, product_id) DO UPDATE SET viewed_at = greatest(known.viewed_at, excluded.viewed_at)
        """,
        sorted((*key, at) for key, at in latest.items()),
    )


async def remember_orders(connection: Connection, order_ids: Sequence[OrderId]) -> None:
    """What was bought, in the caller's transaction; of several times the last counts."""
    found = await orders.find_orders(connection, order_ids)
    bought = [
        (order.buyer_id, line.product_id, order.paid_at, line.sku_name, line.price_minor)
        for order in found.values()
        for line in order.lines
        if order.paid_at is not None
    ]
    await connection.executemany(
        """
        INSERT INTO surfacing.acquaintance AS known (account_id, product_id, bought_at, sku_name, price_minor)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, product_id) DO UPDATE SET
            bought_at = excluded.bought_at, sku_name = excluded.sku_name, price_minor = excluded.price_minor
        WHERE known.bought_at IS NULL
            OR (known.bought_at, known.sku_name, known.price_minor)
                < (excluded.bought_at, excluded.sku_name, excluded.price_minor)
        """,
        sorted(bought),
    )


async def _order(connection: Connection, account_id: AccountId, bag: Sequence[BagItem]) -> list[Placing]:
    rows = await connection.fetch(
        """
        SELECT product_id, bought_at IS NOT NULL, viewed_at IS NOT NULL, sku_name, price_minor
        FROM surfacing.acquaintance WHERE account_id = $1 AND product_id = ANY($2::uuid[])
        UNION
        (
            SELECT product_id, true, viewed_at IS NOT NULL, sku_name, price_minor FROM surfacing.acquaintance
            WHERE account_id = $1 AND bought_at IS NOT NULL ORDER BY bought_at DESC LIMIT $3
        )
        """,
        account_id,
        [item.product_id for item in bag],
        REMEMBERED,
    )
    return order_bag(bag, {row[0]: Acquaintance(*row[1:]) for row in rows})
