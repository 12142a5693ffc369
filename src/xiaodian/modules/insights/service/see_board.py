"""The board of a room on air: its figures now, beside those of the host's rooms before at the same minute."""

from datetime import datetime, timedelta
from typing import NamedTuple

from xiaodian.contracts.insights import Board, BoardFigure, RoomMetrics, RoomProduct
from xiaodian.contracts.live import RoomInfo, RoomState
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.content import api as content
from xiaodian.modules.insights import board_queries, queries
from xiaodian.modules.insights.board_rules import BOARD_STEPS, Reached, beside, figures_of, steps_of
from xiaodian.modules.insights.definitions import share
from xiaodian.modules.insights.service import see_room
from xiaodian.modules.insights.service.eyes import Eyes
from xiaodian.modules.live import api as live

PAST_ROOMS = 10
MAX_PRODUCTS = 8
_MINUTE = timedelta(minutes=1)

Figures = dict[str, float | None]


class FanShares(NamedTuple):
    """What part of viewers and of buyers follow the host."""

    of_viewers: float | None = None
    of_buyers: float | None = None


async def get_board(connection: Connection, eyes: Eyes, past: list[Figures], shares: FanShares, now: datetime) -> Board:
    """What a room has come to by now."""
    metrics = await see_room.get_metrics(connection, eyes, now)
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
        figures=[
            *beside(figures_of(await _reached(connection, eyes, metrics, now)), past),
            _alone("watch_average", metrics.watch_average_s),
            _alone("fan_share_viewers", shares.of_viewers),
            _alone("fan_share_buyers", shares.of_buyers),
        ],
        steps=steps_of(metrics, BOARD_STEPS),
        products=sorted(products, key=brought, reverse=True)[:MAX_PRODUCTS],
    )


async def list_past(connection: Connection, eyes: Eyes, now: datetime) -> list[Figures]:
    """What the host's last rooms had come to when they had been on air for as long; shorter ones, at their end.

    A shop that looks at its own room compares it with its own rooms.
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
    for room_id, new_fans in zip(spans, fans, strict=True):
        gmv_minor, orders_paid, buyers = sold[room_id]
        views, viewers = came.get(room_id, (None, None))
        new = new_fans if eyes.sees_traffic else None
        past.append(figures_of(Reached(eyes.money(gmv_minor), orders_paid, buyers, views, viewers, new)))
    return past


async def get_fan_shares(connection: Connection, eyes: Eyes) -> FanShares:
    """What part of those who came and bought follow the host; nothing to a shop whose room it is not."""
    if not eyes.sees_traffic:
        return FanShares()
    room_id, host_id = eyes.room.room_id, eyes.room.host_id
    came = await board_queries.list_accounts(connection, room_id)
    bought = await board_queries.list_buyers(connection, room_id, eyes.shop_id)
    viewers = (await queries.get_visit(connection, room_id)).viewers
    return FanShares(
        share(await content.count_fans_among(connection, host_id, came), viewers),
        share(await content.count_fans_among(connection, host_id, bought), len(bought)),
    )


async def list_rooms_before(connection: Connection, eyes: Eyes) -> list[RoomInfo]:
    """The host's last rooms before this one, the newest first; to a shop that looks at its own room, its own."""
    rooms = await live.list_rooms_of_host(
        connection, eyes.room.host_id, [RoomState.ENDED], before=eyes.room.room_id, limit=PAST_ROOMS
    )
    is_own = eyes.shop_id is not None and eyes.sees_traffic
    return [room for room in rooms if not is_own or room.shop_id == eyes.shop_id]


async def _reached(connection: Connection, eyes: Eyes, metrics: RoomMetrics, now: datetime) -> Reached:
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
    )


def _alone(key: str, value: float | None) -> BoardFigure:
    return BoardFigure(key=key, now=value, median=None, best=None)


def brought(product: RoomProduct) -> tuple[int, int, int]:
    """By what a product brought, to sort by."""
    return product.gmv_minor or 0, product.orders_paid, product.clicks
