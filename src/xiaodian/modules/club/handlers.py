"""Reactions: members rise by what they watch, buy and follow."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from xiaodian.contracts.base import Envelope
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.club.service import hear
from xiaodian.modules.club.service.personal_data import erase

Hearing = Callable[[Context, Sequence[Envelope], datetime], Awaitable[None]]


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to. Watching needs an inbox: the rest is looked up afresh."""

    def _hears(durable: str, event_types: tuple[str, ...], hearing: Hearing) -> Consumer:
        async def _handle(envelopes: Sequence[Envelope]) -> None:
            await hearing(ctx, envelopes, utc_now())

        return Consumer(durable=durable, event_types=event_types, handle=_handle)

    return [
        accounts.on_erasure(ctx, "club", erase),
        _hears(hear.HANDLER, ("BehaviourReported",), hear.hear_watching),
        _hears("club-orders", ("OrderPaid", "OrderCancelled", "OrderRefunded"), hear.hear_orders),
        _hears("club-follows", ("CreatorFollowed", "CreatorUnfollowed"), hear.hear_follows),
    ]
