"""Reactions: who is no more is forgotten."""

from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.payments.service.forget_person import erase


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""
    return [accounts.on_erasure(ctx, "payments", erase)]
