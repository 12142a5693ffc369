"""Who is signed in and watches a shop's host, or follows them, is a fan before the first purchase."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import VideoCommented, VideoId, VideoLiked
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.insights import BehaviourKind, BehaviourReported
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
REACTIONS = "fans-reactions"
_KINDS = (BehaviourKind.ENTERED, BehaviourKind.WATCHED)
_decode = msgspec.json.Decoder(BehaviourReported).decode
_decode_comment = msgspec.json.Decoder(VideoCommented).decode
_decode_like = msgspec.json.Decoder(VideoLiked).decode


class Deed(NamedTuple):
    """What somebody did in a room or video."""

    account_id: AccountId
    room_id: RoomId | None
    video_id: VideoId | None
    at: datetime
    views: int = 0
    watch_s: int = 0
    comments: int = 0
    likes: int = 0
    is_shared: bool = False


class Visit(NamedTuple):
    """A row that is added to fans.visit."""

    shop_id: ShopId
    account_id: AccountId
    place_id: UUID
    is_room: bool
    seen_at: datetime
    views: int
    watch_s: int
    comments: int
    likes: int
    is_shared: bool


class Host(NamedTuple):
    """Whose place it is."""

    shop_id: ShopId
    account_id: AccountId


_COUNTS = ("views", "watch_s", "comments", "likes")
_SUMS = ", ".join(f"sum({name}) AS {name}" for name in _COUNTS)
_ADDED = ", ".join(f"{name} = known.{name} + excluded.{name}" for name in _COUNTS)
_TOLD = f"""
    unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::timestamptz[], $6::integer[], $7::bigint[],
        $8::integer[], $9::integer[], $10::boolean[]) AS told ({", ".join(Visit._fields)})
"""
_SAVE_VISITS = f"""
    INSERT INTO fans.visit AS known (
        shop_id, account_id, place_id, is_room, first_at, seen_at, is_shared, {", ".join(_COUNTS)}
    )
    SELECT shop_id, account_id, place_id, is_room, min(seen_at), max(seen_at),
        (array_agg(is_shared ORDER BY seen_at))[1], {_SUMS}
    FROM {_TOLD} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
    ON CONFLICT (shop_id, account_id, place_id) DO UPDATE SET {_ADDED},
        first_at = least(known.first_at, excluded.first_at), seen_at = greatest(known.seen_at, excluded.seen_at),
        is_shared = CASE WHEN excluded.first_at < known.first_at THEN excluded.is_shared ELSE known.is_shared END
"""
_SAVE_FANS = f"""
    WITH told AS (
        SELECT * FROM {_TOLD.replace("$3::uuid[]", "$11::uuid[]")}
    ), kept AS (
        INSERT INTO fans.fan AS known (shop_id, account_id, segment, segment_since, seen_at, {", ".join(_COUNTS)})
        SELECT shop_id, account_id, '{SegmentCode.WATCHER}', $3::date, max(seen_at), {_SUMS}
        FROM told GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (shop_id, account_id) DO UPDATE SET {_ADDED}, seen_at = greatest(known.seen_at, excluded.seen_at)
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
    deeds = [
        Deed(
            report.account_id,
            item.room_id,
            item.video_id,
            from_epoch_ms(item.at_ms),
            views=int(item.kind is BehaviourKind.ENTERED),
            watch_s=item.watch_s,
            is_shared=item.is_shared,
        )
        for envelope in await first_time(connection, HANDLER, envelopes)
        if (report := _decode(envelope.data)).account_id is not None
        for item in report.items
        if item.kind in _KINDS
    ]
    await count_deeds(connection, deeds, utc_offset_h, now)


async def count_reactions(
    connection: Connection, envelopes: Sequence[Envelope], utc_offset_h: int, now: datetime
) -> None:
    """Add comments and likes under videos, less the likes that were taken back; an event that comes again adds nothing.

    What is taken back is told once for each time it was given, so that the sum is the same in any order.
    """
    deeds = []
    for envelope in await first_time(connection, REACTIONS, envelopes):
        told = _decode_comment(envelope.data) if envelope.type == "VideoCommented" else _decode_like(envelope.data)
        said = int(isinstance(told, VideoCommented))
        likes = (1 if told.is_liked else -1) if isinstance(told, VideoLiked) else 0
        at = from_epoch_ms(envelope.occurred_at_ms)
        deeds.append(Deed(told.account_id, None, told.video_id, at, comments=said, likes=likes))
    await count_deeds(connection, deeds, utc_offset_h, now)


async def count_deeds(connection: Connection, deeds: Sequence[Deed], utc_offset_h: int, now: datetime) -> None:
    """Add what was done at the hosts of shops; what hosts do at their own places does not count."""
    hosts = await _find_hosts(connection, deeds) if deeds else {}
    visits = [
        Visit(
            shop_id=host.shop_id,
            account_id=deed.account_id,
            place_id=deed.room_id or deed.video_id or UUID(int=0),
            is_room=deed.room_id is not None,
            seen_at=min(deed.at, now),
            views=deed.views,
            watch_s=deed.watch_s,
            comments=deed.comments,
            likes=deed.likes,
            is_shared=deed.is_shared,
        )
        for deed in deeds
        if (host := hosts.get(deed.room_id or deed.video_id)) is not None and host.account_id != deed.account_id
    ]
    if not visits:
        return
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    shop_ids, account_ids, places, *rest = map(list, zip(*visits, strict=True))
    await connection.execute(_SAVE_VISITS, shop_ids, account_ids, places, *rest)
    today = day_of_books(now, utc_offset_h)
    moved = await connection.fetch(_SAVE_FANS, shop_ids, account_ids, today, *rest, places)
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


async def _find_hosts(connection: Connection, deeds: Sequence[Deed]) -> Mapping[UUID | None, Host]:
    """By room and video, whose shop's host it is; those of hosts without a shop are left out."""
    rooms = await live.get_rooms(connection, sorted({deed.room_id for deed in deeds if deed.room_id is not None}))
    videos = await content.get_videos(connection, {deed.video_id for deed in deeds if deed.video_id is not None})
    hosts: dict[UUID | None, Host] = {
        RoomId(room_id): Host(room.shop_id, room.host_id) for room_id, room in rooms.items() if room.shop_id is not None
    }
    for creator_id in {video.creator_id for video in videos.values()}:
        shop = await shops.find_shop_of(connection, creator_id)
        for video_id, video in videos.items():
            if shop is not None and video.creator_id == creator_id:
                hosts[VideoId(video_id)] = Host(shop.shop_id, creator_id)
    return hosts
