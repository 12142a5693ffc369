"""How today's figures compare with those of other days up to the same time: pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from xiaodian.modules.insights.definitions import conversion
from xiaodian.modules.insights.sale_rules import hour_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Hour(NamedTuple):
    """A shop's hour, as the home page adds it up."""

    gmv_minor: int = 0
    orders_paid: int = 0
    buyers: int = 0
    viewers: int = 0
    seen_buyers: int = 0
    """Of the day's buyers those who also came into one of the shop's own rooms on it."""
    refunded_minor: int = 0

    def plus(self, other: "Hour") -> "Hour":
        """The sum."""
        return Hour(*(a + b for a, b in zip(self, other, strict=True)))

    def part(self, of_one: float) -> "Hour":
        """Of an hour that has not passed yet on the day that is compared with: as much as has passed."""
        return Hour(*(round(each * of_one) for each in self))


def day_start(moment: datetime, utc_offset_h: int) -> datetime:
    """The first moment of the books' day."""
    local = moment.astimezone(timezone(timedelta(hours=utc_offset_h)))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def spans(now: datetime, utc_offset_h: int) -> list[tuple[datetime, datetime]]:
    """The days to compare, each up to the hour under way: today, yesterday, last week's."""
    start = day_start(now, utc_offset_h)
    end = hour_of(now) + HOUR
    return [(start - back, end - back) for back in (timedelta(0), DAY, WEEK)]


def sum_until(hours: Iterable[tuple[datetime, Hour]], span: tuple[datetime, datetime], passed: float) -> Hour:
    """The sum of a span; of its last hour only so much as has passed of the hour under way."""
    total = Hour()
    for hour, counted in hours:
        if span[0] <= hour < span[1]:
            total = total.plus(counted.part(passed) if hour == span[1] - HOUR else counted)
    return total


def line_of(hours: Sequence[tuple[datetime, Hour]], span: tuple[datetime, datetime]) -> list[Hour]:
    """The span hour by hour, without gaps."""
    known = dict(hours)
    count = round((span[1] - span[0]) / HOUR)
    return [known.get(span[0] + number * HOUR, Hour()) for number in range(count)]


def visitor_conversion(hour: Hour) -> float | None:
    """What part of the day's viewers bought."""
    return conversion(hour.seen_buyers, hour.viewers)
