"""What operators did about rooms: to the host of one, and as a log to operators."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import ForbiddenError
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import made_at
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import report_queries
from xiaodian.modules.content.models import Ruling
from xiaodian.modules.content.service.show_reports import show_room
from xiaodian.modules.content.wire import LoggedRuling, RoomRuling
from xiaodian.modules.live import api as live


async def show_rulings_to_host(connection: Connection, caller: Caller, room_id: RoomId) -> list[RoomRuling]:
    """Of one's own room. Raises NotFoundError, ForbiddenError."""
    room = await live.get_room(connection, room_id)
    if room.host_id != caller.account_id:
        raise ForbiddenError
    return [_show(each) for each in await report_queries.list_rulings_of_room(connection, room_id)]


async def show_log(connection: Connection, rulings: Sequence[Ruling]) -> list[LoggedRuling]:
    """With the rooms, as they are now, and who decided."""
    rooms = await live.get_rooms(connection, {each.room_id for each in rulings})
    people = {room.host_id for room in rooms.values()} | {each.operator_id for each in rulings}
    known = await accounts.get_accounts(connection, list(people))
    shown = [(each, show_room(rooms.get(each.room_id), known)) for each in rulings]
    return [
        LoggedRuling(ruling=_show(each), room=room, operator=known.get(each.operator_id))
        for each, room in shown
        if room is not None
    ]


def _show(ruling: Ruling) -> RoomRuling:
    return RoomRuling(
        ruling_id=ruling.ruling_id,
        measure=ruling.measure,
        rule=ruling.rule,
        note=ruling.note,
        ruled_at=made_at(ruling.ruling_id),
    )
