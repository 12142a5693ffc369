"""The platform listens: the sound of rooms whose cards it decides becomes lines of their transcript."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from uuid import UUID

from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.media import StreamId, StreamSegment
from xiaodian.edge.context import Context
from xiaodian.infra.logging import get_logger
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, utc_now
from xiaodian.modules.live import api as live
from xiaodian.modules.media import api as media
from xiaodian.modules.surfacing.room_rules import MAX_LINE_CHARS, clean_speech, make_line
from xiaodian.modules.surfacing.service.leases import LISTEN
from xiaodian.modules.surfacing.service.run_rooms import run_rooms
from xiaodian.modules.surfacing.service.take_transcript import keep_heard
from xiaodian.modules.surfacing.speech.recognizer import MakeRecognizer, SpokenLine, choose_recognizer
from xiaodian.modules.surfacing.speech.sound import SoundOfFilm

LOOK_S = 0.25
PAUSE_S = 1.0
SEGMENTS_AT_ONCE = 8
TOO_LATE_MS = 12_000
"""Who is further behind than this jumps to what is said now: what was said before is of no use to viewers."""

log = get_logger(__name__)


async def run_listener(ctx: Context, make: MakeRecognizer) -> None:
    """Listen to as many rooms as the settings allow, until cancelled. Raises UnavailableError."""

    async def _listen(ctx: Context, _: UUID, room_id: RoomId) -> None:
        try:
            await listen_to_room(ctx, make, room_id)
        except UnavailableError:
            return
        except Exception:
            log.exception("listening_failed", room_id=str(room_id))

    await run_rooms(ctx, lease=LISTEN, limit=ctx.settings.speech_max_rooms, work=_listen)


async def listen(ctx: Context) -> None:
    """Listen with the engine that the settings name, until cancelled. Raises BadSettingError."""
    make = await asyncio.to_thread(choose_recognizer, ctx.settings)
    while True:
        try:
            await run_listener(ctx, make)
        except UnavailableError:
            await asyncio.sleep(PAUSE_S)


async def listen_to_room(ctx: Context, make: MakeRecognizer, room_id: RoomId) -> None:
    """Until cancelled, or an engine of the platform's is away."""
    async with ctx.database.connection() as connection:
        room = await live.get_room(connection, room_id)
    ear = _Ear(ctx, make, room_id)
    seq = -1
    try:
        while True:
            async with ctx.database.connection() as connection:
                segments = await media.list_segments(connection, room.stream_id, after_seq=seq, limit=SEGMENTS_AT_ONCE)
            if not segments:
                await asyncio.sleep(LOOK_S)
                continue
            if to_epoch_ms(utc_now()) - segments[0].start_ms > TOO_LATE_MS:
                async with ctx.database.connection() as connection:
                    seq = await media.newest_segment(connection, room.stream_id) - 1
                await ear.rest()
                continue
            for segment in segments:
                await ear.hear(room.stream_id, segment)
            seq = segments[-1].seq
    finally:
        await ear.close()


class _Ear:
    """One room's sound on its way through ffmpeg and the recognizer; a new one for each publication."""

    def __init__(self, ctx: Context, make: MakeRecognizer, room_id: RoomId) -> None:
        self._ctx = ctx
        self._make = make
        self._room_id = room_id
        self._init_name: str | None = None
        self._sound: SoundOfFilm | None = None
        self._hearing: asyncio.Task[None] | None = None

    async def hear(self, stream_id: StreamId, segment: StreamSegment) -> None:
        """The next segment of the film."""
        if self._sound is None or segment.discontinuity or segment.init_name != self._init_name:
            await self.rest()
            self._init_name = segment.init_name
            self._sound = await SoundOfFilm.open()
            self._hearing = asyncio.create_task(self._recognize(self._sound, from_epoch_ms(segment.start_ms)))
            await self._sound.feed(await media.read_stream_file(self._ctx, stream_id, segment.init_name))
        await self._sound.feed(await media.read_stream_file(self._ctx, stream_id, segment.name))

    async def rest(self) -> None:
        """Hear what is left of this publication to its end."""
        if self._sound and self._hearing:
            self._sound.end()
            await self._hearing
            await self._sound.close()
        self._sound = self._hearing = None

    async def close(self) -> None:
        """Stop at once."""
        if self._hearing:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)
        if self._sound:
            await self._sound.close()

    async def _recognize(self, sound: SoundOfFilm, origin: datetime) -> None:
        try:
            recognizer = await asyncio.to_thread(self._make)
            while piece := await sound.read():
                await self._keep(await asyncio.to_thread(recognizer.feed, piece), origin)
            await self._keep(await asyncio.to_thread(recognizer.finish), origin)
        except Exception:
            log.exception("speech_failed", room_id=str(self._room_id))
            # The film must go on flowing, or whoever feeds it would wait for ever.
            while await sound.read():
                continue

    async def _keep(self, spoken: list[SpokenLine], origin: datetime) -> None:
        lines = [
            make_line(
                text[:MAX_LINE_CHARS],
                origin + timedelta(seconds=each.start_s),
                origin + timedelta(seconds=each.end_s),
                None,
            )
            for each in spoken
            if (text := clean_speech(each.text))
        ]
        if lines:
            with contextlib.suppress(UnavailableError):
                await keep_heard(self._ctx, self._room_id, lines)
