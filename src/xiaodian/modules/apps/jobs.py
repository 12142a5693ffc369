"""Scheduled work of apps."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.apps.service.end_tokens import delete_old_tokens

DELETE_EVERY_S = 3600.0


def jobs(ctx: Context) -> list[Job]:
    """Forget tokens that are over."""

    async def _delete_old_tokens() -> None:
        await delete_old_tokens(ctx)

    return [Job(name="apps_delete_old_tokens", period_s=DELETE_EVERY_S, run=_delete_old_tokens)]
