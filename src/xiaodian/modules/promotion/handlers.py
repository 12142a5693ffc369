"""Reactions: the market of commissions knows products by their present titles."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductChanged
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.promotion.service.commissions import refresh_titles
from xiaodian.modules.promotion.service.personal_data import erase

_decode = msgspec.json.Decoder(ProductChanged).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""

    async def _refresh(envelopes: Sequence[Envelope]) -> None:
        # Copying the present title once more changes nothing, so this needs no inbox.
        product_ids = sorted({_decode(envelope.data).product_id for envelope in envelopes})
        async with ctx.database.transaction() as connection:
            await refresh_titles(connection, product_ids)

    return [
        accounts.on_erasure(ctx, "promotion", erase),
        Consumer(durable="promotion-products", event_types=("ProductChanged",), handle=_refresh),
    ]
