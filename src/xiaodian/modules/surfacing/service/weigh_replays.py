"""When the cards of a replay come up follows what became known of it; the host's own stay as they are."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from xiaodian.contracts.catalog import Product
from xiaodian.contracts.live import CueInfo, CueSource, RoomId, RoomInfo
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.insights import api as insights
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing import moment_queries as queries
from xiaodian.modules.surfacing.learning.candidates import Why
from xiaodian.modules.surfacing.learning.replays import Replay, Sign, Stretch, learn_replay
from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.moment_queries import VideoCaption
from xiaodian.modules.surfacing.replay_queries import list_kept, lock_replay
from xiaodian.modules.surfacing.room_rules import MAX_LINES_OF_ROOM
from xiaodian.modules.surfacing.service.read_film import find_mentions
from xiaodian.modules.surfacing.service.tell_replay import remember_learned, tell_replay

AT_ONCE = 20
REST = timedelta(seconds=20)
"""A replay that was weighed just now waits so long, however many watch it."""
READ_EVERY = timedelta(hours=6)
"""What was said, and what viewers open and buy by themselves, is looked up anew so often, while somebody watches."""
MANY_VIEWS = 3
"""Openings of a product by themselves that make a moment a candidate."""
MANY_BUYERS = 2
STEP_S = 5
"""Viewers react over some seconds."""
MILLISECOND = timedelta(milliseconds=1)


class Over(NamedTuple):
    """A room that is over, as far as it takes to learn of it."""

    room: RoomInfo
    began_at: datetime
    duration_ms: int
    products: Sequence[Product]
    cues: Sequence[CueInfo]


async def weigh_replays(records: Records) -> int:
    """Weigh those that changed, a bounded number; answers how many."""
    now = utc_now()
    # At once, as nobody who learns may wait for the weighing. If that is broken off, the next viewer makes it stale.
    async with records.database.transaction() as connection:
        rows = await connection.fetch(
            """
            UPDATE surfacing.replay SET is_stale = false, weighed_at = $1
            WHERE room_id = ANY(ARRAY(
                SELECT room_id FROM surfacing.replay WHERE is_stale AND weighed_at < $2 ORDER BY weighed_at LIMIT $3
            ))
            RETURNING room_id, read_at < $4 AS is_unread
            """,
            now,
            now - REST,
            AT_ONCE,
            now - READ_EVERY,
        )
    for row in rows:
        await weigh_replay(records, row["room_id"], is_unread=row["is_unread"])
    return len(rows)


async def weigh_replay(records: Records, room_id: RoomId, *, is_unread: bool) -> None:
    """Weigh one; `is_unread`: what speaks for its moments is looked up first."""
    async with records.database.connection() as connection:
        over = await _find_over(connection, room_id)
    if over is None:
        return
    if is_unread:
        await _read(records, over)
    async with records.database.connection() as connection:
        replay = Replay(
            duration_ms=over.duration_ms,
            signs=[*await _list_signs(connection, room_id), *_list_cued(over)],
            taken=list(_list_taken(over)),
            counts=await queries.list_counts(connection, room_id),
            quiet=await queries.list_quiet(connection, room_id),
            kept=await list_kept(connection, room_id),
        )
    # Hours of film and dozens of products take a while: what else the worker does goes on meanwhile.
    learned = await asyncio.to_thread(learn_replay, replay)
    async with records.database.transaction() as connection:
        await lock_replay(connection, room_id)
        await remember_learned(connection, room_id, learned)
        await tell_replay(connection, room_id, over.began_at)


async def _find_over(connection: Connection, room_id: RoomId) -> Over | None:
    room = (await live.get_rooms(connection, [room_id])).get(room_id)
    if room is None or room.started_at is None or room.ended_at is None:
        return None
    product_ids = (await live.get_bags(connection, [room_id]))[room_id]
    return Over(
        room=room,
        began_at=room.started_at,
        duration_ms=max(1, (room.ended_at - room.started_at) // MILLISECOND),
        products=await catalog.get_products(connection, product_ids),
        cues=await live.list_cues(connection, room_id),
    )


async def _read(records: Records, over: Over) -> None:
    """What the host said, and where viewers opened and bought, live or in the replay, by the date of the picture."""
    room_id = over.room.room_id
    async with records.database.connection() as connection:
        told = await queries.list_room_speech(connection, room_id, over.began_at, None, MAX_LINES_OF_ROOM)
        done = await insights.list_room_product_seconds(connection, room_id, STEP_S)
    captions = [
        VideoCaption((start_at - over.began_at) // MILLISECOND, (end_at - over.began_at) // MILLISECOND, text)
        for start_at, end_at, text in told
    ]
    mentions = await asyncio.to_thread(find_mentions, over.products, captions, over.room.title)
    signs = dict.fromkeys(mentions, Why.SAID)
    sold = {product.product_id for product in over.products}
    began_ms = to_epoch_ms(over.began_at)
    for each in done:
        place = each.product_id, max(0, each.at_s * SECOND_MS - began_ms)
        if each.product_id in sold and each.buyers >= MANY_BUYERS:
            signs.setdefault(place, Why.BOUGHT)
        elif each.product_id in sold and each.product_views - each.clicks >= MANY_VIEWS:
            signs.setdefault(place, Why.CLICKED)
    async with records.database.transaction() as connection:
        await connection.execute("DELETE FROM surfacing.replay_sign WHERE room_id = $1", room_id)
        await connection.executemany(
            "INSERT INTO surfacing.replay_sign (room_id, product_id, at_ms, why) VALUES ($1, $2, $3, $4)",
            [
                (room_id, product_id, at_ms, why.value)
                for (product_id, at_ms), why in signs.items()
                if 0 <= at_ms < over.duration_ms
            ],
        )
        await connection.execute("UPDATE surfacing.replay SET read_at = $2 WHERE room_id = $1", room_id, utc_now())


async def _list_signs(connection: Connection, room_id: RoomId) -> list[Sign]:
    rows = await connection.fetch(
        "SELECT product_id, at_ms, why FROM surfacing.replay_sign WHERE room_id = $1 ORDER BY product_id, at_ms",
        room_id,
    )
    return [Sign(row["product_id"], row["at_ms"], Why(row["why"])) for row in rows]


def _list_cued(over: Over) -> Iterable[Sign]:
    """Where the platform showed a product on air."""
    sold = {product.product_id for product in over.products}
    for cue in over.cues:
        if cue.why is not None and cue.why.source is CueSource.AUTO and cue.product_id in sold:
            yield Sign(cue.product_id, max(0, (cue.start_at - over.began_at) // MILLISECOND), Why.CUED)


def _list_taken(over: Over) -> Iterable[Stretch]:
    """While cards are up that came by the host's hand, or with the host's yes."""
    for cue in over.cues:
        if cue.why is None or cue.why.source is not CueSource.AUTO:
            end_ms = over.duration_ms if cue.end_at is None else (cue.end_at - over.began_at) // MILLISECOND
            yield Stretch((cue.start_at - over.began_at) // MILLISECOND, end_ms)
