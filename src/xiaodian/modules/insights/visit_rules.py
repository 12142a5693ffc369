"""From what visitors' pages tell to sums: pure."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import WATCH_PIECE_S, BehaviourKind
from xiaodian.contracts.live import RoomId
from xiaodian.modules.insights.sale_rules import minute_of
from xiaodian.modules.insights.sampling import ALONE

LIVE_IS_WITHIN = timedelta(minutes=2)
"""A picture further behind is a replay: what is done then belongs to the minute of its doing, not of the picture."""

STEPS: dict[BehaviourKind, int] = {
    BehaviourKind.ENTERED: 1,
    BehaviourKind.CARD_SHOWN: 2,
    BehaviourKind.CARD_CLICKED: 4,
    BehaviourKind.BAG_OPENED: 8,
    BehaviourKind.PRODUCT_VIEWED: 16,
    BehaviourKind.CHECKOUT_STARTED: 32,
    BehaviourKind.SEEN: 64,
}
"""A bit for each step that a viewer took in a room at least once."""

LONG_ENOUGH_S = 60
"""Who watched for so long has not only looked in."""
SLOT = timedelta(seconds=10)
"""Who watches now is counted by when their page last said so, in slots of this length."""
HEARD_WITHIN = timedelta(seconds=WATCH_PIECE_S + 2)
"""A page that watches says so again within this time; one that does not is gone."""


class Act(NamedTuple):
    """A row of insights.behaviour."""

    at: datetime
    report_id: UUID
    number: int
    kind: str
    viewer_id: UUID
    account_id: AccountId | None
    room_id: RoomId | None
    video_id: VideoId | None
    """A room or a video."""
    product_id: ProductId | None
    media_at: datetime | None
    """Of a room's picture."""
    media_at_ms: int | None
    """Of a video, from its start."""
    watch_s: int
    weight: int
    """For how many viewers the row stands (see sampling.py)."""
    is_shared: bool
    """Who did it came by a link that somebody handed on."""


class Viewer(NamedTuple):
    """What one viewer did in one room."""

    steps: int = 0
    visits: int = 0
    watch_s: int = 0
    entered_at: datetime | None = None
    """When the viewer first entered; word of an earlier visit may come later."""
    told_at: datetime | None = None
    """When the page last told of watching."""
    goes_on: bool = False
    """And whether the picture went on moving then."""


class Visit(NamedTuple):
    """A room: visits and seconds, and how many different viewers took each step (in the order of STEPS)."""

    views: int = 0
    watch_s: int = 0
    viewers: int = 0
    saw_card: int = 0
    clicked: int = 0
    opened_bag: int = 0
    viewed_product: int = 0
    started_checkout: int = 0
    saw: int = 0
    """In a feed; who only saw it is no viewer."""
    watched_minute: int = 0
    """Stayed for a minute in all; not a step of STEPS."""
    sampled_acts: int = 0
    """Told while not of everybody rows were kept."""
    sampled_rows: int = 0
    """So many of these have rows."""


class VisitMinute(NamedTuple):
    """A minute of a room; its viewers are those who were never there before."""

    views: int = 0
    viewers: int = 0
    impressions: int = 0
    clicks: int = 0
    bag_opens: int = 0
    product_views: int = 0
    checkout_starts: int = 0
    watch_s: int = 0


class Watching(NamedTuple):
    """Who watches now and said so last within one slot."""

    viewers: int = 0
    into_ms: int = 0
    """From the slot's beginning to when each of them said so, summed."""


class ProductVisit(NamedTuple):
    """A product in a room."""

    impressions: int = 0
    clicks: int = 0
    product_views: int = 0
    checkout_starts: int = 0


ViewerKey = tuple[RoomId, UUID]

_OF_MINUTE: dict[BehaviourKind, VisitMinute] = {
    BehaviourKind.SEEN: VisitMinute(),
    BehaviourKind.ENTERED: VisitMinute(views=1),
    BehaviourKind.WATCHED: VisitMinute(),
    BehaviourKind.LEFT: VisitMinute(),
    BehaviourKind.CARD_SHOWN: VisitMinute(impressions=1),
    BehaviourKind.CARD_CLICKED: VisitMinute(clicks=1),
    BehaviourKind.BAG_OPENED: VisitMinute(bag_opens=1),
    BehaviourKind.PRODUCT_VIEWED: VisitMinute(product_views=1),
    BehaviourKind.CHECKOUT_STARTED: VisitMinute(checkout_starts=1),
}
_OF_PRODUCT: dict[BehaviourKind, ProductVisit] = {
    BehaviourKind.CARD_SHOWN: ProductVisit(impressions=1),
    BehaviourKind.CARD_CLICKED: ProductVisit(clicks=1),
    BehaviourKind.PRODUCT_VIEWED: ProductVisit(product_views=1),
    BehaviourKind.CHECKOUT_STARTED: ProductVisit(checkout_starts=1),
}


class VisitTally:
    """Sums of acts, given what is known of the viewers before."""

    def __init__(self, viewers: dict[ViewerKey, Viewer]) -> None:
        self.viewers = viewers
        self.rooms: dict[RoomId, Visit] = {}
        self.minutes: dict[tuple[RoomId, datetime], VisitMinute] = {}
        self.products: dict[tuple[RoomId, ProductId], ProductVisit] = {}
        self.accounts: dict[tuple[RoomId, AccountId], datetime] = {}
        """Who was there signed in, and when first: some sign in once they want to buy."""
        self.watching: dict[tuple[RoomId, datetime], Watching] = {}

    def take(self, act: Act) -> None:
        """Count an act in a room."""
        assert act.room_id is not None
        kind = BehaviourKind(act.kind)
        moment = moment_of(act)
        step = STEPS.get(kind, 0)
        is_visit = kind is BehaviourKind.ENTERED
        key = act.room_id, act.viewer_id
        before = self.viewers.get(key, Viewer())
        self.viewers[key] = Viewer(
            before.steps | step,
            before.visits + is_visit,
            before.watch_s + act.watch_s,
            self._note_entrance(act.room_id, before.entered_at, moment) if is_visit else before.entered_at,
            *self._note_watching(act.room_id, before, act),
        )
        firsts = (int(step == bit and not before.steps & bit) for bit in STEPS.values())
        stayed = before.watch_s < LONG_ENOUGH_S <= before.watch_s + act.watch_s
        sampled = int(act.weight != ALONE), int(act.weight > ALONE)
        self._add_to_room(act.room_id, Visit._make((int(is_visit), act.watch_s, *firsts, int(stayed), *sampled)))
        if act.account_id is not None and kind is not BehaviourKind.SEEN:
            account = act.room_id, act.account_id
            self.accounts[account] = min(self.accounts.get(account, moment), moment)
        self._add_to_minute(act.room_id, moment, _OF_MINUTE[kind]._replace(watch_s=act.watch_s))
        if act.product_id is not None and kind in _OF_PRODUCT:
            of = act.room_id, act.product_id
            self.products[of] = ProductVisit(*_sum(self.products.get(of, ProductVisit()), _OF_PRODUCT[kind]))

    def _note_entrance(self, room_id: RoomId, known: datetime | None, moment: datetime) -> datetime:
        """A viewer counts in the minute of the first visit, whichever visit is told first."""
        if known is not None and known <= moment:
            return known
        if known is not None:
            self._add_to_minute(room_id, known, VisitMinute(viewers=-1))
        self._add_to_minute(room_id, moment, VisitMinute(viewers=1))
        return moment

    def _note_watching(self, room_id: RoomId, before: Viewer, act: Act) -> tuple[datetime | None, bool]:
        """The latest word of watching holds, in whichever order words come."""
        known = before.told_at, before.goes_on
        if act.kind != BehaviourKind.WATCHED:
            return known
        word = act.at, act.watch_s == 0 or act.watch_s >= WATCH_PIECE_S
        if before.told_at is not None and (before.told_at, before.goes_on) >= word:
            return known
        if before.told_at is not None and before.goes_on:
            self._add_watching(room_id, before.told_at, -1)
        if word[1]:
            self._add_watching(room_id, act.at, 1)
        return word

    def _add_watching(self, room_id: RoomId, at: datetime, viewers: int) -> None:
        since = slot_of(at)
        into_ms = (at - since) // timedelta(milliseconds=1)
        key = room_id, since
        self.watching[key] = Watching(*_sum(self.watching.get(key, Watching()), (viewers, viewers * into_ms)))

    def _add_to_room(self, room_id: RoomId, visit: Visit) -> None:
        self.rooms[room_id] = Visit(*_sum(self.rooms.get(room_id, Visit()), visit))

    def _add_to_minute(self, room_id: RoomId, moment: datetime, visit: VisitMinute) -> None:
        key = room_id, minute_of(moment)
        self.minutes[key] = VisitMinute(*_sum(self.minutes.get(key, VisitMinute()), visit))


def moment_of(act: Act) -> datetime:
    """When it counts: of a live room, the moment of the picture, as everything in a room does."""
    if act.media_at is not None and abs(act.at - act.media_at) <= LIVE_IS_WITHIN:
        return act.media_at
    return act.at


def slot_of(at: datetime) -> datetime:
    """When the slot of a moment begins."""
    return at - (at - datetime.min.replace(tzinfo=at.tzinfo)) % SLOT


def _sum(one: tuple[int, ...], other: tuple[int, ...]) -> list[int]:
    return [a + b for a, b in zip(one, other, strict=True)]
