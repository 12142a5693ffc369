"""Make the summaries anew from the facts: orders, logs of rooms, what is kept of visitors."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.contracts.imports import ExternalOrderNoted
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.content import api as content
from xiaodian.modules.insights.service import count_behaviour, count_elsewhere, count_sales
from xiaodian.modules.insights.service.whole_places import find_whole_places
from xiaodian.modules.insights.visit_rules import Act
from xiaodian.modules.orders import api as orders

BATCH = 1000
NO_LIMIT_S = 24 * 3600.0
"""A rebuild takes as long as it takes."""

_SALES = ("sale", "refund", "shop_hour", "shop_buyer_day", "room_sale_minute", "room_product_sale", "video_sale_second")
_LOGS = ("room_minute", "room_audience")
_VISITS = ("room_viewer", "room_account", "room_visit", "room_visit_minute", "room_product_visit", "room_watching")
_VIDEO_VISITS = ("video_viewer", "video_visit", "video_second", "video_product_second")


class Rebuilt(Contract, frozen=True, kw_only=True):
    """What a rebuild went through."""

    orders: int
    acts: int


ReadElsewhere = Callable[[Connection, tuple[UUID, str], int], Awaitable[list[ExternalOrderNoted]]]
"""Orders placed elsewhere as they are now, those after this source and number, at most so many."""


async def rebuild(records: Records, read_elsewhere: ReadElsewhere) -> Rebuilt:
    """Sales and visits are made anew here, each in one transaction, so that readers see the old rows until the new ones
    are there; the logs are read anew by the worker, from their beginning.

    Visits of rooms that were planned before the oldest day that is kept of visitors stay as they are; so do those of
    videos that were made before it, and of rooms and videos of which only a sample was kept: they were counted whole.
    """
    order_count = await _rebuild_sales(records)
    await _rebuild_elsewhere(records, read_elsewhere)
    act_count = await _rebuild_visits(records)
    async with records.database.transaction() as connection:
        await connection.execute("UPDATE insights.log_position SET last_seq = 0")
        for table in _LOGS:
            await connection.execute(f"DELETE FROM insights.{table}", timeout=NO_LIMIT_S)
    return Rebuilt(orders=order_count, acts=act_count)


async def _rebuild_sales(records: Records) -> int:
    done = 0
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", count_sales.LOCK, timeout=NO_LIMIT_S)
        for table in _SALES:
            await connection.execute(f"DELETE FROM insights.{table}", timeout=NO_LIMIT_S)
        after = UUID(int=0)
        while order_ids := await orders.list_order_ids(connection, after=after, limit=BATCH):
            await count_sales.count_sales(connection, order_ids, records.settings.books_utc_offset_h)
            done += len(order_ids)
            after = order_ids[-1]
    return done


async def _rebuild_elsewhere(records: Records, read_elsewhere: ReadElsewhere) -> None:
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", count_elsewhere.LOCK, timeout=NO_LIMIT_S)
        await connection.execute("DELETE FROM insights.sale_elsewhere", timeout=NO_LIMIT_S)
        after = (UUID(int=0), "")
        while noted := await read_elsewhere(connection, after, BATCH):
            await count_elsewhere.count_elsewhere(connection, noted)
            after = (noted[-1].source_id, noted[-1].external_id)


async def _rebuild_visits(records: Records) -> int:
    done = 0
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", count_behaviour.LOCK, timeout=NO_LIMIT_S)
        whole = await find_whole_places(connection)
        first_id, sampled = whole.first_id, list(whole.sampled)
        for tables, place in ((_VISITS, "room_id"), (_VIDEO_VISITS, "video_id")):
            for table in tables:
                await connection.execute(
                    f"DELETE FROM insights.{table} WHERE {place} >= $1 AND {place} <> ALL($2::uuid[])",
                    first_id,
                    sampled,
                    timeout=NO_LIMIT_S,
                )
        async for acts in _read_acts(connection, first_id, sampled):
            videos = await content.get_videos(connection, {act.video_id for act in acts if act.video_id is not None})
            durations_ms = {video_id: video.duration_ms for video_id, video in videos.items()}
            known = [act for act in acts if act.video_id is None or act.video_id in videos]
            await count_behaviour.count_acts(connection, known, durations_ms)
            done += len(acts)
    return done


async def _read_acts(connection: Connection, first_id: UUID, sampled: Sequence[UUID]) -> AsyncIterator[list[Act]]:
    batch: list[Act] = []
    rows = connection.cursor(
        f"""
        SELECT {", ".join(Act._fields)} FROM insights.behaviour
        WHERE coalesce(room_id, video_id) >= $1 AND coalesce(room_id, video_id) <> ALL($2::uuid[])
        ORDER BY at, report_id, number
        """,
        first_id,
        sampled,
        prefetch=BATCH,
        timeout=NO_LIMIT_S,
    )
    row: Record
    async for row in rows:
        batch.append(Act(*row))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
