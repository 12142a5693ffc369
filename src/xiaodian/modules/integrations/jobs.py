"""What happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job
from xiaodian.modules.integrations.service.answer_once import forget_answers


def jobs(ctx: Context) -> list[Job]:
    """Answers kept for retries are forgotten after a day."""

    async def _forget() -> None:
        await forget_answers(ctx)

    return [Job(name="integrations_forget_answers", period_s=300.0, run=_forget)]
