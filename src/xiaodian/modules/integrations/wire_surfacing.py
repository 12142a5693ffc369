"""What is said in a room, and who puts cards up there, as the open API takes and shows it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.base import Contract, Input, Text
from xiaodian.modules.surfacing.api import MAX_LINE_CHARS, MAX_LINES_AT_ONCE, Mode

Moment = Annotated[datetime, Meta(tz=True)]


class NewLine(Input, frozen=True, kw_only=True):
    """What was said, and when it had been said. Without `start_at` its beginning is guessed."""

    text: Annotated[Text, Meta(min_length=1, max_length=MAX_LINE_CHARS)]
    end_at: Moment
    start_at: Moment | None = None
    line_id: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+\Z")] | None = None
    """Your name for it. Without one, a line is known again by its time and text."""


class NewTranscript(Input, frozen=True, kw_only=True):
    """Lines of speech, in any order."""

    lines: Annotated[list[NewLine], Meta(min_length=1, max_length=MAX_LINES_AT_ONCE)]


class TakenTranscript(Contract, frozen=True, kw_only=True):
    """How many lines were new, and how many had come before."""

    taken: int
    known: int


class NewSurfacing(Input, frozen=True, kw_only=True):
    """Who puts cards up: `manual` the host alone, `suggest` the host when asked, `auto` the platform by itself."""

    mode: Mode


class Suggestion(Contract, frozen=True, kw_only=True):
    """The host is asked whether to hold a product up."""

    id: UUID
    product_id: UUID
    code: str
    """Why, for programs."""
    params: dict[str, str | int]
    """What belongs to the code: words that were said, how many asked."""
    confidence: float
    expires_at: datetime


class Quiet(Contract, frozen=True, kw_only=True):
    """A product that the platform leaves alone for a while, as the host wished."""

    product_id: UUID
    until: datetime


class Surfacing(Contract, frozen=True, kw_only=True):
    """How cards come up in a room."""

    room_id: UUID
    mode: Mode
    suggestion: Suggestion | None
    quiet: list[Quiet]
    heard_at: datetime | None
    """Up to which moment of the picture speech is known."""
