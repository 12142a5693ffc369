"""A creator looks at their fans: only theirs, and only what was done with their own rooms and films.

Who owns a shop sees here whom they bring to others; their own shop's fans are the shop's.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.paging import Page, decode_place, encode_place
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import api as content
from xiaodian.modules.fans import creator_queries
from xiaodian.modules.fans.creator_queries import MOST_KEY_US, Asked, Place
from xiaodian.modules.fans.service.find_named import find_named
from xiaodian.modules.fans.wire_creator import (
    CreatorFan,
    CreatorFanGroup,
    CreatorFanPage,
    CreatorFanPlace,
    CreatorGroup,
    CreatorGroups,
)
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops

MOST_PLACES = 100
_Key = Annotated[int, Meta(ge=-MOST_KEY_US, le=MOST_KEY_US)]
OF_OWNERS = (CreatorFanGroup.ALL, CreatorFanGroup.NEW, CreatorFanGroup.FOLLOWERS, CreatorFanGroup.AWAY)
"""Who owns a shop has buyers alone here, and who only watched among the shop's fans."""
_PLACES = """
    SELECT place_id, coalesce(is_room, false) AS is_room, greatest(seen_at, bought_at) AS last_at,
        coalesce(views, 0) AS views, coalesce(watch_s, 0) AS watch_s, coalesce(comments, 0) AS comments,
        coalesce(likes, 0) AS likes, coalesce(orders, 0) AS orders, coalesce(spent_minor, 0) AS spent_minor
    FROM (
        SELECT place_id, is_room, seen_at, views, watch_s, comments, likes FROM fans.visit
        WHERE whose_id = $1 AND account_id = $2 AND NOT $4::boolean
    ) AS seen FULL JOIN (
        SELECT place_id, max(paid_at) AS bought_at, count(*) FILTER (WHERE is_counted)::integer AS orders,
            coalesce(sum(gmv_minor - returned_minor) FILTER (WHERE is_counted), 0)::bigint AS spent_minor
        FROM fans.creator_purchase WHERE creator_id = $1 AND account_id = $2 AND place_id IS NOT NULL GROUP BY 1
    ) AS bought USING (place_id)
    ORDER BY last_at DESC LIMIT $3
"""


async def count_groups(connection: Connection, creator_id: AccountId, now: datetime) -> CreatorGroups:
    """How many fans are in each ready group, of those that tell something."""
    has_shop = await _owns_shop(connection, creator_id)
    counts = await creator_queries.count_groups(connection, creator_id, now)
    told = OF_OWNERS if has_shop else tuple(counts)
    return CreatorGroups(
        items=[CreatorGroup(group=group, fans=counts[group]) for group in told], is_for_others=has_shop
    )


async def list_own_fans(
    connection: Connection, asked: Asked, *, name: str, cursor: str | None, limit: int
) -> Page[CreatorFan]:
    """A page of them, with this part in their name. Raises BadCursorError."""

    async def _walk(after: Place | None, limit: int) -> list[Record]:
        return await creator_queries.list_in_order(connection, asked, after, limit)

    async def _among(ids: Sequence[AccountId], after: Place | None, limit: int) -> list[Record]:
        return await creator_queries.list_among(connection, asked, ids, after, limit)

    place_of = partial(creator_queries.place_of, asked)
    after = Place(*decode_place(cursor, tuple[_Key, UUID])) if cursor else None
    if name:
        rows, on = await find_named(connection, name, after, limit, walk=_walk, among=_among, place_of=place_of)
    else:
        rows = await _walk(after, limit + 1)
        on = place_of(rows[limit - 1]) if len(rows) > limit else None
    shown = rows[:limit]
    people = await accounts.get_accounts(connection, [row["account_id"] for row in shown])
    return Page(
        items=[_to_fan(row, people[row["account_id"]]) for row in shown if row["account_id"] in people],
        next_cursor=None if on is None else encode_place(on.key, str(on.account_id)),
    )


async def see_own_fan(connection: Connection, creator_id: AccountId, account_id: AccountId) -> CreatorFanPage:
    """A fan's page, as far as it is the creator's. Raises NotFoundError for who is none of their fans."""
    row = await connection.fetchrow(
        f"SELECT {creator_queries.COLUMNS} FROM fans.creator_fan WHERE creator_id = $1 AND account_id = $2",
        creator_id,
        account_id,
    )
    if row is None:
        raise NotFoundError
    account = await accounts.get_account(connection, account_id)
    has_shop = await _owns_shop(connection, creator_id)
    places = await connection.fetch(_PLACES, creator_id, account_id, MOST_PLACES, has_shop)
    return CreatorFanPage(
        fan=_to_fan(row, account),
        bought_at_ms=_ms(row["bought_at"]),
        places=await _to_places(connection, places),
    )


async def _owns_shop(connection: Connection, creator_id: AccountId) -> bool:
    return bool(await shops.find_owned(connection, {creator_id}))


async def _to_places(connection: Connection, rows: Sequence[Record]) -> list[CreatorFanPlace]:
    ids = [row["place_id"] for row in rows]
    rooms = await live.get_rooms(connection, [RoomId(place_id) for place_id in ids])
    videos = await content.get_videos(connection, [VideoId(place_id) for place_id in ids])
    titles: dict[UUID, str] = {place_id: room.title for place_id, room in rooms.items()}
    titles |= {place_id: video.title for place_id, video in videos.items()}
    return [_to_place(row, titles.get(row["place_id"], ""), row["place_id"] in rooms) for row in rows]


def _to_place(row: Record, title: str, is_room: bool) -> CreatorFanPlace:
    sums: dict[str, Any] = {
        name: row[name] for name in ("views", "watch_s", "comments", "likes", "orders", "spent_minor")
    }
    return CreatorFanPlace(
        place_id=str(row["place_id"]),
        is_room=is_room or row["is_room"],
        title=title,
        last_at_ms=to_epoch_ms(row["last_at"]),
        **sums,
    )


def _to_fan(row: Record, account: Account) -> CreatorFan:
    sums: dict[str, Any] = {
        name: row[name] for name in ("views", "watch_s", "comments", "likes", "orders", "spent_minor")
    }
    return CreatorFan(
        account_id=account.account_id,
        display_name=account.display_name,
        avatar_url=account.avatar_url,
        followed_at_ms=_ms(row["followed_at"]),
        since_ms=to_epoch_ms(row["since"]),
        latest_at_ms=to_epoch_ms(row["latest_at"]),
        **sums,
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_epoch_ms(at)
