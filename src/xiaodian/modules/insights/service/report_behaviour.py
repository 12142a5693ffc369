"""Take what a visitor's page tells: it is handed on at once, and counted by a worker."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope, InvalidInputError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import (
    PRODUCT_KINDS,
    REPORTS,
    Behaviour,
    BehaviourKind,
    BehaviourReported,
    GuestReported,
)
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra.batcher import Batcher
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.insights.metrics import sampled_of
from xiaodian.modules.insights.sampling import ALONE, Sampler
from xiaodian.modules.insights.wire import BehaviourItem
from xiaodian.modules.risk import api as risk

MINUTE_S = 60.0
TOGETHER = 40
"""Reports that arrive together travel in one message; so many of the largest stay below the mebibyte of a message."""
MAX_WAITING = 5_000
PARALLEL = 2

_encode = msgspec.json.Encoder().encode


class BehaviourDesk:
    """One per process: what pages may tell, and how often."""

    def __init__(self, ctx: Context) -> None:
        self._broker = ctx.broker
        self._batchers: dict[str, Batcher[bytes, None]] = {name: self._make_batcher(name) for name in REPORTS}
        self._sampler = Sampler(ctx.settings.behaviour_rows_per_s)
        self._pace = risk.Pace(
            Limit(name="behaviour", burst=ctx.settings.behaviour_reports_per_minute, period_s=MINUTE_S)
        )

    async def report(
        self, network: str, viewer_id: UUID, account_id: AccountId | None, items: Sequence[BehaviourItem]
    ) -> None:
        """Hand on what was done. Raises TooManyRequestsError, InvalidInputError, UnavailableError."""
        self._pace.take(network)
        now_ms = to_epoch_ms(utc_now())
        kind = GuestReported if account_id is None else BehaviourReported
        told = [_check(number, item, now_ms) for number, item in enumerate(items)]
        event = kind(viewer_id=viewer_id, account_id=account_id, items=told, one_in=self._one_in(account_id, told))
        await self._batchers[kind.__name__].submit(
            _encode(
                Envelope(
                    event_id=new_id(),
                    type=kind.__name__,
                    occurred_at_ms=now_ms,
                    key=str(viewer_id),
                    data=msgspec.Raw(_encode(event)),
                )
            )
        )

    async def settle(self) -> None:
        """Wait until what was handed in is handed on."""
        for batcher in self._batchers.values():
            await batcher.settle()

    def _one_in(self, account_id: AccountId | None, told: Sequence[Behaviour]) -> int:
        """Said here, not by who keeps the rows, so that a report that comes twice is kept or left out twice."""
        if account_id is not None:
            return ALONE
        one_in = self._sampler.take(len(told))
        sampled_of.set(one_in)
        return one_in

    def _make_batcher(self, name: str) -> Batcher[bytes, None]:
        async def _hand_on(envelopes: Sequence[bytes]) -> list[None]:
            payload = envelopes[0] if len(envelopes) == 1 else b"[" + b",".join(envelopes) + b"]"
            await self._broker.publish(f"event.{name}", payload, message_id=new_id().hex)
            return [None] * len(envelopes)

        return Batcher(_hand_on, max_batch=TOGETHER, max_queue=MAX_WAITING, parallel=PARALLEL)


def _check(number: int, item: BehaviourItem, now_ms: int) -> Behaviour:
    if (item.kind in PRODUCT_KINDS) != (item.product_id is not None):
        raise InvalidInputError(field=f"items[{number}].product_id", reason="does_not_fit_kind")
    if (item.room_id is None) == (item.video_id is None):
        raise InvalidInputError(field=f"items[{number}].room_id", reason="room_or_video")
    if item.watch_s and item.kind is not BehaviourKind.WATCHED:
        raise InvalidInputError(field=f"items[{number}].watch_s", reason="does_not_fit_kind")
    return Behaviour(
        kind=item.kind,
        room_id=None if item.room_id is None else RoomId(item.room_id),
        video_id=None if item.video_id is None else VideoId(item.video_id),
        product_id=None if item.product_id is None else ProductId(item.product_id),
        at_ms=now_ms - item.ago_ms,
        media_at_ms=item.media_at_ms,
        watch_s=item.watch_s,
        is_shared=item.is_shared,
    )
