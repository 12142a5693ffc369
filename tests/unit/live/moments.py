"""Random moments of a room, and logs made of them, for property-based tests."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.bag import BagFlashSale, BagItem, BagSku
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.live import (
    AnyMoment,
    BagMoment,
    CommentId,
    CommentMoment,
    CommentPinnedMoment,
    CommentRemovedMoment,
    CueId,
    FeaturedMoment,
    LikesMoment,
    MutedMoment,
    PriceMoment,
    PulseMoment,
    PurchaseMoment,
    RoomState,
    StateMoment,
    StockMoment,
    UnfeaturedMoment,
    ViewersMoment,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.live.ticks import Entry

AT_MS = 1_760_000_000_000


def few_ids(kind: Any) -> st.SearchStrategy[Any]:
    """Ids out of a handful, so that moments meet."""
    return st.integers(1, 4).map(lambda number: kind(UUID(int=number)))


def skus() -> st.SearchStrategy[list[BagSku]]:
    """SKUs of one product."""
    sale = st.builds(
        BagFlashSale,
        flash_sale_id=few_ids(StockId),
        price_minor=st.integers(1, 2000),
        left=st.integers(0, 9),
        limit_per_buyer=st.none(),
        starts_at_ms=st.just(AT_MS),
        ends_at_ms=st.just(AT_MS + 60_000),
    )
    sku = st.builds(
        BagSku,
        sku_id=few_ids(SkuId),
        name=st.just("3斤装"),
        list_price_minor=st.just(2000),
        price_minor=st.integers(1, 2000),
        available=st.integers(0, 9),
        flash_sale=st.none() | sale,
    )
    return st.lists(sku, max_size=3)


def bag_items() -> st.SearchStrategy[list[BagItem]]:
    """A bag."""
    item = st.builds(
        BagItem,
        number=st.integers(1, 4),
        product_id=few_ids(ProductId),
        shop_id=few_ids(ShopId),
        title=st.sampled_from(["草莓", "大米"]),
        picture_url=st.none(),
        currency=st.just("CNY"),
        skus=skus(),
    )
    return st.lists(item, max_size=3)


def moments() -> st.SearchStrategy[AnyMoment]:
    """A moment of any kind."""
    at = {"at_ms": st.just(AT_MS)}
    return st.one_of(
        st.builds(StateMoment, state=st.sampled_from(list(RoomState)), **at),
        st.builds(BagMoment, items=bag_items(), **at),
        st.builds(FeaturedMoment, cue_id=few_ids(CueId), product_id=few_ids(ProductId), **at),
        st.builds(UnfeaturedMoment, cue_id=few_ids(CueId), **at),
        st.builds(
            PriceMoment,
            product_id=few_ids(ProductId),
            sku_id=few_ids(SkuId),
            price_minor=st.integers(1, 2000),
            **at,
        ),
        st.builds(
            StockMoment,
            product_id=few_ids(ProductId),
            sku_id=few_ids(SkuId),
            available=st.integers(0, 9),
            stock_id=st.none() | few_ids(StockId),
            **at,
        ),
        st.builds(
            CommentMoment,
            comment_id=few_ids(CommentId),
            account_id=few_ids(AccountId),
            name=st.just("小丹"),
            text=st.text(max_size=5),
            is_host=st.booleans(),
            **at,
        ),
        st.builds(
            CommentPinnedMoment,
            comment_id=few_ids(CommentId),
            name=st.just("小丹"),
            text=st.just("好吃"),
            account_id=few_ids(AccountId),
            **at,
        ),
        st.just(CommentPinnedMoment(at_ms=AT_MS, comment_id=None, name=None, text=None)),
        st.builds(CommentRemovedMoment, comment_id=few_ids(CommentId), **at),
        st.builds(MutedMoment, account_id=few_ids(AccountId), **at),
        st.builds(LikesMoment, count=st.integers(1, 50), **at),
        st.builds(ViewersMoment, online=st.integers(0, 99), delay_ms=st.none() | st.integers(0, 9000), **at),
        st.builds(
            PurchaseMoment,
            name=st.just("小*"),
            product_id=few_ids(ProductId),
            title=st.just("草莓"),
            quantity=st.integers(1, 5),
            **at,
        ),
        st.just(PulseMoment(at_ms=AT_MS)),
    )


@st.composite
def logs(draw: st.DrawFn, max_size: int = 60) -> list[Entry]:
    """A room's log, at times with a clock that steps back a little."""
    stored_ns = AT_MS * 1_000_000
    entries = []
    for seq, moment in enumerate(draw(st.lists(moments(), max_size=max_size)), start=1):
        stored_ns += draw(st.integers(-30, 400)) * 1_000_000
        entries.append(Entry(seq, stored_ns, moment))
    return entries
