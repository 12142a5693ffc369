"""Keep what visitors' pages told, and bring the summaries of visits up to date with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import PRODUCT_KINDS, Report
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection, Ids
from xiaodian.infra.work import first_time
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.insights.sampling import ALONE, NO_ROW, SAMPLED_KINDS, weigh
from xiaodian.modules.insights.service.add_up import add_up
from xiaodian.modules.insights.service.count_videos import count_on_videos
from xiaodian.modules.insights.service.keep_acts import drop_invented, keep_acts
from xiaodian.modules.insights.service.keep_days import start_of
from xiaodian.modules.insights.visit_rules import (
    Act,
    ProductVisit,
    Viewer,
    ViewerKey,
    Visit,
    VisitMinute,
    VisitTally,
    Watching,
)
from xiaodian.modules.insights.watching_queries import get_first_day

HANDLER = "insights-behaviour"
LOCK = 7_142_386
MAX_FILM_MS = 2**31 - 1

_decode = msgspec.json.Decoder(Report).decode


async def take_reports(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Keep and count reports, in the caller's transaction. Reports that came before count once.

    What is told of rooms and videos that do not exist, of products that they never showed, or of days that are past
    their time, is dropped here.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    ids, moments = Ids(), dict[int, datetime]()
    acts: list[Act] = []
    bare: dict[UUID, list[Act]] = {}
    for envelope in envelopes:
        told, has_rows = _to_acts(envelope, ids, moments)
        if has_rows:
            acts += told
        else:
            bare[envelope.event_id] = told
    if bare:
        # Rows themselves say that their report came before; of reports that leave none the inbox does.
        fresh = await first_time(connection, HANDLER, [each for each in envelopes if each.event_id in bare])
        acts += [act for envelope in fresh for act in bare[envelope.event_id]]
    start = start_of(await get_first_day(connection))
    durations_ms, acts = await drop_invented(connection, [act for act in acts if act.at >= start])
    acts = await keep_acts(connection, acts)
    await count_acts(connection, acts, durations_ms)


async def count_acts(connection: Connection, acts: Sequence[Act], durations_ms: Mapping[VideoId, int]) -> None:
    """Add acts to the summaries."""
    if in_rooms := [act for act in acts if act.room_id is not None]:
        await _count_in_rooms(connection, in_rooms)
    if on_videos := [act for act in acts if act.video_id is not None]:
        await count_on_videos(connection, on_videos, durations_ms)


async def _count_in_rooms(connection: Connection, acts: Sequence[Act]) -> None:
    ordered = sorted(acts, key=lambda act: (act.at, act.report_id, act.number))
    keys = {(act.room_id, act.viewer_id) for act in ordered if act.room_id is not None}
    tally = VisitTally(await _read_viewers(connection, keys))
    for act in ordered:
        tally.take(act)
    await _save_viewers(connection, tally)
    await _save_accounts(connection, tally)
    room, minute = {"room_id": "uuid"}, {"room_id": "uuid", "minute": "timestamptz"}
    rooms = [(room_id, *visit) for room_id, visit in tally.rooms.items()]
    await add_up(connection, "insights.room_visit", room, Visit._fields, rooms)
    minutes = [(*key, *visit) for key, visit in tally.minutes.items()]
    await add_up(connection, "insights.room_visit_minute", minute, VisitMinute._fields, minutes)
    products = [(*key, *visit) for key, visit in tally.products.items()]
    product = {"room_id": "uuid", "product_id": "uuid"}
    await add_up(connection, "insights.room_product_visit", product, ProductVisit._fields, products)
    await _save_watching(connection, tally)


def _to_acts(envelope: Envelope, ids: Ids, moments: dict[int, datetime]) -> tuple[list[Act], bool]:
    """What a report tells of, and whether a row of each is kept.

    `ids` and `moments`: those of the batch, of which many are the same, so that each is made once.
    """
    told = _decode(envelope.data)
    report_id, viewer_id = ids[str(envelope.event_id)], ids[told.viewer_id]
    account_id = None if told.account_id is None else AccountId(ids[told.account_id])
    weight = weigh(told.viewer_id, told.one_in) if account_id is None else ALONE
    acts: list[Act] = []
    for number, item in enumerate(told.items):
        room_id, moment = item.room_id, item.media_at_ms
        at = moments.get(item.at_ms)
        if at is None:
            at = moments[item.at_ms] = from_epoch_ms(item.at_ms)
        acts.append(
            Act(
                at,
                report_id,
                number,
                item.kind,
                viewer_id,
                account_id,
                None if room_id is None else RoomId(ids[room_id]),
                None if item.video_id is None else VideoId(ids[item.video_id]),
                ProductId(ids[item.product_id]) if item.product_id and item.kind in PRODUCT_KINDS else None,
                from_epoch_ms(moment) if room_id is not None and moment is not None else None,
                None if room_id is not None or moment is None else min(moment, MAX_FILM_MS),
                item.watch_s,
                weight if item.kind in SAMPLED_KINDS else ALONE,
                item.is_shared,
            )
        )
    return acts, weight != NO_ROW


async def _read_viewers(connection: Connection, keys: set[ViewerKey]) -> dict[ViewerKey, Viewer]:
    rows = await connection.fetch(
        """
        SELECT room_id, viewer_id, steps, visits, watch_s, entered_at, told_at, goes_on FROM insights.room_viewer
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
            INSERT INTO insights.room_viewer (
                room_id, viewer_id, steps, visits, watch_s, entered_at, told_at, goes_on
            )
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::integer[],
                $6::timestamptz[], $7::timestamptz[], $8::boolean[])
            ON CONFLICT (room_id, viewer_id) DO UPDATE SET steps = excluded.steps, visits = excluded.visits,
                watch_s = excluded.watch_s, entered_at = excluded.entered_at, told_at = excluded.told_at,
                goes_on = excluded.goes_on
            """,
            *map(list, zip(*rows, strict=True)),
        )


async def _save_accounts(connection: Connection, tally: VisitTally) -> None:
    if tally.accounts:
        await connection.execute(
            """
            INSERT INTO insights.room_account AS known (room_id, account_id, entered_at)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS told (room_id, account_id, at)
            -- Of most it is known already; their rows are only looked at.
            WHERE NOT EXISTS (
                SELECT FROM insights.room_account AS here
                WHERE (here.room_id, here.account_id) = (told.room_id, told.account_id) AND here.entered_at <= told.at
            )
            ON CONFLICT (room_id, account_id) DO UPDATE SET entered_at = excluded.entered_at
            WHERE known.entered_at > excluded.entered_at
            """,
            *map(list, zip(*((*key, at) for key, at in sorted(tally.accounts.items())), strict=True)),
        )


async def _save_watching(connection: Connection, tally: VisitTally) -> None:
    slots = [(*key, *watching) for key, watching in tally.watching.items()]
    key = {"room_id": "uuid", "since": "timestamptz"}
    await add_up(connection, "insights.room_watching", key, Watching._fields, slots)
    if tally.watching:
        await connection.execute(
            """
            DELETE FROM insights.room_watching USING unnest($1::uuid[], $2::timestamptz[]) AS moved (room_id, since)
            WHERE room_watching.room_id = moved.room_id AND room_watching.since = moved.since AND viewers = 0
            """,
            *map(list, zip(*tally.watching, strict=True)),
        )
