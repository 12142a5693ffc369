"""A room's time line: what its log, its visitors and its sales say of each stretch of time."""

from collections.abc import Iterable
from datetime import datetime

from xiaodian.contracts.insights import RoomMinute, RoomMinutes
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.insights import queries
from xiaodian.modules.insights.definitions import average
from xiaodian.modules.insights.log_rules import MINUTE_MS, Minute, carry_on
from xiaodian.modules.insights.queries import SaleSums
from xiaodian.modules.insights.service.eyes import Eyes
from xiaodian.modules.insights.visit_rules import VisitMinute

MAX_STRETCHES = 720
STEPS_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120)

Stretch = tuple[Minute, VisitMinute, SaleSums]
NOTHING: Stretch = (Minute(), VisitMinute(), SaleSums())


async def list_minutes(connection: Connection, eyes: Eyes, now: datetime, most: int = MAX_STRETCHES) -> RoomMinutes:
    """What happened while a room was on air, in minutes, or longer stretches if it was on air for long."""
    room = eyes.room
    if room.started_at is None:
        return RoomMinutes(step_s=MINUTE_MS // 1000, items=[])
    start_ms = to_epoch_ms(room.started_at) // MINUTE_MS * MINUTE_MS
    end_ms = to_epoch_ms(room.ended_at or now)
    step_ms = choose_step(end_ms - start_ms, most)
    stretches: dict[int, Stretch] = {}
    sales = await queries.list_sale_minutes(connection, room.room_id, eyes.shop_id)
    _gather(stretches, sales, start_ms, end_ms, step_ms)
    if eyes.sees_traffic:
        audience = await queries.find_audience(connection, room.room_id)
        logged = await queries.list_log_minutes(connection, room.room_id)
        _gather(stretches, carry_on(logged, audience, to_epoch_ms(now)).items(), start_ms, end_ms, step_ms)
        _gather(stretches, await queries.list_visit_minutes(connection, room.room_id), start_ms, end_ms, step_ms)
    items = [_to_minute(eyes, at_ms, stretch) for at_ms, stretch in sorted(stretches.items())]
    return RoomMinutes(step_s=step_ms // 1000, items=items)


def choose_step(length_ms: int, most: int = MAX_STRETCHES) -> int:
    """How long a stretch is, so that a room has no more of them than a chart can show."""
    for minutes in STEPS_MINUTES:
        if length_ms <= minutes * MINUTE_MS * most:
            return minutes * MINUTE_MS
    return STEPS_MINUTES[-1] * MINUTE_MS


def _gather(
    stretches: dict[int, Stretch],
    minutes: Iterable[tuple[int, Minute | VisitMinute | SaleSums]],
    start_ms: int,
    end_ms: int,
    step_ms: int,
) -> None:
    for at_ms, more in minutes:
        if start_ms <= at_ms <= end_ms:
            key = start_ms + (at_ms - start_ms) // step_ms * step_ms
            stretches[key] = _plus(stretches.get(key, NOTHING), more)


def _plus(stretch: Stretch, more: Minute | VisitMinute | SaleSums) -> Stretch:
    logged, visits, sales = stretch
    match more:
        case Minute():
            logged = logged.plus(more)
        case VisitMinute():
            visits = VisitMinute(*(a + b for a, b in zip(visits, more, strict=True)))
        case SaleSums():
            sales = SaleSums(*(a + b for a, b in zip(sales, more, strict=True)))
    return logged, visits, sales


def _to_minute(eyes: Eyes, at_ms: int, stretch: Stretch) -> RoomMinute:
    logged, visits, sales = stretch
    seen = eyes.sees_traffic
    return RoomMinute(
        at_ms=at_ms,
        online_max=logged.online_max if seen else None,
        online_average=average(logged.online_ms, logged.covered_ms) if seen else None,
        comments=logged.comments if seen else None,
        likes=logged.likes if seen else None,
        views=visits.views if seen else None,
        impressions=visits.impressions if seen else None,
        clicks=visits.clicks if seen else None,
        bag_opens=visits.bag_opens if seen else None,
        product_views=visits.product_views if seen else None,
        checkout_starts=visits.checkout_starts if seen else None,
        orders_placed=sales.orders_placed,
        orders_paid=sales.orders_paid,
        gmv_minor=eyes.money(sales.gmv_minor),
    )
