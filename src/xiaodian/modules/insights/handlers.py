"""Reactions: orders and refunds change the summaries of sales, reports of visitors' pages those of visits; what other
platforms tell of orders is kept beside the sales.
"""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.imports import ExternalOrderNoted
from xiaodian.contracts.insights import REPORTS
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import StaffChanged
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.insights.service.count_behaviour import HANDLER, take_reports
from xiaodian.modules.insights.service.count_elsewhere import count_elsewhere
from xiaodian.modules.insights.service.count_sales import count_sales
from xiaodian.modules.insights.service.personal_data import erase
from xiaodian.modules.insights.service.share_report import end_links_of_staff

ORDERS_AT_ONCE = 1000


class OfOrder(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of an order."""

    order_id: OrderId


_decode_of_order = msgspec.json.Decoder(OfOrder).decode
_decode_staff = msgspec.json.Decoder(StaffChanged).decode
_decode_noted = msgspec.json.Decoder(ExternalOrderNoted).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to. None needs an inbox: counting again what was counted changes nothing."""

    async def _count_sales(envelopes: Sequence[Envelope]) -> None:
        order_ids = sorted({_decode_of_order(envelope.data).order_id for envelope in envelopes})
        for start in range(0, len(order_ids), ORDERS_AT_ONCE):
            async with ctx.database.transaction() as connection:
                part = order_ids[start : start + ORDERS_AT_ONCE]
                await count_sales(connection, part, ctx.settings.books_utc_offset_h)

    async def _count_behaviour(envelopes: Sequence[Envelope]) -> None:
        async with ctx.database.transaction() as connection:
            await take_reports(connection, envelopes)

    async def _count_elsewhere(envelopes: Sequence[Envelope]) -> None:
        async with ctx.database.transaction() as connection:
            await count_elsewhere(connection, [_decode_noted(envelope.data) for envelope in envelopes])

    async def _end_links(envelopes: Sequence[Envelope]) -> None:
        """By what somebody may do now, as events may come late."""
        changed = [_decode_staff(envelope.data) for envelope in envelopes]
        async with ctx.database.transaction() as connection:
            for shop_id, account_id in sorted({(each.shop_id, each.account_id) for each in changed}):
                await end_links_of_staff(connection, shop_id, account_id, utc_now())

    return [
        accounts.on_erasure(ctx, "insights", erase),
        Consumer(
            durable="insights-sales",
            event_types=("OrderPlaced", "OrderPaid", "OrderCancelled", "OrderRefunded"),
            handle=_count_sales,
        ),
        Consumer(durable=HANDLER, event_types=REPORTS, handle=_count_behaviour),
        Consumer(durable="insights-elsewhere", event_types=("ExternalOrderNoted",), handle=_count_elsewhere),
        Consumer(durable="insights-staff", event_types=("StaffChanged",), handle=_end_links),
    ]
