"""Reactions to what happens in modules below, and to what moves stock."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.shops import FreightTemplateRemoved
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.catalog.service.figures import refresh_figures
from xiaodian.modules.catalog.service.forget_templates import forget_templates

STOCK_EVENTS = ("StockChanged", "OrderPaid", "ProductChanged")


class _Line(msgspec.Struct, frozen=True):
    product_id: ProductId


class _Moved(msgspec.Struct, frozen=True):
    """All that is needed of an event to know of which products pieces moved."""

    product_id: ProductId | None = None
    lines: list[_Line] = []


_decode_removed = msgspec.json.Decoder(FreightTemplateRemoved).decode
_decode_moved = msgspec.json.Decoder(_Moved).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""

    async def _forget(envelopes: Sequence[Envelope]) -> None:
        await forget_templates(ctx.database, [_decode_removed(envelope.data) for envelope in envelopes])

    async def _count(envelopes: Sequence[Envelope]) -> None:
        # Counting once more changes nothing, so this needs no inbox.
        moved = [_decode_moved(envelope.data) for envelope in envelopes]
        products = {event.product_id for event in moved if event.product_id is not None}
        products |= {line.product_id for event in moved for line in event.lines}
        async with ctx.database.transaction() as connection:
            await refresh_figures(connection, products)

    return [
        Consumer(durable="catalog-freight", event_types=("FreightTemplateRemoved",), handle=_forget),
        Consumer(durable="catalog-figures", event_types=STOCK_EVENTS, handle=_count),
    ]
