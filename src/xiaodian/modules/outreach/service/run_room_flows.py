"""Remind the members of a segment of each room that the shop plans: when it is announced, or so long before it begins.

Each is told of a room once, also where the flow speaks at both moments: then the second is for who has come into the
segment since. Who asked to be reminded of the room has a reminder of their own and is in neither group.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from xiaodian.contracts.fans import ConditionError
from xiaodian.contracts.live import RoomId, RoomInfo, RoomState
from xiaodian.contracts.outreach import Campaign, CampaignId, Trigger
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import made_at
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.outreach.queries import CAMPAIGN, to_campaign
from xiaodian.modules.outreach.rules import Bounds, last_loud, next_loud
from xiaodian.modules.outreach.service.audience import BEFORE_ALL, BUYERS, is_there, list_members
from xiaodian.modules.outreach.service.bounds import bounds_of
from xiaodian.modules.outreach.service.enlist import AT_ONCE, Occasion, enlist
from xiaodian.modules.outreach.service.occasions import GRACE, list_not_met

MOST_ROOMS = 100

_CALLED = """
    INSERT INTO outreach.called (campaign_id, room_id, is_soon, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""


class Call(NamedTuple):
    """A flow is to speak of a room now."""

    flow_id: CampaignId
    room_id: RoomId
    is_soon: bool


async def run_room_flows(records: Records, now: datetime) -> int:
    """Enlist the members of segments to whom rooms are due; answers how many are reached."""
    async with records.database.connection() as connection:
        rows = await connection.fetch(
            f"SELECT {CAMPAIGN} FROM outreach.campaign WHERE state = 'on' AND trigger = $1", Trigger.ROOM_PLANNED
        )
        calls = [call for row in rows for call in await _list_due(connection, records, to_campaign(row), now)]
    total = 0
    for call in calls:
        try:
            total += await _speak(records, call, now)
        except ConditionError:
            # The shop's segment takes too long to look through just now. Others' flows do not wait for it.
            continue
    return total


async def _list_due(connection: Connection, records: Records, flow: Campaign, now: datetime) -> list[Call]:
    rooms = await live.list_rooms_of_shop(connection, flow.shop_id, [RoomState.PLANNED], MOST_ROOMS)
    called = {
        (row["room_id"], row["is_soon"])
        for row in await connection.fetch(
            "SELECT room_id, is_soon FROM outreach.called WHERE campaign_id = $1 AND room_id = ANY($2::uuid[])",
            flow.campaign_id,
            [room.room_id for room in rooms],
        )
    }
    bounds = await bounds_of(connection, records.settings, flow.shop_id)
    return [
        Call(flow.campaign_id, room.room_id, is_soon)
        for room in rooms
        for is_soon in (False, True)
        if (room.room_id, is_soon) not in called and _is_due(flow, room, bounds, now, is_soon=is_soon)
    ]


def _is_due(flow: Campaign, room: RoomInfo, bounds: Bounds, now: datetime, *, is_soon: bool) -> bool:
    """A word that would come only when the room has begun, for the quiet hours, is not said."""
    if room.planned_at is None or next_loud(now, bounds) >= room.planned_at:
        return False
    if not is_soon:
        moment = made_at(room.room_id)
        return flow.at_announcement and max(flow.send_at, now - GRACE) < moment <= now
    if flow.minutes_before is None:
        return False
    moment = last_loud(room.planned_at - timedelta(minutes=flow.minutes_before), bounds)
    return max(flow.send_at, now - GRACE) < moment <= now


async def _speak(records: Records, call: Call, now: datetime) -> int:
    total, place = 0, BEFORE_ALL
    while True:
        async with records.database.transaction() as connection:
            row = await connection.fetchrow(
                f"SELECT {CAMPAIGN} FROM outreach.campaign WHERE campaign_id = $1 AND state = 'on' FOR SHARE",
                call.flow_id,
            )
            # Held as it is: it may have been called off, or have begun.
            room = await live.hold_room(connection, call.room_id)
            if row is None or room.state is not RoomState.PLANNED:
                return total
            flow = to_campaign(row)
            segment = flow.segment or BUYERS
            if not await is_there(connection, flow.shop_id, segment):
                return total
            members = await list_members(connection, records.settings, flow.shop_id, segment, place, AT_ONCE)
            asked = await content.list_who_asked(connection, call.room_id, members)
            found = [Occasion(member, f"room {call.room_id}") for member in members if member not in asked]
            bounds = await bounds_of(connection, records.settings, flow.shop_id)
            fresh = await list_not_met(connection, flow, found) if found else []
            total += await enlist(connection, flow, fresh, bounds, now)
            if len(members) < AT_ONCE:
                await connection.execute(_CALLED, *call, now)
                return total
            place = members[-1]
