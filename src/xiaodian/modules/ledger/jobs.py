"""What happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.ledger.service.make_checkpoints import make_checkpoints


def jobs(ctx: Context) -> list[Job]:
    """Checkpoints of long accounts."""

    async def _make_checkpoints() -> None:
        await make_checkpoints(ctx.database)

    return [Job(name="ledger_make_checkpoints", period_s=60.0, run=_make_checkpoints)]
