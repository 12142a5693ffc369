"""Who is signed in and watches a shop's host, or follows them, is a fan before the first purchase."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.insights import Behaviour, BehaviourKind, BehaviourReported
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.infra.work import first_time
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.content import api as content
from xiaodian.modules.fans.count_sql import MOVED
from xiaodian.modules.fans.service.count_purchases import LOCK, day_of_books, tell_moved
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops

HANDLER = "fans-visits"
_KINDS = (BehaviourKind.ENTERED, BehaviourKind.WATCHED)
_decode = msgspec.json.Decoder(BehaviourReported).decode


class Visit(NamedTuple):
    """A row that is added to fans.visit."""

    shop_id: ShopId
    account_id: AccountId
    place_id: UUID
    is_room: bool
    views: int
    watch_s: int
    seen_at: datetime


class Host(NamedTuple):
    """Whose place it is."""

    shop_id: ShopId
    account_id: AccountId


_SAVE_VISITS = f"""
    INSERT INTO fans.visit AS known ({", ".join(Visit._fields)})
    SELECT shop_id, account_id, place_id, is_room, sum(views), sum(watch_s), max(seen_at)
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::integer[], $6::bigint[], $7::timestamptz[])
        AS told ({", ".join(Visit._fields)}) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
    ON CONFLICT (shop_id, account_id, place_id) DO UPDATE SET views = known.views + excluded.views,
        watch_s = known.watch_s + excluded.watch_s, seen_at = greatest(known.seen_at, excluded.seen_at)
"""
_SAVE_FANS = f"""
    WITH kept AS (
        INSERT INTO fans.fan AS known (shop_id, account_id, segment, segment_since, views, watch_s, seen_at)
        SELECT shop_id, account_id, '{SegmentCode.WATCHER}', $3::date, sum(views), sum(watch_s), max(seen_at)
        FROM unnest($1::uuid[], $2::uuid[], $4::integer[], $5::bigint[], $6::timestamptz[])
            AS told (shop_id, account_id, views, watch_s, seen_at) GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (shop_id, account_id) DO UPDATE SET views = known.views + excluded.views,
            watch_s = known.watch_s + excluded.watch_s, seen_at = greatest(known.seen_at, excluded.seen_at)
        RETURNING known.shop_id, known.account_id, old.segment AS from_segment, new.segment AS to_segment
    ), {MOVED}
    SELECT shop_id, account_id, from_segment, to_segment FROM moved
"""
_FOLLOW = f"""
    WITH kept AS (
        INSERT INTO fans.fan AS known (shop_id, account_id, segment, segment_since, followed_at)
        VALUES ($1, $2, '{SegmentCode.WATCHER}', $3::date, $4)
        ON CONFLICT (shop_id, account_id) DO UPDATE SET followed_at = coalesce(known.followed_at, excluded.followed_at)
        RETURNING known.shop_id, known.account_id, old.segment AS from_segment, new.segment AS to_segment
    ), {MOVED}
    SELECT shop_id, account_id, from_segment, to_segment FROM moved
"""
_UNFOLLOW = "UPDATE fans.fan SET followed_at = NULL WHERE shop_id = $1 AND account_id = $2"


async def count_visits(connection: Connection, envelopes: Sequence[Envelope], utc_offset_h: int, now: datetime) -> None:
    """Add what pages told of who was signed in; a report that comes again adds nothing."""
    told = [
        (report.account_id, item)
        for envelope in await first_time(connection, HANDLER, envelopes)
        if (report := _decode(envelope.data)).account_id is not None
        for item in report.items
        if item.kind in _KINDS
    ]
    hosts = await _find_hosts(connection, [item for _, item in told]) if told else {}
    visits = [
        Visit(
            shop_id=host.shop_id,
            account_id=account_id,
            place_id=item.room_id or item.video_id or UUID(int=0),
            is_room=item.room_id is not None,
            views=int(item.kind is BehaviourKind.ENTERED),
            watch_s=item.watch_s,
            seen_at=min(from_epoch_ms(item.at_ms), now),
        )
        for account_id, item in told
        if account_id is not None
        and (host := hosts.get(item.room_id or item.video_id)) is not None
        and host.account_id != account_id
    ]
    if not visits:
        return
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    shop_ids, account_ids, places, are_rooms, views, watch_s, seen_at = map(list, zip(*visits, strict=True))
    await connection.execute(_SAVE_VISITS, shop_ids, account_ids, places, are_rooms, views, watch_s, seen_at)
    today = day_of_books(now, utc_offset_h)
    moved = await connection.fetch(_SAVE_FANS, shop_ids, account_ids, today, views, watch_s, seen_at)
    await tell_moved(connection, moved, today)


async def count_follow(
    connection: Connection,
    creator_id: AccountId,
    fan_id: AccountId,
    at: datetime,
    utc_offset_h: int,
    now: datetime,
) -> None:
    """Somebody follows, or no longer follows, the owner of a shop: whichever it is now."""
    shop = await shops.find_shop_of(connection, creator_id)
    if shop is None:
        return
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    if await content.is_fan(connection, creator_id, fan_id):
        today = day_of_books(now, utc_offset_h)
        await tell_moved(connection, await connection.fetch(_FOLLOW, shop.shop_id, fan_id, today, at), today)
    else:
        await connection.execute(_UNFOLLOW, shop.shop_id, fan_id)


async def _find_hosts(connection: Connection, items: Sequence[Behaviour]) -> Mapping[UUID | None, Host]:
    """By room and video, whose shop's host it is; those of hosts without a shop are left out."""
    rooms = await live.get_rooms(connection, sorted({item.room_id for item in items if item.room_id is not None}))
    videos = await content.get_videos(connection, {item.video_id for item in items if item.video_id is not None})
    hosts: dict[UUID | None, Host] = {
        RoomId(room_id): Host(room.shop_id, room.host_id) for room_id, room in rooms.items() if room.shop_id is not None
    }
    for creator_id in {video.creator_id for video in videos.values()}:
        shop = await shops.find_shop_of(connection, creator_id)
        for video_id, video in videos.items():
            if shop is not None and video.creator_id == creator_id:
                hosts[VideoId(video_id)] = Host(shop.shop_id, creator_id)
    return hosts
