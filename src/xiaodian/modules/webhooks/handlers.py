"""Reactions: an app that was shut out of a shop is told nothing more."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.apps import AppDisconnected
from xiaodian.contracts.base import Envelope
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.webhooks.service.endpoints import forget_app

_decode = msgspec.json.Decoder(AppDisconnected).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to, beside all that it makes messages of."""

    async def _forget(envelopes: Sequence[Envelope]) -> None:
        async with ctx.database.transaction() as connection:
            for envelope in envelopes:
                await forget_app(connection, _decode(envelope.data))

    return [Consumer(durable="webhooks-apps", event_types=("AppDisconnected",), handle=_forget)]
