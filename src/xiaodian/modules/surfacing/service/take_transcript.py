"""What is said in a room comes in: kept as captions, and told to whoever decides there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import unescape

import webvtt

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import RoomId, RoomInfo
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.modules.risk import api as risk
from xiaodian.modules.surfacing.room_rules import (
    CLOCK_SLACK,
    MAX_LINE_CHARS,
    MAX_LINES_AT_ONCE,
    MAX_LINES_OF_ROOM,
    Line,
    clean_speech,
    make_line,
)
from xiaodian.modules.surfacing.service.room_host import get_own_room
from xiaodian.modules.surfacing.service.signals import said
from xiaodian.modules.surfacing.wire_rooms import TranscriptInput, TranscriptTaken

MINUTE_S = 60.0
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('captions ' || $1::text, 0))"


async def take_lines(ctx: Context, caller: Caller, room_id: RoomId, told: TranscriptInput) -> TranscriptTaken:
    """Lines as an engine of speech recognition gives them.

    Raises InvalidInputError, NotFoundError, ForbiddenError, TooManyRequestsError, UnavailableError.
    """
    async with ctx.database.connection() as connection:
        room = await get_own_room(connection, caller, room_id, even_if_ended=True)
    started_at = _started(room)
    origin = started_at if told.clock == "room" else None
    lines = [
        make_line(
            line.text,
            None if line.start_ms is None else _to_moment(line.start_ms, origin, f"lines[{number}].start_ms"),
            _to_moment(line.end_ms, origin, f"lines[{number}].end_ms"),
            line.line_id,
        )
        for number, line in enumerate(told.lines)
    ]
    for number, line in enumerate(lines):
        if not line.text:
            raise InvalidInputError(field=f"lines[{number}].text", reason="empty")
    _check_times(room, lines)
    return await _take(ctx, room_id, lines)


async def take_webvtt(
    ctx: Context, caller: Caller, room_id: RoomId, body: bytes, offset_ms: int | None
) -> TranscriptTaken:
    """A WebVTT file whose 0 is `offset_ms` in ms since 1970, or without it the moment the room went on air.

    Raises InvalidInputError, NotFoundError, ForbiddenError, TooManyRequestsError, UnavailableError.
    """
    async with ctx.database.connection() as connection:
        room = await get_own_room(connection, caller, room_id, even_if_ended=True)
    origin = _started(room) if offset_ms is None else _to_moment(offset_ms, None, "offset_ms")
    lines = read_webvtt(body, origin)
    _check_times(room, lines)
    return await _take(ctx, room_id, lines)


async def keep_heard(ctx: Context, room_id: RoomId, lines: Sequence[Line]) -> None:
    """What the platform's own speech recognition heard."""
    await _keep(ctx, room_id, lines)


def read_webvtt(body: bytes, origin: datetime) -> list[Line]:
    """The captions of a WebVTT file as lines. Raises InvalidInputError."""
    try:
        captions = webvtt.WebVTT.from_string(body.decode("utf-8-sig")).captions
    except (UnicodeDecodeError, webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError) as error:
        raise InvalidInputError(field="body", reason="not_webvtt") from error
    lines: list[Line] = []
    for caption in captions:
        text = clean_speech(unescape(caption.text))[:MAX_LINE_CHARS]
        start_ms, end_ms = caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()
        if text and end_ms >= start_ms:
            lines.append(make_line(text, _after(origin, start_ms), _after(origin, end_ms), None))
    if not lines:
        raise InvalidInputError(field="body", reason="no_lines")
    if len(lines) > MAX_LINES_AT_ONCE:
        raise InvalidInputError(field="body", reason="too_many_lines", limit=MAX_LINES_AT_ONCE)
    return lines


async def _take(ctx: Context, room_id: RoomId, lines: Sequence[Line]) -> TranscriptTaken:
    limit = Limit(name="transcript", burst=ctx.settings.transcript_lines_per_minute, period_s=MINUTE_S)
    await risk.take(ctx.database, limit, str(room_id), cost=len(lines))
    return await _keep(ctx, room_id, lines)


async def _keep(ctx: Context, room_id: RoomId, lines: Sequence[Line]) -> TranscriptTaken:
    async with ctx.database.transaction() as connection:
        # Numbers of one room must be in the order of commits: whoever reads on after a number would miss late ones.
        await connection.execute(_LOCK, str(room_id))
        await _refuse_flood(connection, room_id, len(lines))
        rows = await connection.fetch(
            """
            INSERT INTO surfacing.caption (room_id, line_key, start_at, end_at, text)
            SELECT $1, told.* FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[]) AS told
            ON CONFLICT (room_id, line_key) DO NOTHING RETURNING caption_no
            """,
            room_id,
            [line.key for line in lines],
            [line.start_at for line in lines],
            [line.end_at for line in lines],
            [line.text for line in lines],
        )
    if rows:
        await ctx.broker.poke(said(room_id))
    return TranscriptTaken(taken=len(rows), known=len(lines) - len(rows))


async def _refuse_flood(connection: Connection, room_id: RoomId, more: int) -> None:
    kept = await connection.fetchval("SELECT count(*) FROM surfacing.caption WHERE room_id = $1", room_id)
    if kept + more > MAX_LINES_OF_ROOM:
        raise InvalidInputError(field="lines", reason="too_many_lines", limit=MAX_LINES_OF_ROOM)


def _started(room: RoomInfo) -> datetime:
    if room.started_at is None:
        raise InvalidInputError(field="room_id", reason="not_started")
    return room.started_at


def _to_moment(told_ms: int, origin: datetime | None, field: str) -> datetime:
    try:
        return from_epoch_ms(told_ms) if origin is None else origin + timedelta(milliseconds=told_ms)
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidInputError(field=field, reason="out_of_range") from error


def _after(origin: datetime, ms: int) -> datetime:
    try:
        return origin + timedelta(milliseconds=ms)
    except OverflowError as error:
        raise InvalidInputError(field="body", reason="out_of_range") from error


def _check_times(room: RoomInfo, lines: Sequence[Line]) -> None:
    """Speech of a room is of the time in which it was on air."""
    first = _started(room) - CLOCK_SLACK
    last = (room.ended_at or utc_now()) + CLOCK_SLACK
    for number, line in enumerate(lines):
        if not first <= line.end_at <= last:
            raise InvalidInputError(field=f"lines[{number}].end_ms", reason="out_of_range")
