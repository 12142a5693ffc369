"""Counters of short videos."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import BehaviourKind
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, utc_now
from xiaodian.modules.content.video_rules import COUNT_SLOTS

LATE_AT_MOST = timedelta(hours=24)
"""A view told later does not count: who watched in its hour is not known any more."""
KEPT = LATE_AT_MOST + timedelta(hours=2)
EARLY_AT_MOST = timedelta(minutes=5)
FORGET_AT_ONCE = 20_000

Counter = Literal["likes", "comments", "shares"]

HOUR_MS = 3_600_000
_BEGAN = BehaviourKind.ENTERED.value


class _Told(msgspec.Struct, frozen=True):
    """What of a deed it takes to count a view; ids stay texts, as most are not looked at."""

    kind: str
    at_ms: int
    video_id: str | None = None


class _Report(msgspec.Struct, frozen=True):
    viewer_id: str
    items: list[_Told]


_decode = msgspec.json.Decoder(_Report).decode

# Rows in the order of the key, lest two batches wait for each other.
_COUNT_VIEWS = """
    WITH told AS (
        SELECT DISTINCT date_trunc('hour', at) AS hour, video_id, viewer_id
        FROM unnest($1::timestamptz[], $2::uuid[], $3::uuid[]) AS told (at, video_id, viewer_id)
    ), fresh AS (
        INSERT INTO content.video_view (hour, video_id, viewer_id)
        SELECT hour, video_id, viewer_id FROM told JOIN content.video USING (video_id)
        WHERE state = 'published' ORDER BY hour, video_id, viewer_id
        ON CONFLICT DO NOTHING RETURNING video_id
    )
    INSERT INTO content.video_count AS counter (video_id, slot, views)
    SELECT video_id, $4, count(*) FROM fresh GROUP BY video_id ORDER BY video_id
    ON CONFLICT (video_id, slot) DO UPDATE SET views = counter.views + excluded.views
"""


async def count(connection: Connection, counter: Counter, video_id: VideoId, slot: int, change: int) -> None:
    """Change one of a video's counters, in the caller's transaction."""
    await count_many(connection, counter, [(video_id, slot, change)])


async def count_many(connection: Connection, counter: Counter, changes: Sequence[tuple[VideoId, int, int]]) -> None:
    """Change a counter of several videos: of each the slot and by how much, in the order of their ids."""
    # CHECK (… >= 0) also looks at the row that ON CONFLICT then does not insert, so it must not be negative.
    await connection.executemany(
        f"""
        INSERT INTO content.video_count AS counter (video_id, slot, {counter})
        VALUES ($1, $2, greatest($3::bigint, 0))
        ON CONFLICT (video_id, slot) DO UPDATE SET {counter} = counter.{counter} + $3::bigint
        """,
        changes,
    )


async def count_views(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Count the views that pages tell of, one for each viewer, video and hour, whatever comes twice; one statement."""
    now = utc_now()
    oldest_ms, newest_ms = to_epoch_ms(now - LATE_AT_MOST), to_epoch_ms(now + EARLY_AT_MOST)
    views: set[tuple[int, str, str]] = set()
    for envelope in envelopes:
        told = _decode(envelope.data)
        for item in told.items:
            if item.kind == _BEGAN and item.video_id is not None and oldest_ms <= item.at_ms <= newest_ms:
                views.add((item.at_ms // HOUR_MS, item.video_id, told.viewer_id))
    if views:
        slot = envelopes[0].event_id.int % COUNT_SLOTS
        hours = {hour: from_epoch_ms(hour * HOUR_MS) for hour, _, _ in views}
        await connection.execute(
            _COUNT_VIEWS,
            [hours[hour] for hour, _, _ in views],
            [UUID(video_id) for _, video_id, _ in views],
            [UUID(viewer_id) for _, _, viewer_id in views],
            slot,
        )


async def forget_views(database: Database) -> None:
    """Who watched in which hour is kept no longer than it is needed to count each once."""
    while True:
        async with database.connection() as connection:
            status: str = await connection.execute(
                """
                DELETE FROM content.video_view WHERE ctid = ANY(
                    ARRAY (SELECT ctid FROM content.video_view WHERE hour < $1 LIMIT $2)
                )
                """,
                utc_now() - KEPT,
                FORGET_AT_ONCE,
            )
        if status != f"DELETE {FORGET_AT_ONCE}":
            return
