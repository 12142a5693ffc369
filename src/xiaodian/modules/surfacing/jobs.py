"""What is done all the time: deciding in rooms."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Service
from xiaodian.modules.surfacing.service.run_rooms import run_rooms


def services(ctx: Context) -> list[Service]:
    """Decide in rooms, in every worker."""

    async def _decide() -> None:
        await run_rooms(ctx)

    return [Service(name="surfacing_rooms", run=_decide)]
