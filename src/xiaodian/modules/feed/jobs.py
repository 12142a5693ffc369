"""What happens by time alone."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Job


def jobs(ctx: Context) -> list[Job]:
    """None yet."""
    return []
