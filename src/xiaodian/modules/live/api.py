"""The door of live."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import CueInfo, RoomId, RoomInfo, RoomState
from xiaodian.contracts.media import PublishGrant, PublishRefusedError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.live import queries
from xiaodian.modules.live.fold import with_sku
from xiaodian.modules.live.follower import Follower
from xiaodian.modules.live.gateway.server import run_gateway
from xiaodian.modules.live.models import Cue, Room
from xiaodian.modules.live.on_air import find_stream_to_publish, list_on_air
from xiaodian.modules.live.process import LiveProcess
from xiaodian.modules.live.queries import (
    find_room_of_shop,
    get_bags,
    list_hosts_after,
    list_rooms_page_of_shop,
    list_shown_products,
    open_counters,
)
from xiaodian.modules.live.rules import ON_AIR_STATES, clean_comment
from xiaodian.modules.live.service import stop_room as stop
from xiaodian.modules.live.service.change_room import change_room
from xiaodian.modules.live.service.check_goods import check_goods, find_sellable
from xiaodian.modules.live.service.club import drop_club_look, set_club_look, tell_club
from xiaodian.modules.live.service.create_room import create_room
from xiaodian.modules.live.service.feature_by_platform import (
    CueRefusal,
    feature_by_platform,
    find_cue_refusal,
    take_down_by_platform,
)
from xiaodian.modules.live.service.feature_product import feature_product
from xiaodian.modules.live.service.move_room import move_room
from xiaodian.modules.live.service.personal_data import export, is_host
from xiaodian.modules.live.service.read_moments import (
    RoomMoment,
    list_erased_comments,
    read_moments,
    read_room,
    read_room_since,
)
from xiaodian.modules.live.service.replay_moments import list_replay_moments, set_replay_moments
from xiaodian.modules.live.service.set_bag import set_bag
from xiaodian.modules.live.service.set_live_price import set_live_price
from xiaodian.modules.live.service.show_bags import show_bags
from xiaodian.modules.live.service.show_goods import Placed, show_goods
from xiaodian.modules.live.service.tell_past import tell_past
from xiaodian.modules.live.service.unfeature_product import unfeature_product
from xiaodian.modules.live.ticks import Entry

__all__ = [
    "ON_AIR_STATES",
    "Cue",
    "CueRefusal",
    "Entry",
    "Follower",
    "LiveProcess",
    "Placed",
    "Room",
    "RoomGate",
    "RoomMoment",
    "change_room",
    "check_goods",
    "clean_comment",
    "create_room",
    "drop_club_look",
    "export",
    "feature_by_platform",
    "feature_product",
    "find_cue_refusal",
    "find_room_of_shop",
    "find_room_planned_for",
    "find_sellable",
    "get_bags",
    "get_room",
    "get_rooms",
    "hold_room",
    "is_host",
    "list_cues",
    "list_erased_comments",
    "list_hosts_after",
    "list_on_air",
    "list_replay_moments",
    "list_rooms_of_host",
    "list_rooms_of_shop",
    "list_rooms_page_of_shop",
    "list_rooms_to_come",
    "list_shown_products",
    "move_room",
    "open_counters",
    "read_moments",
    "read_room",
    "read_room_since",
    "run_gateway",
    "set_bag",
    "set_club_look",
    "set_live_price",
    "set_replay_moments",
    "show_bags",
    "show_goods",
    "stop_room",
    "take_down_by_platform",
    "tell_club",
    "tell_past",
    "unfeature_product",
    "with_sku",
]


async def get_room(connection: Connection, room_id: RoomId) -> RoomInfo:
    """What other modules may know of a room. Raises NotFoundError."""
    return _to_info(await queries.get_room(connection, room_id))


async def get_rooms(connection: Connection, room_ids: Collection[RoomId]) -> dict[RoomId, RoomInfo]:
    """Those of the rooms that exist, by id."""
    rooms = await queries.get_rooms(connection, room_ids)
    return {room_id: _to_info(room) for room_id, room in rooms.items()}


async def stop_room(connection: Connection, room_id: RoomId) -> RoomInfo:
    """The platform ends a room, whoever its host is; what it was before. Its stream is ended after the commit.

    Raises NotFoundError.
    """
    return _to_info(await stop.stop_room(connection, room_id))


async def hold_room(connection: Connection, room_id: RoomId) -> RoomInfo:
    """A room that does not move until the transaction ends; many may hold it at once. Raises NotFoundError."""
    return _to_info(await queries.hold_room(connection, room_id))


async def list_rooms_to_come(connection: Connection, since: datetime, until: datetime, limit: int) -> list[RoomInfo]:
    """Rooms that are planned for a moment after `since`, up to `until`, the nearest first."""
    return [_to_info(room) for room in await queries.list_rooms_to_come(connection, since, until, limit)]


async def find_room_planned_for(connection: Connection, host_id: AccountId, planned_at: datetime) -> RoomInfo | None:
    """The first room that its host planned for this moment, whatever became of it."""
    room = await queries.find_room_planned_for(connection, host_id, planned_at)
    return None if room is None else _to_info(room)


async def list_rooms_of_shop(
    connection: Connection, shop_id: ShopId, states: Collection[RoomState], limit: int
) -> list[RoomInfo]:
    """Rooms that a shop hosts itself, in one of these states, the newest first."""
    return [_to_info(room) for room in await queries.list_rooms_of_shop(connection, shop_id, states, limit)]


async def list_rooms_of_host(
    connection: Connection, host_id: AccountId, states: Collection[RoomState], *, before: UUID | None, limit: int
) -> list[RoomInfo]:
    """A host's rooms that viewers are shown, in one of these states, the newest first."""
    rooms = await queries.list_rooms_of(connection, host_id, states, before=before, limit=limit, only_listed=True)
    return [_to_info(room) for room in rooms]


async def list_cues(connection: Connection, room_id: RoomId) -> list[CueInfo]:
    """What was on show in a room, in the order of the film."""
    return [
        CueInfo(cue_id=cue.cue_id, product_id=cue.product_id, start_at=cue.start_at, end_at=cue.end_at, why=cue.why)
        for cue in await queries.list_cues(connection, room_id)
    ]


def _to_info(room: Room) -> RoomInfo:
    return RoomInfo(
        room_id=room.room_id,
        host_id=room.host_id,
        title=room.title,
        state=room.state,
        stream_id=room.stream_id,
        shop_id=room.shop_id,
        cover_url=room.cover_url,
        planned_at=room.planned_at,
        started_at=room.started_at,
        ended_at=room.ended_at,
        online=room.online if room.state in ON_AIR_STATES else 0,
    )


class RoomGate:
    """Lets a host publish into the room that is on air, else the one whose time is nearest. A PublishGate."""

    def __init__(self, ctx: Context) -> None:
        self._database = ctx.database

    async def stream_for(self, owner_id: AccountId) -> PublishGrant:
        """The stream to publish to. Raises PublishRefusedError, UnavailableError."""
        async with self._database.connection() as connection:
            stream_id = await find_stream_to_publish(connection, owner_id)
        if stream_id is None:
            raise PublishRefusedError
        return PublishGrant(stream_id=stream_id)
