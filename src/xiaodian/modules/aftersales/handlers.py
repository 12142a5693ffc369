"""Reactions: refunds that a payment provider carried out or refused, orders that were cancelled or shipped."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.orders import OrderCancelled, OrderShipped
from xiaodian.contracts.payments import PaymentRefunded, RefundFailed
from xiaodian.edge.context import Context
from xiaodian.infra.outbox_relay import POKE
from xiaodian.infra.work import Consumer, first_time
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.aftersales.models import Deed
from xiaodian.modules.aftersales.service.follow_orders import close_voided, refuse_by_shipping
from xiaodian.modules.aftersales.service.follow_refunds import note_refunds
from xiaodian.modules.aftersales.service.personal_data import erase

_decode_refund = msgspec.json.Decoder(PaymentRefunded | RefundFailed).decode
_decode_order = msgspec.json.Decoder(OrderCancelled | OrderShipped).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""
    reactions = Reactions(ctx)
    return [
        accounts.on_erasure(ctx, "aftersales", erase),
        Consumer(
            durable="aftersales-refunds",
            event_types=("PaymentRefunded", "RefundFailed"),
            handle=reactions.follow_refunds,
        ),
        Consumer(
            durable="aftersales-orders",
            event_types=("OrderCancelled", "OrderShipped"),
            handle=reactions.follow_orders,
        ),
    ]


class Reactions:
    """Each takes a batch of events and writes what follows in one transaction with the inbox marks."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def follow_refunds(self, envelopes: Sequence[Envelope]) -> None:
        """The last word of the batch on each refund."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "aftersales-refunds", envelopes)
            events = [_decode_refund(envelope.data) for envelope in fresh]
            outcomes: dict[UUID, Deed] = {event.refund_id: _deed_of(event) for event in events}
            told = await note_refunds(connection, outcomes, utc_now())
        if told:
            await self._ctx.broker.poke(POKE)

    async def follow_orders(self, envelopes: Sequence[Envelope]) -> None:
        """A cancelled order leaves nothing to ask for; a shipped one no refund for goods that were not sent."""
        now = utc_now()
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "aftersales-orders", envelopes)
            events = [_decode_order(envelope.data) for envelope in fresh]
            cancelled = {event.order_id for event in events if isinstance(event, OrderCancelled)}
            shipped = {event.order_id for event in events if isinstance(event, OrderShipped)} - cancelled
            done = await close_voided(connection, cancelled, now)
            done += await refuse_by_shipping(connection, shipped, now)
        if done:
            await self._ctx.broker.poke(POKE)


def _deed_of(event: PaymentRefunded | RefundFailed) -> Deed:
    return Deed.REFUND_SUCCEEDED if isinstance(event, PaymentRefunded) else Deed.REFUND_FAILED
