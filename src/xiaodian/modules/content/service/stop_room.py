"""An operator ends a room that breaks the rules: its host is told which, and it is noted who did it."""

from xiaodian.contracts.accounts import Caller, Notice, NoticeKind
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.content import ReportReason, RoomMeasure
from xiaodian.contracts.live import RoomId, RoomInfo, RoomState
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import report_queries
from xiaodian.modules.live import api as live
from xiaodian.modules.media import api as media

_NOTICE_OF = {RoomMeasure.ENDED: NoticeKind.ROOM_STOPPED, RoomMeasure.WARNED: NoticeKind.ROOM_WARNED}


async def stop_room(ctx: Context, caller: Caller, room_id: RoomId, rule: ReportReason, note: str) -> None:
    """The room ends for everybody as when its host ends it, and its reports are decided; its host is told why.

    Of a room that is over already the host is told all the same, once for what is reported. Again changes nothing.
    Raises NotFoundError (also if nothing is reported of a room that was over), InvalidInputError.
    """
    said = note.strip()
    if rule is ReportReason.OTHER and not said:
        raise InvalidInputError(field="note", reason="empty")
    async with ctx.database.transaction() as connection:
        before = await live.stop_room(connection, room_id)
        measure = RoomMeasure.WARNED if before.state is RoomState.ENDED else RoomMeasure.ENDED
        decided = await report_queries.decide_reports_of_room(connection, room_id, measure, caller.account_id)
        is_new = measure is RoomMeasure.ENDED or decided > 0
        if is_new:
            await _note(connection, caller, before, measure, rule, said)
        elif not await report_queries.list_rulings_of_room(connection, room_id):
            raise NotFoundError
    await ctx.broker.poke(POKE)
    # Also when it was over already: a first try may have stopped half-way.
    await media.end_stream(ctx, before.stream_id)
    if is_new:
        await accounts.ring_bells(ctx, [before.host_id])


async def _note(
    connection: Connection, caller: Caller, room: RoomInfo, measure: RoomMeasure, rule: ReportReason, note: str
) -> None:
    await connection.execute(
        """
        INSERT INTO content.room_ruling (ruling_id, room_id, host_id, operator_id, measure, rule, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        new_id(),
        room.room_id,
        room.host_id,
        caller.account_id,
        measure,
        rule,
        note,
    )
    notice = Notice(
        account_id=room.host_id,
        kind=_NOTICE_OF[measure],
        params={"title": room.title, "rule": rule, "note": note},
        link=f"/console/rooms/{room.room_id}",
    )
    await accounts.give_notices(connection, [notice])
