"""Today so far, beside yesterday and the same day last week up to the same time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.insights import ShopDay
from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.insights import queries
from xiaodian.modules.insights.day_rules import (
    DAY,
    HOUR,
    Hour,
    day_start,
    line_of,
    spans,
    sum_until,
    visitor_conversion,
)
from xiaodian.modules.insights.sale_rules import day_of, hour_of
from xiaodian.modules.insights.wire import Compared
from xiaodian.modules.live import api as live

MAX_ROOMS = 200
"""Of a shop's own rooms the newest so many are looked at for their visitors."""
MAX_DAYS = 92

Span = tuple[datetime, datetime]


async def compare_days(
    connection: Connection,
    shop_id: ShopId,
    now: datetime,
    utc_offset_h: int,
    *,
    orders: bool,
    rooms: bool,
    money: bool,
) -> list[Compared]:
    """The figures of the day that these rights may see."""
    days = spans(now, utc_offset_h)
    hours = sorted((await _get_hours(connection, shop_id, days, utc_offset_h)).items())
    passed = (now - hour_of(now)) / HOUR
    sums = [sum_until(hours, day, 1.0 if number == 0 else passed) for number, day in enumerate(days)]
    line = line_of(hours, days[0])

    def _compare(key: str, read: Callable[[Hour], float | None]) -> Compared:
        today, yesterday, last_week = (read(each) for each in sums)
        points = [read(hour) or 0 for hour in line]
        return Compared(key=key, today=today, yesterday=yesterday, last_week=last_week, hours=points)

    figures: list[Compared] = []
    if money:
        figures.append(_compare("gmv", lambda hour: hour.gmv_minor))
    if orders:
        figures.append(_compare("orders_paid", lambda hour: hour.orders_paid))
        figures.append(_compare("buyers", lambda hour: hour.buyers))
    if rooms:
        figures.append(_compare("viewers", lambda hour: hour.viewers))
    if rooms and orders:
        figures.append(_compare("visitor_conversion", visitor_conversion))
    if money:
        figures.append(_compare("refunded", lambda hour: hour.refunded_minor))
    return figures


async def list_days(
    connection: Connection, shop_id: ShopId, first: datetime, last: datetime, utc_offset_h: int
) -> list[ShopDay]:
    """A shop's days from that of `first` to that of `last`, the first first. Raises InvalidInputError."""
    span = day_start(first, utc_offset_h), day_start(last, utc_offset_h) + DAY
    count = round((span[1] - span[0]) / DAY)
    if not 0 < count <= MAX_DAYS:
        raise InvalidInputError(field="to", reason="out_of_range", max_days=MAX_DAYS)
    sales: dict[str, list[queries.HourSums]] = {}
    for hour in await queries.list_hours(connection, shop_id, [span]):
        sales.setdefault(day_of(hour.hour, utc_offset_h).isoformat(), []).append(hour)
    comers: dict[str, list[queries.Comers]] = {}
    for seen in await queries.list_comers(connection, await list_own_room_ids(connection, shop_id), [span]):
        comers.setdefault(day_of(seen.hour, utc_offset_h).isoformat(), []).append(seen)
    names = [day_of(span[0] + number * DAY, utc_offset_h).isoformat() for number in range(count)]
    return [_to_day(name, sales.get(name, []), comers.get(name, [])) for name in names]


async def _get_hours(
    connection: Connection, shop_id: ShopId, days: list[Span], utc_offset_h: int
) -> dict[datetime, Hour]:
    hours: dict[datetime, Hour] = {}
    for sold in await queries.list_hours(connection, shop_id, days):
        hours[sold.hour] = Hour(
            gmv_minor=sold.gmv_minor,
            orders_paid=sold.orders_paid,
            buyers=sold.buyers,
            refunded_minor=sold.refunded_minor,
        )
    room_ids = await list_own_room_ids(connection, shop_id)
    for seen in await queries.list_comers(connection, room_ids, days):
        hours[seen.hour] = hours.get(seen.hour, Hour()).plus(Hour(viewers=seen.viewers))
    dated = [(day_of(start, utc_offset_h), start, end) for start, end in days]
    for at, buyers in await queries.list_seen_buyers(connection, shop_id, room_ids, dated):
        hours[at] = hours.get(at, Hour()).plus(Hour(seen_buyers=buyers))
    return hours


async def list_own_room_ids(connection: Connection, shop_id: ShopId) -> list[RoomId]:
    """The shop's own rooms, the newest."""
    rooms = await live.list_rooms_of_shop(connection, shop_id, tuple(RoomState), MAX_ROOMS)
    return [room.room_id for room in rooms]


def _to_day(name: str, sales: list[queries.HourSums], comers: list[queries.Comers]) -> ShopDay:
    return ShopDay(
        day=name,
        orders_placed=sum(hour.orders_placed for hour in sales),
        orders_paid=sum(hour.orders_paid for hour in sales),
        buyers=sum(hour.buyers for hour in sales),
        pieces=sum(hour.pieces for hour in sales),
        gmv_minor=sum(hour.gmv_minor for hour in sales),
        returned_minor=sum(hour.returned_minor for hour in sales),
        refunds=sum(hour.refunds for hour in sales),
        refunded_minor=sum(hour.refunded_minor for hour in sales),
        viewers=sum(seen.viewers for seen in comers),
        views=sum(seen.views for seen in comers),
    )


def parse_days(first: str, last: str, utc_offset_h: int) -> tuple[datetime, datetime]:
    """Noon of two days of the books, from `2026-11-01`. Raises InvalidInputError."""
    moments: list[datetime] = []
    for field, text in (("from", first), ("to", last)):
        try:
            parsed = datetime.strptime(f"{text} 12:00 +0000", "%Y-%m-%d %H:%M %z")
            moments.append(parsed - timedelta(hours=utc_offset_h))
        except (ValueError, OverflowError) as error:
            raise InvalidInputError(field=field, reason="not_a_day") from error
    if not (2000 <= moments[0].year <= 2998 and 2000 <= moments[1].year <= 2998):
        raise InvalidInputError(field="from", reason="out_of_range")
    return moments[0], moments[1]
