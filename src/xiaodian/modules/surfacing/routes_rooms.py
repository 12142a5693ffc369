"""HTTP: who puts cards up in a room, what is said in it, and what the host is asked. See docs/surfacing.md.

Every call is for the room's host, by session or by an access token with the scope `room:control`.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, delete, get, post, put
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
)
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import NotInBagError, RoomEndedError, RoomId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, PayloadTooLargeError, UnsupportedMediaTypeError, problems
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.surfacing.service.see_surfacing import see_surfacing
from xiaodian.modules.surfacing.service.set_mode import set_mode
from xiaodian.modules.surfacing.service.suggestions import (
    accept_suggestion,
    dismiss_suggestion,
    quiet_product,
    speak_again,
)
from xiaodian.modules.surfacing.service.take_transcript import take_lines, take_webvtt
from xiaodian.modules.surfacing.wire_rooms import (
    MAX_TRANSCRIPT_BYTES,
    AcceptedView,
    EpochMs,
    ModeInput,
    SurfacingView,
    TranscriptInput,
    TranscriptTaken,
)

TAGS = ["surfacing"]
ROOM = "/api/rooms/{room_id:uuid}"
SUGGESTION = f"{ROOM}/surfacing/suggestions/{{suggestion_id:uuid}}"
QUIET = f"{ROOM}/surfacing/quiet/{{product_id:uuid}}"
HOST = access(Access.MEMBER, Scope.ROOM_CONTROL)
REFUSALS = (UnauthenticatedError, ForbiddenError, NotFoundError)
JSON, WEBVTT = "application/json", "text/vtt"

_decode_lines = msgspec.json.Decoder(TranscriptInput).decode


@dataclass
class TranscriptOperation(Operation):
    """Says what the body may be, which the framework cannot know of a route that reads it by itself."""

    def __post_init__(self) -> None:
        """Add the body."""
        number = Schema(type=OpenAPIType.INTEGER, description="Milliseconds by the chosen clock.")
        text = Schema(type=OpenAPIType.STRING)
        line = Schema(
            type=OpenAPIType.OBJECT,
            required=["text", "end_ms"],
            properties={"text": text, "end_ms": number, "start_ms": number, "line_id": text},
        )
        lines = Schema(
            type=OpenAPIType.OBJECT,
            required=["lines"],
            properties={
                "lines": Schema(type=OpenAPIType.ARRAY, items=line),
                "clock": Schema(type=OpenAPIType.STRING, enum=["epoch", "room"], default="epoch"),
            },
        )
        content = {JSON: OpenAPIMediaType(schema=lines), WEBVTT: OpenAPIMediaType(schema=text)}
        self.request_body = RequestBody(content=content, required=True)


@get(f"{ROOM}/surfacing", opt=HOST, tags=TAGS, responses=problems(*REFUSALS))
async def get_surfacing(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId]) -> SurfacingView:
    """Who puts cards up in the room, and what the host is asked right now."""
    return await see_surfacing(ctx, caller, room_id)


@put(
    f"{ROOM}/surfacing",
    opt=HOST,
    tags=TAGS,
    status_code=204,
    responses=problems(MalformedRequestError, RoomEndedError, *REFUSALS),
)
async def put_surfacing(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], data: JSONBody[ModeInput]) -> None:
    """Choose who puts cards up; the host's next rooms begin the same way."""
    await set_mode(ctx, caller, room_id, data.mode)


@post(
    f"{ROOM}/transcript",
    opt=HOST,
    tags=TAGS,
    status_code=200,
    request_max_body_size=MAX_TRANSCRIPT_BYTES,
    operation_class=TranscriptOperation,
    responses=problems(
        MalformedRequestError,
        InvalidInputError,
        PayloadTooLargeError,
        UnsupportedMediaTypeError,
        TooManyRequestsError,
        UnavailableError,
        *REFUSALS,
    ),
)
async def post_transcript(
    ctx: Ctx,
    caller: SignedIn,
    request: Request[Any, Any, Any],
    room_id: FromPath[RoomId],
    offset_ms: Annotated[EpochMs | None, QueryParameter(name="offset_ms")] = None,
) -> TranscriptTaken:
    """What was said, as lines (JSON) or as WebVTT, whose 0 is `offset_ms` in ms since 1970, or when the room went on
    air. Lines that came before are not taken twice.
    """
    if request.content_type[0] == WEBVTT:
        return await take_webvtt(ctx, caller, room_id, await request.body(), offset_ms)
    if request.content_type[0] != JSON:
        raise UnsupportedMediaTypeError(expected=f"{JSON}, {WEBVTT}")
    return await take_lines(ctx, caller, room_id, _read_lines(await request.body()))


@put(
    f"{SUGGESTION}/acceptance",
    opt=HOST,
    tags=TAGS,
    responses=problems(InvalidInputError, NotInBagError, RoomEndedError, *REFUSALS),
)
async def put_acceptance(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], suggestion_id: FromPath[UUID]
) -> AcceptedView:
    """Yes: the suggested card comes up."""
    cue = await accept_suggestion(ctx, caller, room_id, suggestion_id)
    return AcceptedView(cue_id=cue.cue_id, at_ms=to_epoch_ms(cue.start_at))


@delete(SUGGESTION, opt=HOST, tags=TAGS, responses=problems(RoomEndedError, *REFUSALS))
async def delete_suggestion(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], suggestion_id: FromPath[UUID]
) -> None:
    """Not now."""
    await dismiss_suggestion(ctx, caller, room_id, suggestion_id)


@put(QUIET, opt=HOST, tags=TAGS, status_code=204, responses=problems(RoomEndedError, *REFUSALS))
async def put_quiet(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], product_id: FromPath[UUID]) -> None:
    """Take the platform's card of this product down, and leave it alone for five minutes."""
    await quiet_product(ctx, caller, room_id, ProductId(product_id))


@delete(QUIET, opt=HOST, tags=TAGS, responses=problems(RoomEndedError, *REFUSALS))
async def delete_quiet(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], product_id: FromPath[UUID]) -> None:
    """The product may come up again."""
    await speak_again(ctx, caller, room_id, ProductId(product_id))


def _read_lines(body: bytes) -> TranscriptInput:
    try:
        return _decode_lines(body)
    except msgspec.ValidationError as error:
        raise MalformedRequestError(detail=str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequestError(detail="no JSON") from error


routes = [
    get_surfacing,
    put_surfacing,
    post_transcript,
    put_acceptance,
    delete_suggestion,
    put_quiet,
    delete_quiet,
]
