"""The board of a room on air: its figures now, beside those of the host's rooms before at the same minute."""

from datetime import datetime, timedelta

from xiaodian.contracts.insights import Board, RoomMetrics, RoomProduct
from xiaodian.contracts.live import RoomId, RoomInfo, RoomState
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.content import api as content
from xiaodian.modules.insights import board_queries
from xiaodian.modules.insights.board_queries import Visited
from xiaodian.modules.insights.board_rules import BOARD_STEPS, Reached, beside, figures_of, steps_of
from xiaodian.modules.insights.definitions import share
from xiaodian.modules.insights.service import see_room
from xiaodian.modules.insights.service.eyes import Eyes
from xiaodian.modules.insights.service.fan_shares import FanHistory, FanShares, get_fan_history
from xiaodian.modules.live import api as live

PAST_ROOMS = 10
MAX_PRODUCTS = 8
"""Told each time; all of them are looked up by who asks."""
_MINUTE = timedelta(minutes=1)

Figures = dict[str, float | None]


async def get_board(connection: Connection, eyes: Eyes, past: list[Figures], shares: FanShares, now: datetime) -> Board:
    """What a room has come to by now."""
    metrics = await see_room.get_metrics(connection, eyes, now, seen_buyers=shares.seen_buyers)
    products = await see_room.list_products(connection, eyes, now)
    return Board(
        room_id=eyes.room.room_id,
        title=eyes.room.title,
        state=eyes.room.state,
        at_ms=to_epoch_ms(now),
        started_at_ms=metrics.started_at_ms,
        is_whole=metrics.is_whole,
        currency=metrics.currency,
        online=eyes.room.online if eyes.sees_traffic else None,
        past_rooms=len(past),
        figures=beside(figures_of(await _reached(connection, eyes, metrics, shares, now)), past),
        steps=steps_of(metrics, BOARD_STEPS),
        products=sorted(products, key=brought, reverse=True)[:MAX_PRODUCTS],
        products_in_all=len(products),
    )


async def list_past(
    connection: Connection, eyes: Eyes, histories: dict[RoomId, FanHistory], now: datetime
) -> list[Figures]:
    """What the host's last rooms had come to when they had been on air for as long; shorter ones, at their end.

    A shop that looks at its own room compares it with its own rooms. `histories`: what is known already of the fans in
    these rooms; what is missing is added.
    """
    if eyes.room.started_at is None:
        return []
    elapsed = (eyes.room.ended_at or now) - eyes.room.started_at
    rooms = [room for room in await list_rooms_before(connection, eyes) if room.started_at and room.ended_at]
    spans = {
        room.room_id: (room.started_at, min(room.started_at + elapsed, room.ended_at))
        for room in rooms
        if room.started_at and room.ended_at
    }
    until = {room_id: end for room_id, (_, end) in spans.items()}
    sold = await board_queries.list_sold_until(connection, until, eyes.shop_id)
    came = await board_queries.list_visits_until(connection, until) if eyes.sees_traffic else {}
    fans = await content.count_new_fans(connection, eyes.room.host_id, list(spans.values()))
    past = []
    for room, new_fans in zip((room for room in rooms if room.room_id in spans), fans, strict=True):
        reached = Reached(eyes.money(sold[room.room_id][0]), *sold[room.room_id][1:], None, None, None)
        if (visited := came.get(room.room_id)) is not None:
            if room.room_id not in histories:
                histories[room.room_id] = await get_fan_history(connection, eyes._replace(room=room))
            reached = _with_visits(reached, visited, histories[room.room_id], until[room.room_id], new_fans)
        past.append(figures_of(reached))
    return past


def _with_visits(reached: Reached, visited: Visited, fans: FanHistory, until: datetime, new_fans: int) -> Reached:
    fans_came, fans_bought, buyers, seen_buyers = fans.until(until)
    return reached._replace(
        views=visited.views,
        viewers=visited.viewers,
        watch_s=visited.watch_s,
        new_fans=new_fans,
        fan_share_viewers=None if fans_came is None else share(fans_came, visited.viewers),
        fan_share_buyers=share(fans_bought, buyers),
        seen_buyers=seen_buyers,
    )


async def list_rooms_before(connection: Connection, eyes: Eyes) -> list[RoomInfo]:
    """The host's last rooms before this one, the newest first; to a shop that looks at its own room, its own."""
    rooms = await live.list_rooms_of_host(
        connection, eyes.room.host_id, [RoomState.ENDED], before=eyes.room.room_id, limit=PAST_ROOMS
    )
    is_own = eyes.shop_id is not None and eyes.sees_traffic
    return [room for room in rooms if not is_own or room.shop_id == eyes.shop_id]


async def _reached(
    connection: Connection, eyes: Eyes, metrics: RoomMetrics, shares: FanShares, now: datetime
) -> Reached:
    traffic, started_at = metrics.traffic, eyes.room.started_at
    new_fans = None
    if traffic is not None and started_at is not None:
        span = (started_at, eyes.room.ended_at or now + _MINUTE)  # Clocks differ; nobody follows in the future.
        [new_fans] = await content.count_new_fans(connection, eyes.room.host_id, [span])
    return Reached(
        metrics.sums.gmv_minor,
        metrics.sums.orders_paid,
        metrics.buyers_paid,
        traffic.views if traffic else None,
        traffic.viewers if traffic else None,
        new_fans,
        traffic.watch_s if traffic else None,
        shares.of_viewers,
        shares.of_buyers,
        shares.seen_buyers,
    )


def brought(product: RoomProduct) -> tuple[int, int, int]:
    """By what a product brought, to sort by."""
    return product.gmv_minor or 0, product.orders_paid, product.clicks
