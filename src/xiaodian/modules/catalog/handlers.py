"""Reactions to what happens in modules below."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.shops import FreightTemplateRemoved
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer

_decode_removed = msgspec.json.Decoder(FreightTemplateRemoved).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""

    async def forget_templates(envelopes: Sequence[Envelope]) -> None:
        """Products no longer name templates that are no more. The same again finds nothing to do."""
        events = [_decode_removed(envelope.data) for envelope in envelopes]
        async with ctx.database.transaction() as connection:
            await connection.execute(
                """
                UPDATE catalog.product SET freight_template_id = NULL
                FROM unnest($1::uuid[], $2::uuid[]) AS removed (shop_id, template_id)
                WHERE product.shop_id = removed.shop_id AND product.freight_template_id = removed.template_id
                """,
                [event.shop_id for event in events],
                [event.template_id for event in events],
            )

    return [Consumer(durable="catalog-freight", event_types=("FreightTemplateRemoved",), handle=forget_templates)]
