"""Ticks: nothing of a log is lost, doubled or reordered, wherever a reader begins."""

from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.live.moments import AT_MS, logs

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.live import (
    AnyMoment,
    CommentId,
    CommentMoment,
    LikesMoment,
    PulseMoment,
    PurchaseMoment,
    StockMoment,
    Tick,
    ViewersMoment,
)
from xiaodian.modules.live.ticks import (
    TICK_NS,
    Entry,
    Slicer,
    compact,
    cut,
    tick_of,
)

BASE = 7_000_000_000


def entry(seq: int, tick: int, moment: AnyMoment, offset_ns: int = 0) -> Entry:
    return Entry(seq, (BASE + tick) * TICK_NS + offset_ns, moment)


def said(number: int, *, is_host: bool = False) -> CommentMoment:
    return CommentMoment(
        at_ms=AT_MS,
        comment_id=CommentId(UUID(int=number)),
        account_id=AccountId(UUID(int=1)),
        name="小丹",
        text=str(number),
        is_host=is_host,
    )


def bought(product: int, quantity: int = 1, name: str = "小*") -> PurchaseMoment:
    return PurchaseMoment(
        at_ms=AT_MS, name=name, product_id=ProductId(UUID(int=product)), title="草莓", quantity=quantity
    )


PULSE = PulseMoment(at_ms=AT_MS)


def test_a_tick_is_not_given_out_before_a_later_message_proves_it_whole() -> None:
    slicer = Slicer()
    assert slicer.add(entry(1, 0, said(1))) is None
    assert slicer.add(entry(2, 0, said(2), TICK_NS - 1)) is None
    assert slicer.sealed == BASE - 1
    sealed = slicer.add(entry(3, 1, PULSE))
    assert sealed is not None
    assert (sealed.tick, sealed.last_seq, len(sealed.moments)) == (BASE, 2, 2)
    assert slicer.sealed == BASE


def test_a_message_on_the_boundary_belongs_to_the_next_tick_only() -> None:
    ticks = cut([entry(1, 0, said(1)), entry(2, 1, said(2)), entry(3, 2, PULSE)])
    assert [(tick.tick, tick.moments) for tick in ticks] == [(BASE, [said(1)]), (BASE + 1, [said(2)])]


def test_a_clock_that_steps_back_loses_and_reorders_nothing() -> None:
    ticks = cut([entry(1, 5, said(1)), entry(2, 3, said(2)), entry(3, 6, said(3)), entry(4, 7, PULSE)])
    assert [(tick.tick - BASE, tick.moments) for tick in ticks] == [(5, [said(1), said(2)]), (6, [said(3)])]


def test_pulses_never_reach_clients() -> None:
    ticks = cut([entry(1, 0, PULSE), entry(2, 0, said(1)), entry(3, 1, PULSE), entry(4, 9, PULSE)])
    assert [(tick.tick, tick.moments) for tick in ticks] == [(BASE, [said(1)])]


@given(logs())
def test_every_comment_of_the_log_is_in_exactly_one_tick_and_in_order(log: list[Entry]) -> None:
    end = Entry(len(log) + 1, max((each.stored_ns for each in log), default=0) + TICK_NS, PULSE)
    told = [moment for tick in cut([*log, end]) for moment in tick.moments if isinstance(moment, CommentMoment)]
    assert told == [each.moment for each in log if isinstance(each.moment, CommentMoment)]


@given(logs(), st.integers(0, 60))
def test_a_reader_that_begins_in_the_middle_makes_the_same_bytes(log: list[Entry], index: int) -> None:
    """Reading by time gives what is stored from the first message of that time on; older ticks are left out."""
    whole = cut(log)
    if not log:
        return
    first = tick_of(log[min(index, len(log) - 1)].stored_ns)
    start = next(i for i, each in enumerate(log) if each.stored_ns >= first * TICK_NS)
    part = [tick for tick in cut(log[start:]) if tick.tick >= first]
    assert [(t.tick, t.data) for t in part] == [(t.tick, t.data) for t in whole if t.tick >= first]


@given(logs(), st.integers(0, 59))
def test_a_reader_that_begins_after_a_sealed_tick_makes_the_same_bytes(log: list[Entry], index: int) -> None:
    whole = cut(log)
    if index >= len(whole):
        return
    known = whole[index]
    rest = cut([each for each in log if each.seq > known.last_seq], known.tick + 1)
    assert [(t.tick, t.data) for t in rest] == [(t.tick, t.data) for t in whole[index + 1 :]]


@given(logs())
def test_the_bytes_of_a_tick_are_the_tick(log: list[Entry]) -> None:
    for tick in cut(log):
        assert msgspec.json.decode(tick.data, type=Tick) == Tick(tick=tick.tick, moments=tick.moments)


def test_up_to_three_purchases_are_told_one_by_one() -> None:
    three = [bought(1), bought(1), bought(2)]
    assert compact(three) == three


def test_many_purchases_become_one_per_product_that_counts_them_all() -> None:
    merged = compact([bought(1, 2, "小*"), said(1), bought(2), bought(1, 3, "阿*"), bought(1)])
    assert merged == [
        msgspec.structs.replace(bought(1, 6), buyers=3),
        said(1),
        bought(2),
    ]


def test_of_stock_and_viewers_the_last_word_is_told_and_likes_add_up() -> None:
    def stock(sku: int, available: int) -> StockMoment:
        return StockMoment(
            at_ms=AT_MS, product_id=ProductId(UUID(int=1)), sku_id=SkuId(UUID(int=sku)), available=available
        )

    def viewers(online: int) -> ViewersMoment:
        return ViewersMoment(at_ms=AT_MS, online=online, delay_ms=None)

    told = compact(
        [
            stock(1, 9),
            LikesMoment(at_ms=AT_MS, count=3),
            stock(2, 5),
            viewers(4),
            stock(1, 8),
            LikesMoment(at_ms=AT_MS, count=4),
            viewers(5),
        ]
    )
    assert told == [stock(2, 5), stock(1, 8), LikesMoment(at_ms=AT_MS, count=7), viewers(5)]


def test_a_flood_of_comments_loses_none_that_was_acknowledged() -> None:
    lively = [said(number) for number in range(5000)]
    assert compact(lively) == lively
