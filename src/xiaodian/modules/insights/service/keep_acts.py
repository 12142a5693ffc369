"""Keep what visitors' pages told, each of it once, and nothing that cannot have been."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.infra.database import Connection
from xiaodian.modules.content import api as content
from xiaodian.modules.insights.metrics import kept, left_out
from xiaodian.modules.insights.sampling import NO_ROW
from xiaodian.modules.insights.visit_rules import Act
from xiaodian.modules.live import api as live

ActKey = tuple[datetime, UUID, int]


async def drop_invented(connection: Connection, acts: Sequence[Act]) -> tuple[dict[VideoId, int], list[Act]]:
    """How long the videos are of which is told, and the acts without those in rooms and on videos that do not exist or
    were never published, or with products that these never showed.
    """
    room_ids = {act.room_id for act in acts if act.room_id is not None}
    video_ids = {act.video_id for act in acts if act.video_id is not None}
    rooms = await live.list_shown_products(connection, room_ids) if room_ids else {}
    videos = await content.get_videos(connection, video_ids) if video_ids else {}
    shown: dict[UUID | None, frozenset[ProductId]] = dict(rooms.items())
    shown |= {video_id: frozenset(each.product_ids) for video_id, each in videos.items() if each.published_at}
    kept = [
        act
        for act in acts
        if (products := shown.get(act.room_id or act.video_id)) is not None
        and (act.product_id is None or act.product_id in products)
    ]
    return {video_id: each.duration_ms for video_id, each in videos.items()}, kept


async def keep_acts(connection: Connection, acts: Sequence[Act]) -> list[Act]:
    """Write the acts of which rows are kept; answers all that were not kept already. The rows themselves remember that
    their report came; that the others are told for the first time, the caller knows.

    Hardly ever does a report come twice, so it is tried as if none did, which costs a third.
    """
    bare = [act for act in acts if act.weight == NO_ROW]
    rows = [act for act in acts if act.weight != NO_ROW] if bare else acts
    left_out.inc(len(bare))
    kept.inc(len(rows))
    return [*await _keep(connection, rows), *bare]


async def _keep(connection: Connection, acts: Sequence[Act]) -> Sequence[Act]:
    if not acts:
        return []
    try:
        async with connection.transaction():
            await _write(connection, acts)
        return acts
    except asyncpg.UniqueViolationError:
        fresh = await _drop_known(connection, acts)
        if fresh:
            await _write(connection, fresh)
        return fresh


async def _write(connection: Connection, acts: Sequence[Act]) -> None:
    await connection.copy_records_to_table("behaviour", schema_name="insights", columns=list(Act._fields), records=acts)


async def _drop_known(connection: Connection, acts: Sequence[Act]) -> list[Act]:
    rows = await connection.fetch(
        """
        SELECT at, report_id, number FROM insights.behaviour
        WHERE at >= $1 AND at <= $2 AND (at, report_id, number) IN (
            SELECT * FROM unnest($3::timestamptz[], $4::uuid[], $5::smallint[])
        )
        """,
        min(act.at for act in acts),
        max(act.at for act in acts),
        [act.at for act in acts],
        [act.report_id for act in acts],
        [act.number for act in acts],
    )
    known: set[ActKey] = {(row[0], row[1], row[2]) for row in rows}
    fresh: dict[ActKey, Act] = {}
    for act in acts:
        key = act.at, act.report_id, act.number
        if key not in known:
            fresh[key] = act
    return list(fresh.values())
