"""Fans of a creator in an order: reads by keyset. The caller is the creator."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.fans.wire_creator import CreatorFanGroup, CreatorFanSort

COLUMNS = "account_id, followed_at, since, latest_at, views, watch_s, comments, likes, orders, spent_minor, bought_at"
NEW_FOR = timedelta(days=30)
AWAY_AFTER = timedelta(days=60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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


MOST_KEY_US = 253_402_300_799_000_000
"""The end of the year 9999, as microseconds; nobody spends or watches more."""


class Asked(NamedTuple):
    """Which of whose fans, in which order, as of when."""

    creator_id: AccountId
    group: CreatorFanGroup
    sort: CreatorFanSort
    now: datetime


class Place(NamedTuple):
    """Where a list goes on: after this fan. Moments are microseconds."""

    key: int
    account_id: UUID


async def count_groups(connection: Connection, creator_id: AccountId, now: datetime) -> dict[CreatorFanGroup, int]:
    """How many fans are in each ready group."""
    row = await connection.fetchrow(_COUNTS, creator_id, now - NEW_FOR, now - AWAY_AFTER)
    return dict(zip(_WITHIN, row or [0] * len(_WITHIN), strict=True))


def place_of(asked: Asked, row: Record) -> Place:
    """Where the list goes on after this row."""
    value = row[_KEYS[asked.sort][0]]
    if isinstance(value, datetime):
        value = (value - _EPOCH) // timedelta(microseconds=1)
    return Place(value, row["account_id"])


async def list_in_order(connection: Connection, asked: Asked, after: Place | None, limit: int) -> list[Record]:
    """Fans with COLUMNS, those after this place."""
    key, _ = _KEYS[asked.sort]
    return await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM fans.creator_fan WHERE creator_id = $1 AND {_fits(asked)}
        ORDER BY {key} DESC, account_id LIMIT $4
        """,
        *_values(asked, after, limit),
    )


async def list_among(
    connection: Connection, asked: Asked, account_ids: Sequence[AccountId], after: Place | None, limit: int
) -> list[Record]:
    """The same of these accounts alone, each looked up by itself."""
    key, _ = _KEYS[asked.sort]
    return await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM unnest($7::uuid[]) AS named (id) CROSS JOIN LATERAL (
            SELECT * FROM fans.creator_fan WHERE creator_id = $1 AND account_id = named.id LIMIT 1
        ) AS found WHERE {_fits(asked)} ORDER BY {key} DESC, account_id LIMIT $4
        """,
        *_values(asked, after, limit),
        account_ids,
    )


def _fits(asked: Asked) -> str:
    """The first comparison alone tells where in the index to begin."""
    key, value = _KEYS[asked.sort]
    after = f"($6::uuid IS NULL OR {key} <= {value} AND ({key} < {value} OR account_id > $6))"
    return f"{_WITHIN[asked.group]} AND {_ALL_TIMES} AND {after}"


def _values(asked: Asked, after: Place | None, limit: int) -> tuple[object, ...]:
    times = asked.now - NEW_FOR, asked.now - AWAY_AFTER
    return asked.creator_id, *times, limit, *(after or (None, None))
