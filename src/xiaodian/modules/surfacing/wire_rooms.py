"""What the routes of surfacing in rooms take and give."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.base import Contract, Input, Text
from xiaodian.modules.surfacing.room_rules import MAX_LINE_CHARS, MAX_LINES_AT_ONCE, Mode

MAX_TRANSCRIPT_BYTES = 2 * 1024 * 1024
MAX_EPOCH_MS = 253_402_300_799_999
EpochMs = Annotated[int, Meta(ge=0, le=MAX_EPOCH_MS)]


class ModeInput(Input, frozen=True, kw_only=True):
    """Who puts cards up: `manual` the host alone, `suggest` the host when asked, `auto` the platform by itself."""

    mode: Mode


class TranscriptLine(Input, frozen=True, kw_only=True):
    """What was said, and when. Without `start_ms` its beginning is guessed; `line_id` lets it be sent again."""

    text: Annotated[Text, Meta(min_length=1, max_length=MAX_LINE_CHARS)]
    end_ms: EpochMs
    start_ms: EpochMs | None = None
    line_id: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+\Z")] | None = None


class TranscriptInput(Input, frozen=True, kw_only=True):
    """Lines of speech; times in ms since 1970 (`epoch`), or since the room went on air (`room`)."""

    lines: Annotated[list[TranscriptLine], Meta(min_length=1, max_length=MAX_LINES_AT_ONCE)]
    clock: Literal["epoch", "room"] = "epoch"


class TranscriptTaken(Contract, frozen=True, kw_only=True):
    """How many lines were new, and how many had come before."""

    taken: int
    known: int


class SuggestionView(Contract, frozen=True, kw_only=True):
    """The host is asked whether to put a product up. The reason is a text of the catalogue, area `surfacing`."""

    suggestion_id: UUID
    product_id: UUID
    code: str
    params: dict[str, str | int]
    confidence: float
    expires_at_ms: int


class QuietProduct(Contract, frozen=True, kw_only=True):
    """The platform leaves this product alone until then."""

    product_id: UUID
    until_ms: int


class SurfacingView(Contract, frozen=True, kw_only=True):
    """How cards come up in a room. `heard_at_ms`: up to which moment of the picture speech is known; null: none is."""

    mode: Mode
    suggestion: SuggestionView | None
    quiet: list[QuietProduct]
    heard_at_ms: int | None
    server_now_ms: int


class AcceptedView(Contract, frozen=True, kw_only=True):
    """The cue that is on show."""

    cue_id: UUID
    at_ms: int
