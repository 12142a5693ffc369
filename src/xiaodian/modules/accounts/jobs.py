"""Scheduled work of accounts."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts.service.erase_account import tell_again
from xiaodian.modules.accounts.service.notices import forget_notices
from xiaodian.modules.accounts.service.sign_out import delete_expired_sessions

DELETE_EVERY_S = 3600.0
AGAIN_EVERY_S = 600.0


def jobs(ctx: Context) -> list[Job]:
    """Forget sessions that are over, and old notices."""

    async def _delete_expired_sessions() -> None:
        await delete_expired_sessions(ctx)

    async def _forget_notices() -> None:
        await forget_notices(ctx.database)

    async def _tell_again() -> None:
        await tell_again(ctx.database, utc_now())

    return [
        Job(name="accounts_tell_of_erased_again", period_s=AGAIN_EVERY_S, run=_tell_again),
        Job(name="accounts_delete_expired_sessions", period_s=DELETE_EVERY_S, run=_delete_expired_sessions),
        Job(name="accounts_forget_notices", period_s=DELETE_EVERY_S, run=_forget_notices),
    ]
