"""What the open API does with what is said in rooms, by the use cases of surfacing."""

from uuid import UUID

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import RoomId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.integrations import wire_surfacing as wire
from xiaodian.modules.integrations.call import Call
from xiaodian.modules.integrations.conversion import to_wire
from xiaodian.modules.integrations.service.rooms import require_room
from xiaodian.modules.surfacing import api as surfacing


async def get_surfacing(call: Call, room_id: UUID) -> wire.Surfacing:
    """Raises NotFoundError, ForbiddenError."""
    await require_room(call, room_id, Scope.ROOMS_READ)
    seen = await surfacing.see_surfacing(call.ctx, call.caller, RoomId(room_id))
    asked = to_wire(wire.Suggestion, seen.suggestion, own_id="suggestion_id") if seen.suggestion else None
    return to_wire(wire.Surfacing, seen, room_id=room_id, suggestion=asked)


async def set_surfacing(call: Call, room_id: UUID, mode: surfacing.Mode) -> wire.Surfacing:
    """Raises NotFoundError, ForbiddenError, RoomEndedError."""
    await require_room(call, room_id, Scope.ROOMS_WRITE)
    await surfacing.set_mode(call.ctx, call.caller, RoomId(room_id), mode)
    return await get_surfacing(call, room_id)


async def take_lines(call: Call, room_id: UUID, told: wire.NewTranscript) -> wire.TakenTranscript:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, TooManyRequestsError, UnavailableError."""
    await require_room(call, room_id, Scope.ROOMS_WRITE)
    lines = [
        surfacing.TranscriptLine(
            text=line.text,
            end_ms=to_epoch_ms(line.end_at),
            start_ms=None if line.start_at is None else to_epoch_ms(line.start_at),
            line_id=line.line_id,
        )
        for line in told.lines
    ]
    try:
        taken = await surfacing.take_lines(
            call.ctx, call.caller, RoomId(room_id), surfacing.TranscriptInput(lines=lines)
        )
    except InvalidInputError as error:
        field = error.field.replace("_ms", "_at") if error.field else None
        raise InvalidInputError(field=field, **error.params) from error
    return to_wire(wire.TakenTranscript, taken)


async def take_webvtt(call: Call, room_id: UUID, body: bytes, offset_ms: int | None) -> wire.TakenTranscript:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, TooManyRequestsError, UnavailableError."""
    await require_room(call, room_id, Scope.ROOMS_WRITE)
    return to_wire(
        wire.TakenTranscript,
        await surfacing.take_webvtt(call.ctx, call.caller, RoomId(room_id), body, offset_ms),
    )
