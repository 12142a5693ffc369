"""Who comes back: rates, cohorts, pauses, and what brings people back. All are sums over cells."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.fans.count_sql import BACK, WITHIN_DAYS
from xiaodian.modules.fans.definitions import share
from xiaodian.modules.fans.pause_rules import describe_pauses
from xiaodian.modules.fans.wire import Bringer, Cohort, CohortCell, Repurchase, ReturnRate
from xiaodian.modules.live import api as live

Figures: TypeAlias = "Record | dict[str, Any]"
MOST_COHORTS = 36
MOST_DAYS = 1100
MOST_BRINGERS = 50
KINDS = ("product", "room", "video", "source")

_RATE_SUMS = ", ".join(
    f"coalesce(sum({{of}}) FILTER (WHERE {{at}} <= $4::date - {days}), 0)::bigint AS of_{days}, "
    f"coalesce(sum({back}) FILTER (WHERE {{at}} <= $4::date - {days}), 0)::bigint AS {back}"
    for days, back in zip(WITHIN_DAYS, BACK, strict=True)
)
_FIRST_DAYS = f"""
    SELECT coalesce(sum(fans), 0)::bigint AS fans, coalesce(sum(fans - back_ever), 0)::bigint AS once,
        {_RATE_SUMS.format(of="fans", at="day")}
    FROM fans.first_day WHERE shop_id = $1 AND day BETWEEN $2 AND $3
"""
# A month's orders are counted for a window once the window of its last day has passed.
_BRINGERS = f"""
    SELECT key, sum(orders)::bigint AS orders, sum(firsts)::bigint AS firsts,
        {_RATE_SUMS.format(of="orders", at="(month + interval '1 month - 1 day')::date")}
    FROM fans.bringer WHERE shop_id = $1 AND month BETWEEN date_trunc('month', $2::date) AND $3 AND kind = $5
    GROUP BY key HAVING sum(orders) > 0 ORDER BY sum(orders) DESC, key LIMIT $6
"""
_PAUSES = """
    SELECT days, sum(pauses)::bigint FROM fans.pause
    WHERE shop_id = $1 AND month BETWEEN date_trunc('month', $2::date) AND $3 GROUP BY days
"""
_LIFETIME = """
    SELECT sum(gmv_minor - returned_minor)::bigint, sum(buyers) FILTER (WHERE age = 0)::bigint FROM fans.cohort
    WHERE shop_id = $1 AND first_month >= $2 AND first_month + interval '1 month - 1 day' <= $3
"""
_COHORTS = """
    SELECT first_month, age, buyers, orders, gmv_minor, returned_minor FROM fans.cohort
    WHERE shop_id = $1 AND orders > 0 AND first_month > $2::date - make_interval(months => $3)
    ORDER BY first_month, age
"""


def parse_period(first: str, last: str) -> tuple[date, date]:
    """Two days of the books, from `2026-11-01`. Raises InvalidInputError."""
    days = []
    for field, text in (("from", first), ("to", last)):
        try:
            days.append(date.fromisoformat(text))
        except ValueError as error:
            raise InvalidInputError(field=field, reason="not_a_day") from error
    if not (2000 <= days[0].year <= 2998 and 2000 <= days[1].year <= 2998):
        raise InvalidInputError(field="from", reason="out_of_range")
    if days[0] > days[1] or days[1] - days[0] > timedelta(days=MOST_DAYS):
        raise InvalidInputError(field="to", reason="out_of_range")
    return days[0], days[1]


def last_days(today: date, days: int) -> tuple[date, date]:
    """The last so many days of the books, with today."""
    return today - timedelta(days=days - 1), today


def days_before(period: tuple[date, date]) -> tuple[date, date]:
    """As many days, just before."""
    first, last = period
    return first - (last - first) - timedelta(days=1), first - timedelta(days=1)


async def see_repurchase(connection: Connection, shop_id: ShopId, period: tuple[date, date], today: date) -> Repurchase:
    """What became of those who first bought in these days."""
    first, last = period
    row = await connection.fetchrow(_FIRST_DAYS, shop_id, first, last, today)
    pauses = [(row[0], row[1]) for row in await connection.fetch(_PAUSES, shop_id, first, last)]
    lifetime = await connection.fetchrow(_LIFETIME, shop_id, first, last)
    assert row is not None
    assert lifetime is not None
    return to_repurchase(period, row, pauses, (lifetime[0], lifetime[1]))


def to_repurchase(
    period: tuple[date, date],
    row: Figures,
    pauses: Sequence[tuple[int, int]],
    lifetime: tuple[int | None, int | None],
) -> Repurchase:
    """From the sums over fans, pauses by days, and what was spent by how many."""
    return Repurchase(
        first=period[0].isoformat(),
        last=period[1].isoformat(),
        fans=row["fans"],
        rates=_rates(row),
        once=row["once"],
        once_share=share(row["once"], row["fans"]),
        pauses=describe_pauses(pauses),
        lifetime_minor=(lifetime[0] or 0) // lifetime[1] if lifetime[1] else None,
    )


async def list_cohorts(connection: Connection, shop_id: ShopId, today: date) -> list[Cohort]:
    """The triangle by month of the first purchase, of the last three years."""
    return to_cohorts(await connection.fetch(_COHORTS, shop_id, today, MOST_COHORTS), today)


def to_cohorts(rows: Sequence[Figures], today: date) -> list[Cohort]:
    """From cells, by first month and age."""
    cohorts: dict[date, list[Figures]] = {}
    for row in rows:
        cohorts.setdefault(row["first_month"], []).append(row)
    return [_cohort(month, of_month, today) for month, of_month in cohorts.items()]


def _cohort(month: date, rows: list[Figures], today: date) -> Cohort:
    fans = next((row["buyers"] for row in rows if row["age"] == 0), 0)
    age_now = (today.year - month.year) * 12 + today.month - month.month
    return Cohort(
        first_month=f"{month:%Y-%m}",
        fans=fans,
        cells=[
            CohortCell(
                age=row["age"],
                buyers=row["buyers"],
                share=share(row["buyers"], fans) or 0.0,
                orders=row["orders"],
                gmv_minor=row["gmv_minor"],
                returned_minor=row["returned_minor"],
                is_partial=row["age"] == age_now,
            )
            for row in rows
        ],
    )


async def list_bringers(
    connection: Connection, shop_id: ShopId, kind: str, period: tuple[date, date], today: date
) -> list[Bringer]:
    """Products, rooms, videos or sources by which was bought in the months of these days, the most bought first."""
    rows = await connection.fetch(_BRINGERS, shop_id, *period, today, kind, MOST_BRINGERS)
    titles = await _titles(connection, kind, [row["key"] for row in rows])
    return [
        Bringer(
            key=row["key"],
            title=titles.get(row["key"], ""),
            orders=row["orders"],
            firsts=row["firsts"],
            rates=_rates(row),
        )
        for row in rows
    ]


async def _titles(connection: Connection, kind: str, keys: Iterable[str]) -> dict[str, str]:
    if kind == "source":
        return {}
    ids = [UUID(key) for key in keys]
    if kind == "product":
        products = await catalog.get_products(connection, [ProductId(each) for each in ids])
        return {str(product.product_id): product.title for product in products}
    if kind == "room":
        rooms = await live.get_rooms(connection, [RoomId(each) for each in ids])
        return {str(room_id): room.title for room_id, room in rooms.items()}
    videos = await content.get_videos(connection, {VideoId(each) for each in ids})
    return {str(video_id): video.title for video_id, video in videos.items()}


def _rates(row: Figures) -> list[ReturnRate]:
    return [
        ReturnRate(
            within_days=days,
            of=row[f"of_{days}"],
            came_back=row[back],
            rate=share(row[back], row[f"of_{days}"]),
        )
        for days, back in zip(WITHIN_DAYS, BACK, strict=True)
    ]
