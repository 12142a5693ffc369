"""Who is signed in and watches a shop's host, or says something in a room, is a fan before the first purchase."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.fans.service.count_for_creators import recount_for_creators
from xiaodian.modules.fans.service.count_purchases import LOCK, day_of_books, tell_moved
from xiaodian.modules.fans.service.hosts import find_hosts, find_people
from xiaodian.modules.fans.visit_sql import SAVE_SAID, SAVE_WATCHED
from xiaodian.modules.insights import api as insights

BATCH = 2000
MAX_BATCHES = 50
"""What one run reads at most, so that it can be stopped."""


class Said(NamedTuple):
    """Somebody said something in a room."""

    account_id: AccountId
    room_id: RoomId
    at: datetime


async def count_watched(database: Database, utc_offset_h: int, now: datetime) -> None:
    """Read on in what pages told, as insights keeps it; how far is kept in the transaction that adds what was read."""
    for _ in range(MAX_BATCHES):
        if await _count_batch(database, utc_offset_h, now) < BATCH:
            return


async def _count_batch(database: Database, utc_offset_h: int, now: datetime) -> int:
    async with database.transaction() as connection:
        after_seq: int = await connection.fetchval("SELECT last_seq FROM fans.behaviour_position")
        watched = await insights.list_watched(connection, after_seq, BATCH)
        if not watched:
            return 0
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        moved = await connection.execute(
            "UPDATE fans.behaviour_position SET last_seq = $2 WHERE last_seq = $1", after_seq, watched[-1].seq
        )
        if moved == "UPDATE 0":
            return 0  # Another process has moved it meanwhile.
        await _add_watched(connection, watched, utc_offset_h, now)
    return len(watched)


async def _add_watched(
    connection: Connection, watched: Sequence[insights.Watched], utc_offset_h: int, now: datetime
) -> None:
    """What hosts do at their own places does not count."""
    hosts = await find_hosts(
        connection,
        {each.room_id for each in watched if each.room_id is not None},
        {each.video_id for each in watched if each.video_id is not None},
    )
    people = await find_people(connection, {each.account_id for each in watched})
    rows = [
        (
            *(host.whose_id, each.account_id, each.room_id or each.video_id, each.room_id is not None, each.at),
            *(each.views, each.watch_s, each.is_shared, host.is_shop),
        )
        for each in watched
        if each.account_id in people
        and (host := hosts.get(each.room_id or each.video_id)) is not None
        and host.account_id != each.account_id
    ]
    if rows:
        today = day_of_books(now, utc_offset_h)
        whose_ids, account_ids, *rest = map(list, zip(*rows, strict=True))
        moved = await connection.fetch(SAVE_WATCHED, whose_ids, account_ids, today, *rest)
        await tell_moved(connection, moved, today)
        await recount_for_creators(connection, {(row[0], row[1]) for row in rows if not row[-1]})


async def add_said(connection: Connection, said: Sequence[Said], utc_offset_h: int, now: datetime) -> None:
    """Add what was said in rooms, in the caller's transaction, which holds the fans' lock."""
    if not said:
        return
    hosts = await find_hosts(connection, {each.room_id for each in said}, ())
    people = await find_people(connection, {each.account_id for each in said})
    rows = [
        (host.whose_id, each.account_id, each.room_id, each.at, host.is_shop)
        for each in said
        if each.account_id in people
        and (host := hosts.get(each.room_id)) is not None
        and host.account_id != each.account_id
    ]
    if rows:
        today = day_of_books(now, utc_offset_h)
        whose_ids, account_ids, *rest = map(list, zip(*rows, strict=True))
        await tell_moved(connection, await connection.fetch(SAVE_SAID, whose_ids, account_ids, today, *rest), today)
        await recount_for_creators(connection, {(row[0], row[1]) for row in rows if not row[-1]})
