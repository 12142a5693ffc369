"""What a fan's purchases say of the fan: pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple
from uuid import UUID

MOST_CATEGORIES = 5
MOST_ROOMS = 20
PAUSES_NEEDED = 2


class Purchase(NamedTuple):
    """A row of fans.purchase, as far as a fan's page reads it."""

    order_id: UUID
    paid_at: datetime
    day: date
    gmv_minor: int
    returned_minor: int
    is_counted: bool
    room_id: UUID | None
    video_id: UUID | None
    coupon_id: UUID | None
    categories: list[str]
    starts: bool

    @property
    def source(self) -> str:
        """What it was bought from."""
        return "room" if self.room_id is not None else "video" if self.video_id is not None else "shop"


class Visit(NamedTuple):
    """What a fan did in one room or with one video."""

    place_id: UUID
    is_room: bool
    first_at: datetime
    seen_at: datetime
    views: int
    watch_s: int
    comments: int
    is_shared: bool


class Found(NamedTuple):
    """How a fan came."""

    at: datetime
    by: str


class UsedCoupon(NamedTuple):
    """In how many purchases a coupon was used, and when last."""

    coupon_id: UUID
    orders: int
    last_at: datetime


class Bought(NamedTuple):
    """What was bought in one room."""

    orders: int
    spent_minor: int
    last_at: datetime


def usual_hour(purchases: Sequence[Purchase], utc_offset_h: int) -> int | None:
    """The hour of the books with the most purchases, told in UTC, the earliest of several."""
    hours = Counter((each.paid_at.hour + utc_offset_h) % 24 for each in purchases)
    return min(hours, key=lambda hour: (-hours[hour], hour)) if hours else None


def usual_pause(purchases: Sequence[Purchase]) -> int | None:
    """The median of the days between occasions."""
    days = sorted(each.day for each in purchases if each.starts)
    pauses = [(later - day).days for day, later in pairwise(days)]
    return median_low(pauses) if len(pauses) >= PAUSES_NEEDED else None


def favourite_categories(purchases: Sequence[Purchase]) -> list[tuple[str, int]]:
    """What is in most orders."""
    counts = Counter(category for each in purchases for category in each.categories)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_CATEGORIES]


def rooms_bought_in(purchases: Sequence[Purchase]) -> dict[UUID, Bought]:
    """By room, the last bought in first; purchases are given the newest first."""
    orders = Counter(each.room_id for each in purchases)
    spent: Counter[UUID | None] = Counter()
    last: dict[UUID | None, datetime] = {}
    for each in purchases:
        spent[each.room_id] += each.gmv_minor - each.returned_minor
        last.setdefault(each.room_id, each.paid_at)
    return {room_id: Bought(orders[room_id], spent[room_id], at) for room_id, at in last.items() if room_id is not None}


def how_found(first: Purchase | None, visits: Sequence[Visit]) -> Found | None:
    """Where they were seen first, or by whose link they came there; or where they bought first if that came first."""
    seen = [Found(each.first_at, "share" if each.is_shared else "room" if each.is_room else "video") for each in visits]
    bought = [] if first is None else [Found(first.paid_at, first.source)]
    return min(seen + bought, default=None)


def places_of_page(bought: dict[UUID, Bought], visits: Sequence[Visit]) -> list[UUID]:
    """The rooms that a page tells of: those last bought in, then those last seen."""
    places = dict.fromkeys(list(bought)[:MOST_ROOMS])
    places.update(dict.fromkeys([each.place_id for each in visits if each.is_room][:MOST_ROOMS]))
    return list(places)


def coupons_used(purchases: Sequence[Purchase]) -> list[UsedCoupon]:
    """Those of the shop, the one that was used last first."""
    used: dict[UUID, list[datetime]] = {}
    for each in purchases:
        if each.coupon_id is not None:
            used.setdefault(each.coupon_id, []).append(each.paid_at)
    found = [UsedCoupon(coupon_id, len(times), max(times)) for coupon_id, times in used.items()]
    return sorted(found, key=lambda each: each.last_at, reverse=True)
