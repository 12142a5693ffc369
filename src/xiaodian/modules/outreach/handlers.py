"""Reactions: orders and refunds change what messages are known to have brought; reminders go on by other ways."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import ReminderCame
from xiaodian.contracts.orders import OrderId
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.outreach.service.count_sales import count_sales
from xiaodian.modules.outreach.service.personal_data import erase
from xiaodian.modules.outreach.service.remind import queue_reminders
from xiaodian.modules.outreach.service.watch_goods import may_tell_of_goods, note_prices, note_stocks, note_watching

ORDERS_AT_ONCE = 1000


class OfOrder(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of an order."""

    order_id: OrderId


_decode_reminder = msgspec.json.Decoder(ReminderCame).decode
_decode_of_order = msgspec.json.Decoder(OfOrder).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to. It needs no inbox: counting again what was counted changes nothing."""

    async def _count_sales(envelopes: Sequence[Envelope]) -> None:
        order_ids = sorted({_decode_of_order(envelope.data).order_id for envelope in envelopes})
        for start in range(0, len(order_ids), ORDERS_AT_ONCE):
            async with ctx.database.transaction() as connection:
                await count_sales(connection, order_ids[start : start + ORDERS_AT_ONCE])

    async def _note_watching(envelopes: Sequence[Envelope]) -> None:
        told = [envelope for envelope in envelopes if may_tell_of_goods(bytes(envelope.data))]
        if told:
            async with ctx.database.transaction() as connection:
                await note_watching(connection, told, utc_now())

    async def _note_goods(envelopes: Sequence[Envelope]) -> None:
        async with ctx.database.transaction() as connection:
            await note_stocks(connection, [each for each in envelopes if each.type == "StockChanged"])
            await note_prices(connection, [each for each in envelopes if each.type == "ProductChanged"])

    async def _queue_reminders(envelopes: Sequence[Envelope]) -> None:
        async with ctx.database.transaction() as connection:
            await queue_reminders(connection, [_decode_reminder(each.data) for each in envelopes], utc_now())

    return [
        accounts.on_erasure(ctx, "outreach", erase),
        Consumer(durable="outreach-watching", event_types=("BehaviourReported",), handle=_note_watching),
        Consumer(durable="outreach-goods", event_types=("StockChanged", "ProductChanged"), handle=_note_goods),
        Consumer(durable="outreach-reminders", event_types=("ReminderCame",), handle=_queue_reminders),
        Consumer(
            durable="outreach-sales",
            event_types=("OrderPaid", "OrderCancelled", "OrderRefunded"),
            handle=_count_sales,
        ),
    ]
