"""Reactions: rooms go on air and end; what visitors open is handed to whoever decides in the room."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.insights import REPORTS, BehaviourKind, Report
from xiaodian.contracts.live import RoomId, RoomMoved
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.surfacing import video_handlers
from xiaodian.modules.surfacing.service.forget_person import erase
from xiaodian.modules.surfacing.service.set_mode import follow_rooms
from xiaodian.modules.surfacing.service.signals import Click, clicked, encode_click
from xiaodian.modules.surfacing.service.tell_questions import tell_questions

CLICKS = frozenset({BehaviourKind.CARD_CLICKED, BehaviourKind.PRODUCT_VIEWED})
CLICKS_COUNT_FOR_MS = 30_000
CLICK_WORDS = tuple(kind.value.encode() for kind in CLICKS)

_decode_moved = msgspec.json.Decoder(RoomMoved).decode
_decode_reported = msgspec.json.Decoder(Report).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to. None needs an inbox: rooms are looked up afresh, and a click told twice is one."""

    async def _follow_rooms(envelopes: Sequence[Envelope]) -> None:
        await follow_rooms(ctx, {_decode_moved(envelope.data).room_id for envelope in envelopes})

    async def _tell_questions(envelopes: Sequence[Envelope]) -> None:
        await tell_questions(ctx, {_decode_moved(envelope.data).room_id for envelope in envelopes})

    async def _hand_on_clicks(envelopes: Sequence[Envelope]) -> None:
        """Into plain NATS: whoever decides in the room hears it, and nobody else does anything for it."""
        since_ms = to_epoch_ms(utc_now()) - CLICKS_COUNT_FOR_MS
        for envelope in envelopes:
            raw = bytes(envelope.data)
            if not any(word in raw for word in CLICK_WORDS):
                continue  # Most reports tell of no click, and to read them all costs more than all else here.
            told = _decode_reported(envelope.data)
            for item in told.items:
                if item.kind in CLICKS and item.room_id and item.product_id and item.at_ms >= since_ms:
                    click = Click(viewer_id=UUID(told.viewer_id), product_id=ProductId(UUID(item.product_id)))
                    await ctx.broker.poke(clicked(RoomId(UUID(item.room_id))), encode_click(click))

    return [
        accounts.on_erasure(ctx, "surfacing", erase),
        *video_handlers.consumers(ctx),
        Consumer(durable="surfacing-rooms", event_types=("RoomMoved",), handle=_follow_rooms),
        Consumer(durable="surfacing-questions", event_types=("RoomMoved",), handle=_tell_questions),
        Consumer(durable="surfacing-clicks", event_types=REPORTS, handle=_hand_on_clicks),
    ]
