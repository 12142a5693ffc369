"""Reactions to events."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer


def consumers(ctx: Context) -> list[Consumer]:
    """None yet."""
    return []
