"""Keep what visitors' pages told, and bring the summaries of visits up to date with it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.insights import PRODUCT_KINDS, BehaviourReported
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.insights.service.add_up import add_up
from xiaodian.modules.insights.visit_rules import (
    Act,
    ProductVisit,
    Viewer,
    ViewerKey,
    Visit,
    VisitMinute,
    VisitTally,
)
from xiaodian.modules.live import api as live

LOCK = 7_142_386

_decode = msgspec.json.Decoder(BehaviourReported).decode


async def take_reports(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Keep and count reports, in the caller's transaction. Reports that came before count once.

    What is told of rooms that do not exist, or of products that a room never showed, is dropped here.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    acts = [act for envelope in envelopes for act in _to_acts(envelope)]
    acts = await _drop_known(connection, acts)
    acts = await _drop_invented(connection, acts)
    if acts:
        await connection.copy_records_to_table(
            "behaviour", schema_name="insights", columns=list(Act._fields), records=acts
        )
        await count_acts(connection, acts)


async def count_acts(connection: Connection, acts: Iterable[Act]) -> None:
    """Add acts to the summaries."""
    ordered = sorted(acts, key=lambda act: (act.at, act.report_id, act.number))
    tally = VisitTally(await _read_viewers(connection, {(act.room_id, act.viewer_id) for act in ordered}))
    for act in ordered:
        tally.take(act)
    await _save_viewers(connection, tally)
    room, minute = {"room_id": "uuid"}, {"room_id": "uuid", "minute": "timestamptz"}
    rooms = [(room_id, *visit) for room_id, visit in tally.rooms.items()]
    await add_up(connection, "insights.room_visit", room, Visit._fields, rooms)
    minutes = [(*key, *visit) for key, visit in tally.minutes.items()]
    await add_up(connection, "insights.room_visit_minute", minute, VisitMinute._fields, minutes)
    products = [(*key, *visit) for key, visit in tally.products.items()]
    product = {"room_id": "uuid", "product_id": "uuid"}
    await add_up(connection, "insights.room_product_visit", product, ProductVisit._fields, products)


def _to_acts(envelope: Envelope) -> list[Act]:
    told = _decode(envelope.data)
    return [
        Act(
            at=from_epoch_ms(item.at_ms),
            report_id=envelope.event_id,
            number=number,
            kind=item.kind,
            viewer_id=told.viewer_id,
            account_id=told.account_id,
            room_id=item.room_id,
            product_id=item.product_id if item.kind in PRODUCT_KINDS else None,
            media_at=None if item.media_at_ms is None else from_epoch_ms(item.media_at_ms),
            watch_s=item.watch_s,
        )
        for number, item in enumerate(told.items)
        if item.room_id is not None
    ]


async def _drop_known(connection: Connection, acts: list[Act]) -> list[Act]:
    """Without those that are kept already: the rows themselves remember that their report came."""
    if not acts:
        return []
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
    known: set[tuple[datetime, UUID, int]] = {(row[0], row[1], row[2]) for row in rows}
    fresh: dict[tuple[datetime, UUID, int], Act] = {}
    for act in acts:
        key = act.at, act.report_id, act.number
        if key not in known:
            fresh[key] = act
    return list(fresh.values())


async def _drop_invented(connection: Connection, acts: list[Act]) -> list[Act]:
    if not acts:
        return []
    shown: dict[RoomId, frozenset[ProductId]] = await live.list_shown_products(
        connection, {act.room_id for act in acts}
    )
    return [
        act for act in acts if act.room_id in shown and (act.product_id is None or act.product_id in shown[act.room_id])
    ]


async def _read_viewers(connection: Connection, keys: set[ViewerKey]) -> dict[ViewerKey, Viewer]:
    rows = await connection.fetch(
        """
        SELECT room_id, viewer_id, steps, visits, watch_s, entered_at FROM insights.room_viewer
        WHERE (room_id, viewer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """,
        [room_id for room_id, _ in keys],
        [viewer_id for _, viewer_id in keys],
    )
    return {(row["room_id"], row["viewer_id"]): Viewer(*row[2:]) for row in rows}


async def _save_viewers(connection: Connection, tally: VisitTally) -> None:
    rows = [(*key, *viewer) for key, viewer in tally.viewers.items()]
    if rows:
        await connection.execute(
            """
            INSERT INTO insights.room_viewer (room_id, viewer_id, steps, visits, watch_s, entered_at)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::integer[],
                $6::timestamptz[])
            ON CONFLICT (room_id, viewer_id) DO UPDATE SET steps = excluded.steps, visits = excluded.visits,
                watch_s = excluded.watch_s, entered_at = excluded.entered_at
            """,
            *map(list, zip(*rows, strict=True)),
        )
