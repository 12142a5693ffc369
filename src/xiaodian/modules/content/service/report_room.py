"""People say which rooms break the rules; operators see it beside what is said of films."""

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import ReportReason, RoomReported
from xiaodian.contracts.live import RoomId
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.ids import new_id
from xiaodian.modules.content import report_queries
from xiaodian.modules.content.video_rules import REPORTS_PER_HOUR
from xiaodian.modules.live import api as live
from xiaodian.modules.risk import api as risk


async def report_room(ctx: Context, account_id: AccountId, room_id: RoomId, reason: ReportReason, note: str) -> None:
    """Report a room; each account once. Raises NotFoundError, TooManyRequestsError."""
    await risk.take(ctx.database, REPORTS_PER_HOUR, str(account_id))
    async with ctx.database.transaction() as connection:
        await live.get_room(connection, room_id)
        status: str = await connection.execute(
            """
            INSERT INTO content.report (report_id, room_id, account_id, reason, note)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
            """,
            new_id(),
            room_id,
            account_id,
            reason,
            note.strip(),
        )
        if status == "INSERT 0 1":
            await outbox.emit(connection, RoomReported(room_id=room_id, account_id=account_id, reason=reason))
    await ctx.broker.poke(POKE)


async def dismiss_reports_of_room(ctx: Context, caller: Caller, room_id: RoomId) -> None:
    """What was reported of a room is no breach. Raises NotFoundError if nothing is reported."""
    async with ctx.database.transaction() as connection:
        if not await report_queries.decide_reports_of_room(connection, room_id, "dismissed", caller.account_id):
            raise NotFoundError
