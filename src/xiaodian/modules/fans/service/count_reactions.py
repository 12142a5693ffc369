"""What people say and like under the videos of shops' owners, and who follows these: looked up afresh, as it is now."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.content import api as content
from xiaodian.modules.fans.service.count_for_creators import recount_for_creators
from xiaodian.modules.fans.service.count_purchases import LOCK, day_of_books, tell_moved
from xiaodian.modules.fans.service.hosts import find_hosts, find_people
from xiaodian.modules.fans.visit_sql import MOVE, RECOUNT_TOUCHED, SET_REACTIONS, follow
from xiaodian.modules.shops import api as shops

AT_ONCE = 2000
_OF_VIDEO = """
    SELECT whose_id, account_id, place_id FROM fans.visit
    WHERE place_id = $1 AND (comments > 0 OR likes > 0) ORDER BY whose_id, account_id LIMIT $2
"""
_OF_CREATOR = """
    SELECT account_id, place_id FROM fans.visit WHERE whose_id = $1 AND NOT is_room
    ORDER BY account_id, place_id LIMIT $2
"""
_KNOWN = """
    SELECT account_id FROM fans.creator_fan WHERE creator_id = $1 AND account_id > $2 ORDER BY account_id LIMIT $3
"""
_SHOPS = "SELECT $1::uuid AS shop_id, $2::uuid AS owner_id"
_FOLLOW = follow(_SHOPS, content.select_follows("creator_id = $2::uuid AND fan_id = ANY($4::uuid[])"))
_UNFOLLOW = """
    UPDATE fans.fan SET followed_at = NULL
    WHERE shop_id = $1 AND account_id = ANY($2::uuid[]) AND followed_at IS NOT NULL
"""


class Reaction(NamedTuple):
    """Somebody said or liked something under a video, or does so no more."""

    account_id: AccountId
    video_id: VideoId


async def count_reactions(connection: Connection, told: Collection[Reaction], utc_offset_h: int, now: datetime) -> None:
    """Count these as they are now, in the caller's transaction; counting them again changes nothing."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    hosts = await find_hosts(connection, (), {each.video_id for each in told})
    people = await find_people(connection, {each.account_id for each in told})
    touched = [
        (host.whose_id, *each)
        for each in sorted(told)
        if each.account_id in people
        and (host := hosts.get(each.video_id)) is not None
        and host.account_id != each.account_id
    ]
    await _look_up(connection, touched, utc_offset_h, now)


async def forget_reactions(database: Database, video_id: VideoId, utc_offset_h: int, now: datetime) -> None:
    """A video is gone, and what was said and liked under it: some thousands a transaction."""
    while True:
        async with database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            rows = await connection.fetch(_OF_VIDEO, video_id, AT_ONCE)
            await _look_up(connection, [tuple(row) for row in rows], utc_offset_h, now)
        if len(rows) < AT_ONCE:
            return


async def _look_up(
    connection: Connection,
    touched: Sequence[tuple[Any, ...]],
    utc_offset_h: int,
    now: datetime,
) -> None:
    """`touched`: keys of visits to videos. Fans of shops are counted anew by them."""
    if not touched:
        return
    today = day_of_books(now, utc_offset_h)
    whose_ids, account_ids, video_ids = map(list, zip(*touched, strict=True))
    await connection.execute(SET_REACTIONS, whose_ids, account_ids, video_ids)
    found = await shops.get_shops(connection, list(set(whose_ids)))
    if of_shops := [each[:2] for each in touched if each[0] in found]:
        moved = await connection.fetch(RECOUNT_TOUCHED, *map(list, zip(*of_shops, strict=True)), today)
        await tell_moved(connection, moved, today)
    await recount_for_creators(connection, {each[:2] for each in touched if each[0] not in found})


async def adopt_fans(
    database: Database, owner_id: AccountId, shop_id: ShopId, utc_offset_h: int, now: datetime
) -> None:
    """A creator has opened a shop: who watched the creator's videos, and who follows, is a fan of it from now on."""
    while True:
        async with database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            rows = await connection.fetch(_OF_CREATOR, owner_id, AT_ONCE)
            if rows:
                account_ids, video_ids = map(list, zip(*(tuple(row) for row in rows), strict=True))
                await connection.execute(MOVE, owner_id, account_ids, video_ids, shop_id)
            await _look_up(connection, [(shop_id, *row) for row in rows], utc_offset_h, now)
        if len(rows) < AT_ONCE:
            break
    await _leave_to_shop(database, owner_id)
    after: AccountId | None = None
    while True:
        async with database.transaction() as connection:
            fan_ids = await content.list_fans_after(connection, owner_id, after, AT_ONCE)
            await count_follows(connection, owner_id, fan_ids, utc_offset_h, now)
        if len(fan_ids) < AT_ONCE:
            return
        after = fan_ids[-1]


async def _leave_to_shop(database: Database, owner_id: AccountId) -> None:
    """Of the fans that a creator had, those stay the creator's who bought others' goods."""
    after = UUID(int=0)
    while True:
        async with database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            rows = await connection.fetch(_KNOWN, owner_id, after, AT_ONCE)
            await recount_for_creators(connection, {(owner_id, row["account_id"]) for row in rows})
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["account_id"]


async def count_follows(
    connection: Connection, creator_id: AccountId, fan_ids: Collection[AccountId], utc_offset_h: int, now: datetime
) -> None:
    """Whether these follow a creator, and since when, as it is now. Who followed the owner of a shop stays a fan."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await recount_for_creators(connection, {(creator_id, fan_id) for fan_id in fan_ids})
    shop = await shops.find_shop_of(connection, creator_id)
    if shop is None:
        return
    today = day_of_books(now, utc_offset_h)
    people = list(await find_people(connection, fan_ids))
    moved = await connection.fetch(_FOLLOW, shop.shop_id, creator_id, today, people)
    await tell_moved(connection, moved, today)
    since = await content.list_followed_since(connection, creator_id, fan_ids)
    await connection.execute(_UNFOLLOW, shop.shop_id, [fan_id for fan_id in fan_ids if fan_id not in since])
