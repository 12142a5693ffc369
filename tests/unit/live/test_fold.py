"""The fold: old snapshot + ticks = new snapshot, however the log is cut and compacted."""

from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.live.moments import AT_MS, logs

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.bag import BagFlashSale, BagItem, BagSku
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.live import (
    AnyMoment,
    BagMoment,
    CommentId,
    CommentMoment,
    CueId,
    MutedMoment,
    PulseMoment,
    RoomId,
    Snapshot,
    StockMoment,
    Tick,
    UnfeaturedMoment,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.live.fold import empty_snapshot, fold
from xiaodian.modules.live.ticks import TICK_NS, Entry, SealedTick, compact, cut

ROOM = RoomId(UUID(int=99))


def fold_all(snapshot: Snapshot, ticks: list[SealedTick]) -> Snapshot:
    for tick in ticks:
        snapshot = fold(snapshot, tick.tick, tick.moments)
    return snapshot


def closed(log: list[Entry]) -> list[Entry]:
    end_ns = max((each.stored_ns for each in log), default=0) + TICK_NS
    return [*log, Entry(len(log) + 1, end_ns, PulseMoment(at_ms=AT_MS))]


@given(logs(), st.integers(0, 60))
def test_who_joins_late_and_applies_the_rest_sees_what_everybody_sees(log: list[Entry], index: int) -> None:
    ticks = cut(closed(log))
    cut_at = min(index, len(ticks))
    old = fold_all(empty_snapshot(ROOM), ticks[:cut_at])
    assert fold_all(old, ticks[cut_at:]) == fold_all(empty_snapshot(ROOM), ticks)


@given(logs(), st.lists(st.integers(0, 400), min_size=60, max_size=60))
def test_the_slicing_changes_nothing_of_what_is_seen(log: list[Entry], gaps_ms: list[int]) -> None:
    stored_ns = AT_MS * 1_000_000
    resliced = []
    for each, gap_ms in zip(log, gaps_ms, strict=False):
        stored_ns += gap_ms * 1_000_000
        resliced.append(Entry(each.seq, stored_ns, each.moment))
    one = fold_all(empty_snapshot(ROOM), cut(closed(log)))
    other = fold_all(empty_snapshot(ROOM), cut(closed(resliced)))
    raw = fold(empty_snapshot(ROOM), 0, [each.moment for each in log])
    assert msgspec.structs.replace(one, tick=0) == msgspec.structs.replace(other, tick=0) == raw


@given(logs())
def test_a_client_that_knows_only_the_bytes_folds_the_same(log: list[Entry]) -> None:
    ticks = cut(closed(log))
    by_bytes = empty_snapshot(ROOM)
    for tick in ticks:
        decoded = msgspec.json.decode(tick.data, type=Tick)
        by_bytes = fold(by_bytes, decoded.tick, decoded.moments)
    assert by_bytes == fold_all(empty_snapshot(ROOM), ticks)


def test_a_snapshot_keeps_the_latest_comments_only() -> None:
    comments = [
        CommentMoment(
            at_ms=AT_MS,
            comment_id=CommentId(UUID(int=number)),
            account_id=AccountId(UUID(int=number % 2)),
            name="小丹",
            text=str(number),
            is_host=False,
        )
        for number in range(Snapshot.MAX_COMMENTS + 10)
    ]
    snapshot = fold(empty_snapshot(ROOM), 1, comments)
    assert [comment.text for comment in snapshot.comments] == [str(number) for number in range(10, 60)]
    muted = fold(snapshot, 2, [MutedMoment(at_ms=AT_MS, account_id=AccountId(UUID(int=1)))])
    assert {comment.account_id for comment in muted.comments} == {UUID(int=0)}


def test_the_end_of_an_old_cue_does_not_take_down_the_new_card() -> None:
    from xiaodian.contracts.live import FeaturedMoment

    new = FeaturedMoment(at_ms=AT_MS, cue_id=CueId(UUID(int=2)), product_id=ProductId(UUID(int=3)))
    snapshot = fold(empty_snapshot(ROOM), 1, [new, UnfeaturedMoment(at_ms=AT_MS, cue_id=CueId(UUID(int=1)))])
    assert snapshot.featured is not None
    assert snapshot.featured.cue_id == new.cue_id


def test_what_is_left_of_a_flash_sale_and_of_the_ordinary_stock_are_told_apart() -> None:
    sku_id, sale_id, product_id = SkuId(UUID(int=1)), StockId(UUID(int=2)), ProductId(UUID(int=3))
    sale = BagFlashSale(
        flash_sale_id=sale_id, price_minor=900, left=5, limit_per_buyer=1, starts_at_ms=AT_MS, ends_at_ms=AT_MS + 1
    )
    sku = BagSku(sku_id=sku_id, name="", list_price_minor=2000, price_minor=2000, available=9, flash_sale=sale)
    item = BagItem(
        number=1,
        product_id=product_id,
        shop_id=ShopId(UUID(int=4)),
        title="草莓",
        picture_url=None,
        currency="CNY",
        skus=[sku],
    )

    def left(available: int, stock_id: StockId | None) -> StockMoment:
        return StockMoment(at_ms=AT_MS, product_id=product_id, sku_id=sku_id, available=available, stock_id=stock_id)

    bag = BagMoment(at_ms=AT_MS, items=[item])
    moments: list[AnyMoment] = [bag, left(4, sale_id), left(8, None), left(1, StockId(UUID(int=99)))]
    (seen,) = fold(empty_snapshot(ROOM), 1, moments).bag[0].skus
    assert seen.flash_sale is not None
    assert (seen.available, seen.flash_sale.left) == (8, 4)
    assert len(compact([left(3, sale_id), left(4, None), left(2, sale_id), left(5, None)])) == 2
