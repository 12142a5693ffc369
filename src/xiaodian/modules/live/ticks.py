"""From the log of a room to its ticks: pure, so that every process makes the same bytes of the same log.

The tick of a message is the time when the stream stored it, in units of 250 ms, but never before the tick of the
message ahead of it: should the clock of the stream step back, ticks still only grow. A tick is sealed, that is whole
for ever, once a message of a later tick is there.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import (
    TICK_MS,
    AnyMoment,
    LikesMoment,
    PulseMoment,
    PurchaseMoment,
    StockMoment,
    Tick,
    ViewersMoment,
)
from xiaodian.modules.live.forgetting import without

TICK_NS = TICK_MS * 1_000_000
MERGE_PURCHASES_FROM = 4

_encode = msgspec.json.Encoder().encode


class Entry(NamedTuple):
    """A message of a room's log: its number in the stream, when it was stored there, and what it says."""

    seq: int
    stored_ns: int
    moment: AnyMoment


class Slice(NamedTuple):
    """The moments of one tick, raw, with the number of the tick's last message."""

    tick: int
    last_seq: int
    moments: list[AnyMoment]


class SealedTick(NamedTuple):
    """A sealed tick and the bytes that clients get for it."""

    tick: int
    data: bytes
    last_seq: int
    moments: list[AnyMoment]


def tick_of(stored_ns: int) -> int:
    """The tick that a time of the stream's clock falls into."""
    return stored_ns // TICK_NS


def tick_end_ms(tick: int) -> int:
    """The first epoch ms after the tick."""
    return (tick + 1) * TICK_MS


class Slicer:
    """Cuts a log into ticks, entry by entry."""

    def __init__(self, first_tick: int = 0) -> None:
        self.open_tick = first_tick
        """The tick of the last entry; all before it are sealed."""
        self._moments: list[AnyMoment] = []
        self._last_seq = 0

    @property
    def sealed(self) -> int:
        """The newest tick that is sealed."""
        return self.open_tick - 1

    @property
    def has_open_moments(self) -> bool:
        """Whether something waits for its tick to be sealed."""
        return bool(self._moments)

    def forget(self, account_id: AccountId) -> None:
        """What names the account is erased from the log."""
        self._moments = without(self._moments, account_id)

    def add(self, entry: Entry) -> Slice | None:
        """Take the next entry; answers the tick with moments that it seals, if it seals one."""
        sealed = None
        tick = max(self.open_tick, tick_of(entry.stored_ns))
        if tick > self.open_tick:
            if self._moments:
                sealed = Slice(self.open_tick, self._last_seq, self._moments)
                self._moments = []
            self.open_tick = tick
        if not isinstance(entry.moment, PulseMoment):
            self._moments.append(entry.moment)
            self._last_seq = entry.seq
        return sealed


def seal(piece: Slice) -> SealedTick:
    """Make a tick ready for clients."""
    moments = compact(piece.moments)
    return SealedTick(piece.tick, _encode(Tick(tick=piece.tick, moments=moments)), piece.last_seq, moments)


def cut(entries: Iterable[Entry], first_tick: int = 0) -> list[SealedTick]:
    """All ticks with moments that these entries seal, in order."""
    slicer = Slicer(first_tick)
    return [seal(piece) for entry in entries if (piece := slicer.add(entry)) is not None]


def compact(moments: Sequence[AnyMoment]) -> list[AnyMoment]:
    """What clients need of the moments of one tick, in order.

    Many purchases become one per product; of counts and stock the last word is enough; likes add up.
    """
    kept: list[AnyMoment] = list(moments)
    if len(kept) > 1:
        kept = _keep_last_words(kept)
        kept = _merge_purchases(kept)
    return kept


def _keep_last_words(moments: list[AnyMoment]) -> list[AnyMoment]:
    likes = sum(moment.count for moment in moments if isinstance(moment, LikesMoment))
    seen: set[object] = set()
    kept: list[AnyMoment] = []
    for moment in reversed(moments):
        key: object = None
        if isinstance(moment, StockMoment):
            key = moment.sku_id, moment.stock_id
        elif isinstance(moment, ViewersMoment | LikesMoment):
            key = type(moment)
        if key is not None:
            if key in seen:
                continue
            seen.add(key)
        kept.append(LikesMoment(at_ms=moment.at_ms, count=likes) if isinstance(moment, LikesMoment) else moment)
    kept.reverse()
    return kept


def _merge_purchases(moments: list[AnyMoment]) -> list[AnyMoment]:
    purchases = [moment for moment in moments if isinstance(moment, PurchaseMoment)]
    if len(purchases) < MERGE_PURCHASES_FROM:
        return moments
    by_product: dict[object, list[PurchaseMoment]] = {}
    for purchase in purchases:
        by_product.setdefault(purchase.product_id, []).append(purchase)
    kept: list[AnyMoment] = []
    for moment in moments:
        if not isinstance(moment, PurchaseMoment):
            kept.append(moment)
        elif group := by_product.pop(moment.product_id, None):
            kept.append(_merge(group))
    return kept


def _merge(purchases: list[PurchaseMoment]) -> PurchaseMoment:
    """One moment for all of them, under the name of the first buyer."""
    return msgspec.structs.replace(
        purchases[0],
        quantity=sum(purchase.quantity for purchase in purchases),
        buyers=sum(purchase.buyers for purchase in purchases),
    )
