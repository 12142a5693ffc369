"""What fans say on the wire."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, Input, Line, Text
from xiaodian.contracts.club import FanClubCard
from xiaodian.contracts.fans import FanCard, SegmentCode
from xiaodian.contracts.orders import OrderBehind
from xiaodian.modules.fans.wire_segments import OwnSegment

NOTE_CHARS = 500
MOST_NOTES = 100
TAG_CHARS = 20
MOST_TAGS = 10
MOST_DAYS = 3650
MOST_MINOR = 10_000_000_000
Days = Annotated[int, Meta(ge=1, le=MOST_DAYS)]


class FanNoteInput(Input, frozen=True, kw_only=True):
    """What to remember about a fan."""

    text: Annotated[Text, Meta(min_length=1, max_length=NOTE_CHARS)]


class FanTagsInput(Input, frozen=True, kw_only=True):
    """All tags that the fan shall have."""

    tags: Annotated[list[Annotated[Line, Meta(min_length=1, max_length=TAG_CHARS)]], Meta(max_length=MOST_TAGS)]


class FanNote(Contract, frozen=True, kw_only=True):
    """What somebody of the shop wrote down; the fan does not see it beside their picture."""

    note_id: UUID
    author_name: str
    text: str
    noted_at_ms: int


class FanOrder(Contract, frozen=True, kw_only=True):
    """An order of a fan."""

    order_id: UUID
    paid_at_ms: int
    gmv_minor: int
    returned_minor: int
    is_counted: bool
    """False: cancelled, or all of it was refunded."""
    source: str
    """`room`, `video` or `shop`."""
    room_id: UUID | None
    video_id: UUID | None
    coupon_id: UUID | None


class FanRoom(Contract, frozen=True, kw_only=True):
    """A room of the shop's host that a fan watched, or one in which they bought."""

    room_id: UUID
    title: str
    orders: int
    spent_minor: int
    views: int
    watch_s: int
    comments: int
    last_at_ms: int


class FanCategory(Contract, frozen=True, kw_only=True):
    """A kind of goods and in how many of a fan's orders it was."""

    category: str
    orders: int


class FanMove(Contract, frozen=True, kw_only=True):
    """From which segment to which, and when."""

    moved_on: str
    from_segment: SegmentCode | None
    to_segment: SegmentCode


class FanPage(Contract, frozen=True, kw_only=True):
    """All that a shop knows of a fan's dealings with it; no contact data, no other shop's sales."""

    fan: FanCard
    since_ms: int | None
    """When they first watched, followed or bought."""
    found_by: str | None
    """Where they were first seen or first bought, whichever came first: `room`, `video` or `shop`."""
    usual_hour: int | None
    """Of the day of the books, in which most orders were paid."""
    usual_pause_days: int | None
    """The median between one purchase and the next; None before the third."""
    views: int
    watch_s: int
    """In rooms and videos of the shop's host, while signed in."""
    comments: int
    """Said in those rooms, with those that were removed, and under those videos, without them."""
    likes: int
    """Of those videos; likes in rooms name nobody."""
    rooms_seen: int
    rooms_bought_in: int
    categories: list[FanCategory]
    rooms: list[FanRoom]
    coupons: list["FanCoupon"]
    """Coupons of the shop that were used, the latest first."""
    orders: list[FanOrder]
    """The newest first, at most so many as fit on a page."""
    moves: list[FanMove]
    """The newest first."""
    notes: list[FanNote]
    """The newest first."""
    club: FanClubCard | None
    """Null for who is no member of the shop's fan club."""


class FanCoupon(Contract, frozen=True, kw_only=True):
    """A coupon that a fan has bought with."""

    coupon_id: UUID
    title: str
    """What buyers read, or the code."""
    off_minor: int
    orders: int
    last_at_ms: int


class FanArrival(Contract, frozen=True, kw_only=True):
    """A fan with purchases who has come into a room."""

    account_id: AccountId
    name: str
    orders: int
    at_ms: int


class FanArrivals(Contract, frozen=True, kw_only=True):
    """Who has come lately, the latest first."""

    items: list[FanArrival]


class ReadySegment(Contract, frozen=True, kw_only=True):
    """A ready segment and how many are in it now."""

    segment: SegmentCode
    fans: int


class SegmentList(Contract, frozen=True, kw_only=True):
    """The ready segments, all of them, and those that the shop made itself."""

    items: list[ReadySegment]
    fans: int
    own: list[OwnSegment]


class ThresholdsView(Contract, frozen=True, kw_only=True):
    """What tells this shop's segments apart."""

    new_days: int
    """First bought within so many days: new."""
    slipping_days: int
    """Not bought for longer: slipping."""
    lost_days: int
    loyal_occasions: int
    big_spent_minor: int
    returner_bp: int
    """Of what was bought, in 1/10,000, that came back."""
    by_quantiles: bool
    """The shop's own orders set loyal, big, slipping and lost, once a day."""
    is_applied: bool
    """False: fans are being sorted anew by them, or their own orders have yet to say what is much."""


class ThresholdsInput(Input, frozen=True, kw_only=True):
    """The thresholds as they shall be."""

    new_days: Days
    slipping_days: Days
    lost_days: Days
    loyal_occasions: Annotated[int, Meta(ge=2, le=1000)]
    big_spent_minor: Annotated[int, Meta(ge=1, le=MOST_MINOR)]
    returner_bp: Annotated[int, Meta(ge=1, le=10_000)]
    by_quantiles: bool = False


class ReturnRate(Contract, frozen=True, kw_only=True):
    """How many came back within so many days, of those for whom so many days have passed."""

    within_days: int
    of: int
    came_back: int
    rate: float | None


class PauseBar(Contract, frozen=True, kw_only=True):
    """How many pauses were between so many days and so many."""

    from_days: int
    to_days: int | None
    """None: or longer."""
    pauses: int


class PauseFigures(Contract, frozen=True, kw_only=True):
    """Days between one purchase of a fan and the next."""

    pauses: int
    quarter_days: int | None
    """A quarter of them were no longer."""
    median_days: int | None
    three_quarters_days: int | None
    bars: list[PauseBar]
    """All of them by length, in bars of one width; the rare long ones share the last."""


class Returns(Contract, frozen=True, kw_only=True):
    """The orders with which fans came back, the newest first: one of each, of those whom a repurchase rate counts."""

    first: str
    last: str
    within_days: int
    of: int
    """Who first bought in these days, so many days ago or more."""
    orders: int
    currency: str
    items: list[OrderBehind]
    next_cursor: str | None


class Repurchase(Contract, frozen=True, kw_only=True):
    """What became of those who bought for the first time in these days of the books."""

    first: str
    last: str
    fans: int
    rates: list[ReturnRate]
    once: int
    """Of them, bought once so far."""
    once_share: float | None
    pauses: PauseFigures
    """That ended in the months of these days."""
    lifetime_minor: int | None
    """Spent per fan up to now, of those who first bought in the whole months of these days."""


class RepurchaseReport(Contract, frozen=True, kw_only=True):
    """One period, or two side by side."""

    today: str
    period: Repurchase
    compared: Repurchase | None


class CohortCell(Contract, frozen=True, kw_only=True):
    """A month of a cohort's life; age 0 is the month of the first purchase."""

    age: int
    buyers: int
    share: float
    orders: int
    gmv_minor: int
    returned_minor: int
    is_partial: bool
    """The month is not over."""


class Cohort(Contract, frozen=True, kw_only=True):
    """Those who bought for the first time in a month (`2026-11`)."""

    first_month: str
    fans: int
    cells: list[CohortCell]


class CohortList(Contract, frozen=True, kw_only=True):
    """The triangle, the newest cohort last."""

    items: list[Cohort]


class Bringer(Contract, frozen=True, kw_only=True):
    """A product, room, video or source, and how many of those who bought by it came back."""

    key: str
    """An id, or of sources `room`, `video`, `shop`."""
    title: str
    orders: int
    firsts: int
    """Of the orders, those that were somebody's first."""
    rates: list[ReturnRate]


class BringerList(Contract, frozen=True, kw_only=True):
    """Those with the most orders first."""

    items: list[Bringer]
