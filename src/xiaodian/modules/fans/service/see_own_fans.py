"""A creator without a shop looks at their fans: only theirs, and only what was done with their own rooms and films."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.paging import Page, decode_place, encode_place
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import api as content
from xiaodian.modules.fans.wire_creator import (
    CreatorFan,
    CreatorFanGroup,
    CreatorFanPage,
    CreatorFanPlace,
    CreatorFanSort,
    CreatorGroup,
    CreatorGroups,
)
from xiaodian.modules.live import api as live

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEW_FOR = timedelta(days=30)
AWAY_AFTER = timedelta(days=60)
MOST_PLACES = 100
_COLUMNS = "account_id, followed_at, since, latest_at, views, watch_s, comments, likes, orders, spent_minor, bought_at"
_WITHIN = {
    CreatorFanGroup.ALL: "true",
    CreatorFanGroup.NEW: "since >= $2::timestamptz",
    CreatorFanGroup.FOLLOWERS: "followed_at IS NOT NULL",
    CreatorFanGroup.BUYERS: "orders > 0",
    CreatorFanGroup.WATCHERS: "seen_at IS NOT NULL AND orders = 0",
    CreatorFanGroup.AWAY: "latest_at < $3::timestamptz",
}
_KEYS = {
    CreatorFanSort.LATEST: ("latest_at", "timestamptz 'epoch' + $5::bigint * interval '1 microsecond'"),
    CreatorFanSort.SPENT: ("spent_minor", "$5::bigint"),
    CreatorFanSort.WATCHED: ("watch_s", "$5::bigint"),
}
_COUNTS = "SELECT {counts} FROM fans.creator_fan WHERE creator_id = $1".format(
    counts=", ".join(f"count(*) FILTER (WHERE {within})" for within in _WITHIN.values())
)
_ALL_TIMES = "$2::timestamptz IS NOT NULL AND $3::timestamptz IS NOT NULL"
_PLACES = """
    SELECT place_id, coalesce(is_room, false) AS is_room, greatest(seen_at, bought_at) AS last_at,
        coalesce(views, 0) AS views, coalesce(watch_s, 0) AS watch_s, coalesce(comments, 0) AS comments,
        coalesce(likes, 0) AS likes, coalesce(orders, 0) AS orders, coalesce(spent_minor, 0) AS spent_minor
    FROM (
        SELECT place_id, is_room, seen_at, views, watch_s, comments, likes FROM fans.visit
        WHERE whose_id = $1 AND account_id = $2
    ) AS seen FULL JOIN (
        SELECT place_id, max(paid_at) AS bought_at, count(*) FILTER (WHERE is_counted)::integer AS orders,
            coalesce(sum(gmv_minor - returned_minor) FILTER (WHERE is_counted), 0)::bigint AS spent_minor
        FROM fans.creator_purchase WHERE creator_id = $1 AND account_id = $2 AND place_id IS NOT NULL GROUP BY 1
    ) AS bought USING (place_id)
    ORDER BY last_at DESC LIMIT $3
"""


async def count_groups(connection: Connection, creator_id: AccountId, now: datetime) -> CreatorGroups:
    """How many fans are in each ready group."""
    row = await connection.fetchrow(_COUNTS, creator_id, now - NEW_FOR, now - AWAY_AFTER)
    counts = row or [0] * len(_WITHIN)
    return CreatorGroups(
        items=[CreatorGroup(group=group, fans=fans) for group, fans in zip(_WITHIN, counts, strict=True)]
    )


async def list_own_fans(
    connection: Connection,
    creator_id: AccountId,
    *,
    group: CreatorFanGroup,
    sort: CreatorFanSort,
    cursor: str | None,
    limit: int,
    now: datetime,
) -> Page[CreatorFan]:
    """A page of them. Raises BadCursorError."""
    key, value = _KEYS[sort]
    after, account_id = decode_place(cursor, tuple[int, UUID]) if cursor else (None, None)
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM fans.creator_fan WHERE creator_id = $1 AND {_WITHIN[group]} AND {_ALL_TIMES}
            AND ($6::uuid IS NULL OR {key} <= {value} AND ({key} < {value} OR account_id > $6))
        ORDER BY {key} DESC, account_id LIMIT $4
        """,
        creator_id,
        now - NEW_FOR,
        now - AWAY_AFTER,
        limit + 1,
        after,
        account_id,
    )
    shown = rows[:limit]
    people = await accounts.get_accounts(connection, [row["account_id"] for row in shown])
    return Page(
        items=[_to_fan(row, people[row["account_id"]]) for row in shown if row["account_id"] in people],
        next_cursor=_place_of(key, shown[-1]) if len(rows) > limit else None,
    )


def _place_of(key: str, row: Record) -> str:
    value = row[key]
    if isinstance(value, datetime):
        value = (value - _EPOCH) // timedelta(microseconds=1)
    return encode_place(value, str(row["account_id"]))


async def see_own_fan(connection: Connection, creator_id: AccountId, account_id: AccountId) -> CreatorFanPage:
    """A fan's page, as far as it is the creator's. Raises NotFoundError for who is none of their fans."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM fans.creator_fan WHERE creator_id = $1 AND account_id = $2", creator_id, account_id
    )
    if row is None:
        raise NotFoundError
    account = await accounts.get_account(connection, account_id)
    places = await connection.fetch(_PLACES, creator_id, account_id, MOST_PLACES)
    return CreatorFanPage(
        fan=_to_fan(row, account),
        bought_at_ms=_ms(row["bought_at"]),
        places=await _to_places(connection, places),
    )


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
