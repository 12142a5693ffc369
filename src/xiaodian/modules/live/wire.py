"""What the routes of live take and give."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.accounts import Account
from xiaodian.contracts.base import Contract, Input
from xiaodian.contracts.live import AnyMoment, CueWhy, RoomState, Tick

Title = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
# Only pictures that were uploaded here: a foreign address could spy on viewers, and our pages would not show it.
CoverUrl = Annotated[str, Meta(pattern=r"^/media/pictures/[A-Za-z0-9._-]{1,200}(?![\s\S])")]
PlannedMs = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]
"""When the host means to begin, in epoch ms."""
MAX_LIKES_AT_ONCE = 50


class RoomInput(Input, frozen=True, kw_only=True):
    """A new room."""

    title: Title
    cover_url: CoverUrl | None = None
    planned_at_ms: PlannedMs | None = None


class RoomPatch(Input, frozen=True, kw_only=True):
    """What to change of a room."""

    title: Title | UnsetType = UNSET
    cover_url: CoverUrl | UnsetType | None = UNSET
    planned_at_ms: PlannedMs | UnsetType | None = UNSET


class CommentInput(Input, frozen=True, kw_only=True):
    """A comment. Its length is checked after control characters are gone."""

    text: str


class CommentPosted(Contract, frozen=True, kw_only=True):
    """The comment is in the room's log."""

    comment_id: UUID


class LikesInput(Input, frozen=True, kw_only=True):
    """Likes given since the last time."""

    count: Annotated[int, Meta(ge=1, le=MAX_LIKES_AT_ONCE)]


class BagInput(Input, frozen=True, kw_only=True):
    """The products of the bag, in order."""

    product_ids: list[UUID]


class FeaturedInput(Input, frozen=True, kw_only=True):
    """The product to hold up, and the moment of the picture in epoch ms; now, if not given."""

    product_id: UUID
    at_ms: int | None = None


class FeaturedView(Contract, frozen=True, kw_only=True):
    """The cue that is on show."""

    cue_id: UUID
    at_ms: int


class PriceInput(Input, frozen=True, kw_only=True):
    """A price in minor units."""

    price_minor: int


class StockInput(Input, frozen=True, kw_only=True):
    """How many can be bought."""

    available: int


class PinInput(Input, frozen=True, kw_only=True):
    """The comment to pin."""

    comment_id: UUID


class MutedList(Contract, frozen=True, kw_only=True):
    """Who is muted in a room, the latest first."""

    items: list[Account]


class RoomCard(Contract, frozen=True, kw_only=True):
    """A room in a list."""

    room_id: UUID
    title: str
    cover_url: str | None
    host: Account
    state: RoomState
    online: int
    planned_at_ms: int | None
    started_at_ms: int | None
    ended_at_ms: int | None


class RoomView(Contract, frozen=True, kw_only=True):
    """A room; `server_now_ms` lets clients set their clock.

    `interrupted_until_ms`: the picture is lost, and if it is not back by then the room ends; null while it is there.
    """

    room_id: UUID
    title: str
    cover_url: str | None
    host: Account
    shop_id: UUID | None
    club_word: str | None
    """On the badges of the shop's fan club; null if it has none."""
    state: RoomState
    planned_at_ms: int | None
    started_at_ms: int | None
    ended_at_ms: int | None
    duration_ms: int | None
    interrupted_until_ms: int | None
    playback_url: str
    gateway_url: str
    server_now_ms: int


class Cue(Contract, frozen=True, kw_only=True):
    """A product was on show from `start_ms` to `end_ms` (null: still is), in media time (epoch ms).

    `why`: the platform put it up, and this is why; null: the host did it by hand.
    """

    cue_id: UUID
    product_id: UUID
    start_ms: int
    end_ms: int | None
    why: CueWhy | None


class CueList(Contract, frozen=True, kw_only=True):
    """The cues of a room in the order of the film."""

    items: list[Cue]


class Ticks(Contract, frozen=True, kw_only=True):
    """The ticks with moments of a slice, and the number to ask for next."""

    next: int
    ticks: list[Tick]


class ControlEntry(Contract, frozen=True, kw_only=True):
    """A numbered event of the room's log."""

    seq: int
    kind: str
    at_ms: int
    moment: AnyMoment


class ControlLog(Contract, frozen=True, kw_only=True):
    """A piece of the room's log; `next` is what to give as `after` for more, null at the end of the log."""

    items: list[ControlEntry]
    next: int | None


def encode_ticks(following: int, ticks: list[bytes]) -> bytes:
    """`Ticks` made of ticks that are encoded already, so that everybody gets the very same bytes."""
    return b'{"next":' + str(following).encode() + b',"ticks":[' + b",".join(ticks) + b"]}"


def kind_of(moment: AnyMoment) -> str:
    """The moment's tag on the wire."""
    return str(moment.__struct_config__.tag)
