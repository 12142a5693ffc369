"""Reactions: a completed order is due to be settled."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.orders import OrderCompleted, OrderId
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer, first_time
from xiaodian.kit.clock import utc_now
from xiaodian.modules.settlement.service.settle_orders import note_due

_decode_completed = msgspec.json.Decoder(OrderCompleted).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""

    async def _note_completed(envelopes: Sequence[Envelope]) -> None:
        async with ctx.database.transaction() as connection:
            fresh = await first_time(connection, "settlement-due", envelopes)
            order_ids = {OrderId(_decode_completed(envelope.data).order_id) for envelope in fresh}
            await note_due(connection, order_ids, utc_now())

    return [Consumer(durable="settlement-due", event_types=("OrderCompleted",), handle=_note_completed)]
