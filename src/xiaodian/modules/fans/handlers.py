"""Reactions: what becomes of orders changes fans and the sums over them."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.orders import OrderId
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans.service.count_purchases import count_purchases

ORDERS_AT_ONCE = 1000


class OfOrder(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of an order."""

    order_id: OrderId


_decode_of_order = msgspec.json.Decoder(OfOrder).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to. It needs no inbox: counting again what was counted changes nothing."""

    async def _count_purchases(envelopes: Sequence[Envelope]) -> None:
        order_ids = sorted({_decode_of_order(envelope.data).order_id for envelope in envelopes})
        for start in range(0, len(order_ids), ORDERS_AT_ONCE):
            async with ctx.database.transaction() as connection:
                part = order_ids[start : start + ORDERS_AT_ONCE]
                await count_purchases(connection, part, ctx.settings.books_utc_offset_h, utc_now())

    return [
        Consumer(
            durable="fans-purchases",
            event_types=("OrderPaid", "OrderCancelled", "OrderRefunded"),
            handle=_count_purchases,
        )
    ]
