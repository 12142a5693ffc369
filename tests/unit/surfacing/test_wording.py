"""How a line is worded: what was learned of hosts of one trade must hold for those of another."""

from dataclasses import replace

from tests.unit.surfacing.talk import FRUIT, SHOP, product, say

from xiaodian.contracts.surfacing import Bag
from xiaodian.modules.surfacing.engine.engine import Engine
from xiaodian.modules.surfacing.engine.matching import Matcher
from xiaodian.modules.surfacing.engine.model import MOST_WORDING, Least, Weights, load_weights
from xiaodian.modules.surfacing.engine.spelling import normalise
from xiaodian.modules.surfacing.engine.vocabulary import build_vocabulary
from xiaodian.modules.surfacing.engine.wording import runs_of

TEA = Bag(lang="zh", products=(product("pu", 1, "勐海布朗山生茶饼"), product("cup", 2, "建水紫陶公道杯")))


def runs(bag: Bag, text: str, product_id: str | None, kind: str = "line") -> set[str]:
    """The runs of a line as the engine reads it."""
    line = normalise(text, bag.lang)
    return set(runs_of(line, Matcher(build_vocabulary(bag)).match(line), product_id, bag.lang, kind))


def test_the_same_sentence_tells_the_same_of_fruit_and_of_tea() -> None:
    assert runs(FRUIT, "来咱们看蓝莓啊", "blueberry") == runs(TEA, "来咱们看公道杯啊", "cup")
    mug = runs(SHOP, "okay so this is the stoneware mug", "mug")
    assert mug == runs(SHOP, "okay so this is the heather honey", "honey")
    assert {"=the P", "=^okay", "=<the"} <= mug


def test_a_product_beside_which_another_is_named_is_told_from_it() -> None:
    own, other = (runs(FRUIT, "蓝莓没有脐橙甜", key) for key in ("blueberry", "orange"))
    assert "=P没" in own
    assert "=Q没" in other
    assert own != other


def test_prices_and_figures_of_one_room_are_not_learned_by_heart() -> None:
    assert runs(SHOP, "it's thirty nine today", None) == runs(SHOP, "it's forty five today", None)
    assert not any("eight" in run for run in runs(SHOP, "it's twenty eight for link four", None))
    assert not any("六" in run for run in runs(TEA, "一共六百八十克", None))


def test_what_a_line_tells_of_its_own_and_what_it_tells_of_the_line_before_are_learned_apart() -> None:
    kinds = [runs(FRUIT, "你看这个果粉", "blueberry", kind) for kind in ("line", "turn", "next")]
    assert not kinds[0] & kinds[1]
    assert not kinds[0] & kinds[2]


def test_the_wording_is_one_named_reason_among_others_and_never_all_of_it() -> None:
    weights = Weights(worth={"wording": 1.0}, least=Least(), wording={"=P": 3.0, "=来": 2.5, "=^来": 0.5})
    assert weights.worded("wording", ("=P", "=来", "=^来", "=unknown")) == {"wording": MOST_WORDING}
    assert weights.terms(weights.worded("wording", ("=P",))) == [("wording", 3.0)]
    assert Weights(worth={}, least=Least()).worded("wording", ("=P",)) == {}
    line, fitted = say("来给大家看一下云南高山蓝莓")[0], load_weights("zh")
    (cue,) = Engine(FRUIT, weights=replace(fitted, wording={"=^来": 3.0})).take(line)
    assert ("wording", 3.0) in [(item.code, item.weight) for item in cue.reason.evidence]
    assert Engine(FRUIT, weights=replace(fitted, wording={"=^来": -4.0})).take(line) == []


def test_a_host_of_any_trade_who_only_answers_is_not_interrupted() -> None:
    weights = load_weights("zh")
    turned, answered = (
        weights.worded("wording", runs(TEA, text, "cup"))["wording"]
        for text in ("来咱们看这个公道杯", "公道杯有的有的等会儿讲")
    )
    assert turned > answered


def test_the_table_of_runs_is_small_enough_to_be_read_with_the_engine() -> None:
    assert all(0 < len(load_weights(lang).wording) < 15_000 for lang in ("zh", "en"))
    assert Engine(TEA).take(say("大家晚上好")[0]) == []
