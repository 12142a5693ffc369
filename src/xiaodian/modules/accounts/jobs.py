"""Scheduled work of accounts."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.accounts.service.sign_out import delete_expired_sessions

DELETE_EVERY_S = 3600.0


def jobs(ctx: Context) -> list[Job]:
    """Forget sessions that are over."""

    async def _delete_expired_sessions() -> None:
        await delete_expired_sessions(ctx)

    return [Job(name="accounts_delete_expired_sessions", period_s=DELETE_EVERY_S, run=_delete_expired_sessions)]
