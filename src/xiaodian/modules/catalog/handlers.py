"""Reactions to what happens in modules below."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.shops import FreightTemplateRemoved
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.catalog.service.forget_templates import forget_templates

_decode_removed = msgspec.json.Decoder(FreightTemplateRemoved).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""

    async def _forget(envelopes: Sequence[Envelope]) -> None:
        await forget_templates(ctx.database, [_decode_removed(envelope.data) for envelope in envelopes])

    return [Consumer(durable="catalog-freight", event_types=("FreightTemplateRemoved",), handle=_forget)]
