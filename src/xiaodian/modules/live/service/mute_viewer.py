"""The host mutes a viewer in this room, or lets the viewer speak again."""

from xiaodian.contracts.accounts import Account, AccountId, Caller
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import MutedMoment, RoomId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.live.service.control import control, tell
from xiaodian.modules.live.service.pin_comment import unpin

MAX_LISTED = 200


async def mute_viewer(ctx: Context, caller: Caller, room_id: RoomId, account_id: AccountId) -> None:
    """Viewers drop what this account said, and it can say no more. Muting again does nothing.

    Raises InvalidInputError (oneself), NotFoundError, ForbiddenError, RoomEndedError.
    """
    if account_id == caller.account_id:
        raise InvalidInputError(field="account_id", reason="oneself")
    async with control(ctx, caller, room_id) as (connection, room):
        await accounts.get_account(connection, account_id)
        muted = await connection.fetchval(
            "INSERT INTO live.mute (room_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true",
            room_id,
            account_id,
        )
        if muted:
            now = utc_now()
            if room.pinned_account_id == account_id:
                await unpin(connection, room, now)
            await tell(connection, room_id, MutedMoment(at_ms=to_epoch_ms(now), account_id=account_id))


async def unmute_viewer(ctx: Context, caller: Caller, room_id: RoomId, account_id: AccountId) -> None:
    """The account may comment again; what was dropped stays dropped. Raises NotFoundError, ForbiddenError, …"""
    async with control(ctx, caller, room_id) as (connection, _):
        await connection.execute("DELETE FROM live.mute WHERE room_id = $1 AND account_id = $2", room_id, account_id)


async def list_muted(ctx: Context, caller: Caller, room_id: RoomId) -> list[Account]:
    """Who is muted in the room, the latest first; of absurdly many only the latest. Also once it has ended.

    Raises NotFoundError, ForbiddenError.
    """
    async with control(ctx, caller, room_id, even_if_ended=True) as (connection, _):
        rows = await connection.fetch(
            "SELECT account_id FROM live.mute WHERE room_id = $1 ORDER BY muted_at DESC, account_id LIMIT $2",
            room_id,
            MAX_LISTED,
        )
        account_ids = [AccountId(row["account_id"]) for row in rows]
        known = await accounts.get_accounts(connection, account_ids)
    return [known[account_id] for account_id in account_ids if account_id in known]
