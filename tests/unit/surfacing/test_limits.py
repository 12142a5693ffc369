"""What no signal can do: override the host, come too often, show what is sold out, depend on anything but signals."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.surfacing.talk import FRUIT, SHOP, hear, say

from xiaodian.contracts.surfacing import (
    Bag,
    BagClick,
    Comment,
    Cue,
    FlashSale,
    HostCue,
    Purchase,
    Signal,
    Stock,
    Transcript,
    Viewers,
)
from xiaodian.modules.surfacing.api import Engine, Limits

BLUEBERRIES = "来接下来看三号链接这个云南高山蓝莓四盒装六十九"
CHERRIES = "来接下来看四号链接智利进口车厘子两斤一百二十八"
IDS = [product.product_id for product in FRUIT.products]


def _keys(cues: list[Cue]) -> list[tuple[int, str]]:
    return [(cue.t_ms, cue.product_id) for cue in cues]


def test_the_hosts_own_cue_passes_and_reigns_twenty_seconds() -> None:
    signals: list[Signal] = [HostCue(t_ms=5_000, product_id="orange"), Transcript(t_ms=12_000, text=BLUEBERRIES)]
    assert _keys(hear(FRUIT, signals)) == [(5_000, "orange")]
    later: list[Signal] = [HostCue(t_ms=5_000, product_id="orange"), Transcript(t_ms=25_000, text=BLUEBERRIES)]
    assert _keys(hear(FRUIT, later)) == [(5_000, "orange"), (25_000, "blueberry")]


def test_the_hosts_own_cue_comes_even_in_the_gap_and_sold_out() -> None:
    signals: list[Signal] = [
        Transcript(t_ms=10_000, text=BLUEBERRIES),
        Stock(t_ms=10_500, product_id="orange", n=0),
        HostCue(t_ms=11_000, product_id="orange"),
    ]
    assert _keys(hear(FRUIT, signals)) == [(10_000, "blueberry"), (11_000, "orange")]


def test_what_had_to_wait_for_the_hosts_cue_comes_when_that_is_over_if_it_is_still_fresh() -> None:
    signals: list[Signal] = [
        HostCue(t_ms=5_000, product_id="orange"),
        Transcript(t_ms=22_000, text=BLUEBERRIES),
        Viewers(t_ms=24_900, n=5),
        Viewers(t_ms=25_100, n=5),
    ]
    assert _keys(hear(FRUIT, signals)) == [(5_000, "orange"), (25_100, "blueberry")]


def test_nothing_sold_out_comes_up_until_it_is_there_again() -> None:
    sold_out: list[Signal] = [Stock(t_ms=1_000, product_id="blueberry", n=0), Transcript(t_ms=10_000, text=BLUEBERRIES)]
    assert hear(FRUIT, sold_out) == []
    flash = FlashSale(t_ms=2_000, product_id="blueberry", price_minor=100, until_ms=60_000)
    assert hear(FRUIT, [sold_out[0], flash]) == []
    back: list[Signal] = [sold_out[0], Stock(t_ms=5_000, product_id="blueberry", n=3), sold_out[1]]
    assert _keys(hear(FRUIT, back)) == [(10_000, "blueberry")]


def test_a_flash_sale_brings_its_product_up() -> None:
    cues = hear(FRUIT, [FlashSale(t_ms=4_000, product_id="orange", price_minor=3_900, until_ms=60_000)])
    assert [(cue.product_id, cue.reason.code) for cue in cues] == [("orange", "flash_sale")]


def test_the_price_of_a_flash_sale_counts_from_its_start_to_its_end() -> None:
    def heard(until_ms: int) -> bool:
        sale = FlashSale(t_ms=1_000, product_id="orange", price_minor=3_750, until_ms=until_ms)
        lines = say("来看这个十斤的今天三十七块五", since_ms=40_000)
        seen = hear(FRUIT, [sale, HostCue(t_ms=8_000, product_id="cherry"), *lines])
        return any(cue.product_id == "orange" and cue.reason.params.get("words") == "三十七块五" for cue in seen)

    assert heard(60_000)
    assert not heard(39_000)


def test_a_flash_price_outlives_a_bag_that_is_told_anew_during_the_sale() -> None:
    def heard(*between: Signal) -> bool:
        sale = FlashSale(t_ms=1_000, product_id="orange", price_minor=3_750, until_ms=60_000)
        lines = say("来看这个十斤的今天三十七块五", since_ms=40_000)
        seen = hear(FRUIT, [sale, HostCue(t_ms=8_000, product_id="cherry"), *between, *lines])
        return any(cue.product_id == "orange" and cue.reason.params.get("words") == "三十七块五" for cue in seen)

    again = Bag(t_ms=30_000, lang="zh", products=FRUIT.products)
    assert heard()
    assert heard(again)
    without = Bag(t_ms=30_000, lang="zh", products=tuple(p for p in FRUIT.products if p.product_id != "orange"))
    assert not heard(without, Bag(t_ms=31_000, lang="zh", products=FRUIT.products))


def test_a_host_who_turns_every_seven_seconds_gets_a_card_for_each_product() -> None:
    lines = [
        "来先看一号链接丹东九九红颜草莓五斤装九十九",
        BLUEBERRIES,
        CHERRIES,
        "下一个五号链接赣南脐橙产地直发十斤四十五块八",
    ]
    cues = hear(FRUIT, say(*lines, every_ms=7_000))
    assert [cue.product_id for cue in cues] == ["strawberry", "blueberry", "cherry", "orange"]


def test_there_is_a_gap_between_cues() -> None:
    limits = Limits()
    signals = say(*[BLUEBERRIES, CHERRIES] * 10, every_ms=1_500)
    cues = hear(FRUIT, signals)
    assert len(cues) >= 2
    assert all(later.t_ms - earlier.t_ms >= limits.gap_ms for earlier, later in pairwise(cues))


def test_a_product_comes_up_only_so_often_in_an_hour() -> None:
    engine = Engine(FRUIT, Limits(cap_per_product_per_hour=2, cap_per_hour=3))
    cues = [cue for signal in say(*[BLUEBERRIES, CHERRIES] * 10, every_ms=60_000) for cue in engine.take(signal)]
    assert [cue.product_id for cue in cues] == ["blueberry", "cherry", "blueberry"]
    after_an_hour = 10_000 + 3_600_000 + 60_000
    again = [cue for signal in say(BLUEBERRIES, since_ms=after_an_hour) for cue in engine.take(signal)]
    assert [cue.product_id for cue in again] == ["blueberry"]


def test_a_product_that_leaves_the_bag_and_comes_back_is_under_its_cap_still() -> None:
    engine = Engine(FRUIT, Limits(cap_per_product_per_hour=1))
    assert [cue.product_id for signal in say(BLUEBERRIES) for cue in engine.take(signal)] == ["blueberry"]
    without = Bag(t_ms=60_000, lang="zh", products=tuple(p for p in FRUIT.products if p.product_id != "blueberry"))
    engine.take(without)
    engine.take(Bag(t_ms=70_000, lang="zh", products=FRUIT.products))
    assert [cue for signal in say(BLUEBERRIES, since_ms=600_000) for cue in engine.take(signal)] == []


def test_what_a_worker_before_showed_counts_against_the_caps() -> None:
    engine = Engine(FRUIT, Limits(cap_per_product_per_hour=2))
    for t_ms in (0, 60_000):
        engine.remember_shown("blueberry", t_ms)
    cues = [
        cue for signal in say(BLUEBERRIES, CHERRIES, since_ms=1_800_000, every_ms=60_000) for cue in engine.take(signal)
    ]
    assert [cue.product_id for cue in cues] == ["cherry"]


def test_what_left_the_bag_no_longer_comes_up_and_what_came_does() -> None:
    without = Bag(t_ms=5_000, lang="zh", products=tuple(p for p in FRUIT.products if p.product_id != "blueberry"))
    assert hear(FRUIT, [without, Transcript(t_ms=10_000, text=BLUEBERRIES)]) == []
    again = Bag(t_ms=20_000, lang="zh", products=FRUIT.products)
    cues = hear(FRUIT, [without, again, Transcript(t_ms=30_000, text=BLUEBERRIES)])
    assert _keys(cues) == [(30_000, "blueberry")]


def test_a_worker_that_starts_again_goes_on_from_the_last_minutes() -> None:
    signals = say(BLUEBERRIES, *["这个口感特别好水分很足"] * 20, CHERRIES, *["皮薄肉厚"] * 3)
    whole = hear(FRUIT, signals)
    fresh = [signal for signal in signals if signal.t_ms > 60_000]
    assert _keys(hear(FRUIT, fresh)) == [key for key in _keys(whole) if key[0] > 60_000]


def test_signals_of_unknown_products_change_nothing() -> None:
    strange: list[Signal] = [
        HostCue(t_ms=1, product_id="nobody"),
        Stock(t_ms=2, product_id="nobody", n=0),
        FlashSale(t_ms=3, product_id="nobody", price_minor=1, until_ms=10),
        BagClick(t_ms=4, account="u", product_id="nobody"),
        Purchase(t_ms=5, account="u", product_id="nobody", n=3),
    ]
    said = say(BLUEBERRIES)
    assert _keys(hear(FRUIT, [*strange, *said])) == _keys(hear(FRUIT, said))


_WORDS = st.sampled_from(
    [
        BLUEBERRIES,
        CHERRIES,
        "来",
        "一号链接",
        "草莓",
        "不是",
        "算了",
        "九十九",
        "link 3",
        "the mug",
        "…",
        "？",
        "零点点点",
        "百千万",
    ]
)
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_WORDS, max_size=6).map("".join))
_TIMES = st.integers(0, 200_000)
_PRODUCTS = st.sampled_from([*IDS, "nobody"])
_SIGNALS = st.one_of(
    st.builds(Transcript, t_ms=_TIMES, text=_TEXTS),
    st.builds(Comment, t_ms=_TIMES, account=st.sampled_from(["a", "b", "c"]), text=_TEXTS),
    st.builds(BagClick, t_ms=_TIMES, account=st.just("a"), product_id=_PRODUCTS),
    st.builds(Purchase, t_ms=_TIMES, account=st.just("a"), product_id=_PRODUCTS, n=st.integers(0, 9)),
    st.builds(HostCue, t_ms=_TIMES, product_id=_PRODUCTS),
    st.builds(Stock, t_ms=_TIMES, product_id=_PRODUCTS, n=st.integers(-1, 3)),
    st.builds(FlashSale, t_ms=_TIMES, product_id=_PRODUCTS, price_minor=st.integers(0, 99_999), until_ms=_TIMES),
    st.builds(Viewers, t_ms=_TIMES, n=st.integers(0, 10**9)),
    st.sampled_from([FRUIT, SHOP]),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(_SIGNALS, max_size=40))
def test_no_order_of_signals_breaks_a_rule(signals: list[Signal]) -> None:
    engine, limits = Engine(FRUIT), Limits()
    stock = {product.product_id: product.stock for product in FRUIT.products}
    last_ms, host_ms, made = -limits.gap_ms, -limits.host_reign_ms, []
    for signal in signals:
        if isinstance(signal, Bag):
            stock = {product.product_id: product.stock for product in signal.products}
        if isinstance(signal, Stock) and signal.product_id in stock:
            stock[signal.product_id] = signal.n
        for cue in engine.take(signal):
            made.append(cue)
            assert cue.product_id in stock
            assert cue.until_ms > cue.t_ms >= last_ms
            if cue.reason.code == "host":
                host_ms = cue.t_ms
            else:
                assert stock[cue.product_id] > 0
                assert cue.t_ms - last_ms >= limits.gap_ms
                assert cue.t_ms - host_ms >= limits.host_reign_ms
            last_ms = cue.t_ms
    again = Engine(FRUIT)
    assert [cue for signal in signals for cue in again.take(signal)] == made
