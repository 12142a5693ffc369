"""Puts together what the routes of rooms answer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from litestar import Request

from xiaodian.contracts.accounts import Account
from xiaodian.contracts.live import RoomState
from xiaodian.edge.context import Context, gateway_of
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.paging import Page, encode_cursor
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.live import queries
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.rules import ON_AIR_STATES
from xiaodian.modules.live.wire import RoomCard, RoomView
from xiaodian.modules.media import api as media

ONLINE_IS_KNOWN_FOR = timedelta(seconds=30)


async def show_room(ctx: Context, connection: Connection, request: Request[Any, Any, Any], room: Room) -> RoomView:
    """A room with the addresses of its picture and its events."""
    started_at_ms = to_epoch_ms(room.started_at) if room.started_at else None
    ended_at_ms = to_epoch_ms(room.ended_at) if room.ended_at else None
    until = await _interrupted_until(connection, room)
    look = await queries.find_club_look(connection, room.shop_id) if room.shop_id else None
    return RoomView(
        room_id=room.room_id,
        title=room.title,
        cover_url=room.cover_url,
        host=await accounts.get_account(connection, room.host_id),
        shop_id=room.shop_id,
        club_word=look.word if look else None,
        state=room.state,
        planned_at_ms=to_epoch_ms(room.planned_at) if room.planned_at else None,
        started_at_ms=started_at_ms,
        ended_at_ms=ended_at_ms,
        duration_ms=ended_at_ms - started_at_ms if started_at_ms is not None and ended_at_ms is not None else None,
        interrupted_until_ms=to_epoch_ms(until) if until else None,
        playback_url=ctx.settings.public_url.rstrip("/") + media.playback_path(room.stream_id),
        gateway_url=f"{gateway_of(ctx.settings, request)}/live/{room.room_id}",
        server_now_ms=to_epoch_ms(utc_now()),
    )


async def show_page(connection: Connection, rooms: Sequence[Room], limit: int) -> Page[RoomCard]:
    """A page of cards, of rooms read with one more than the limit."""
    shown = rooms[:limit]
    hosts = await accounts.get_accounts(connection, list({room.host_id for room in shown}))
    cards = [_show_card(room, hosts[room.host_id]) for room in shown if room.host_id in hosts]
    return Page(items=cards, next_cursor=encode_cursor(shown[-1].room_id) if len(rooms) > limit else None)


async def _interrupted_until(connection: Connection, room: Room) -> datetime | None:
    """Asks the stream only where the room may be interrupted: the room hears of it a moment later than it happens."""
    if room.state not in ON_AIR_STATES:
        return None
    return await media.interrupted_until(connection, room.stream_id)


def _show_card(room: Room, host: Account) -> RoomCard:
    is_known = room.online_at is not None and utc_now() - room.online_at < ONLINE_IS_KNOWN_FOR
    return RoomCard(
        room_id=room.room_id,
        title=room.title,
        cover_url=room.cover_url,
        host=host,
        state=room.state,
        online=room.online if is_known and room.state is not RoomState.ENDED else 0,
        planned_at_ms=to_epoch_ms(room.planned_at) if room.planned_at else None,
        started_at_ms=to_epoch_ms(room.started_at) if room.started_at else None,
        ended_at_ms=to_epoch_ms(room.ended_at) if room.ended_at else None,
    )
