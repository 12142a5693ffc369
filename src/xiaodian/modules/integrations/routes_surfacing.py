"""The open API: what is said in a room, and who puts cards up there."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post, put
from litestar.params import FromPath, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import RoomEndedError
from xiaodian.modules.integrations import wire_surfacing as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.integrations.service import surfacing as desk
from xiaodian.modules.surfacing import api as surfacing

TAGS = ["surfacing"]
ONE = "/rooms/{room_id:uuid}"
WEBVTT = "text/vtt"

Offset = Annotated[
    int | None,
    QueryParameter(
        ge=0,
        le=surfacing.MAX_EPOCH_MS,
        description="Of WebVTT: its 0, in ms since 1970. Without it, the moment the room went on air.",
    ),
]


@get(f"{ONE}/surfacing", tags=TAGS, **reads(Scope.ROOMS_READ, wire.Surfacing))
async def get_surfacing(call: OpenCall, room_id: FromPath[UUID]) -> Response[bytes]:
    """Who puts cards up in a room, and what its host is asked. Only rooms of the account that has let the app in."""
    return call.answer(await desk.get_surfacing(call, room_id))


@put(
    f"{ONE}/surfacing",
    tags=TAGS,
    **writes(Scope.ROOMS_WRITE, wire.Surfacing, RoomEndedError, body=wire.NewSurfacing),
)
async def set_surfacing(call: OpenCall, room_id: FromPath[UUID]) -> Response[bytes]:
    """Choose who puts cards up; the host's next rooms begin the same way. Said again it changes nothing."""
    return call.answer(await desk.set_surfacing(call, room_id, (await call.read(wire.NewSurfacing)).mode))


@post(
    f"{ONE}/transcript",
    tags=TAGS,
    request_max_body_size=surfacing.MAX_TRANSCRIPT_BYTES,
    **writes(
        Scope.ROOMS_WRITE,
        wire.TakenTranscript,
        InvalidInputError,
        body=wire.NewTranscript,
        takes_file=WEBVTT,
    ),
)
async def send_transcript(call: OpenCall, room_id: FromPath[UUID], offset_ms: Offset = None) -> Response[bytes]:
    """What was said, as lines or as a WebVTT file. A line that is sent again is kept once, so no Idempotency-Key."""
    if call.is_of(WEBVTT):
        taken = await desk.take_webvtt(call, room_id, await call.read_file(WEBVTT), offset_ms)
    else:
        taken = await desk.take_lines(call, room_id, await call.read(wire.NewTranscript))
    return call.answer(taken)


routes = [get_surfacing, set_surfacing, send_transcript]
