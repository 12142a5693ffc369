"""Reactions: what is paid, or asked back, can be found at the shop's desk."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.orders import OrderId
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.orders.service.search_index import index_orders_again, note_after_sales


class OfOrder(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of an order."""

    order_id: OrderId


_decode = msgspec.json.Decoder(OfOrder).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to. Doing it again changes nothing, so no inbox is needed."""
    reactions = Reactions(ctx)
    return [
        Consumer(
            durable="orders-search", event_types=("OrderPaid", "AfterSaleChanged"), handle=reactions.sort_into_search
        ),
    ]


class Reactions:
    """Each takes a batch of events and writes what follows in one transaction."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def sort_into_search(self, envelopes: Sequence[Envelope]) -> None:
        """An order that was paid can be searched; one with an after-sale can be told by that."""
        ids = {_decode(envelope.data).order_id for envelope in envelopes}
        asked = {_decode(one.data).order_id for one in envelopes if one.type == "AfterSaleChanged"}
        async with self._ctx.database.transaction() as connection:
            await index_orders_again(connection, ids)
            await note_after_sales(connection, asked)
