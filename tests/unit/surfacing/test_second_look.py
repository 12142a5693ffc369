"""A line that is in doubt: what is said next, what viewers ask, and what a burst is answered with decide it."""

from tests.unit.surfacing.talk import FRUIT, SHOP, hear, opens, product, say, shown, write

from xiaodian.contracts.surfacing import Bag, Signal
from xiaodian.modules.surfacing.engine.belief import Hint
from xiaodian.modules.surfacing.engine.candidate import Candidate
from xiaodian.modules.surfacing.engine.discourse import read_line
from xiaodian.modules.surfacing.engine.engine import Engine
from xiaodian.modules.surfacing.engine.lexicon import load_lexicon
from xiaodian.modules.surfacing.engine.looking import hear_nothing, look_again
from xiaodian.modules.surfacing.engine.matching import Matcher
from xiaodian.modules.surfacing.engine.model import load_weights
from xiaodian.modules.surfacing.engine.spelling import normalise
from xiaodian.modules.surfacing.engine.unnamed import confirms
from xiaodian.modules.surfacing.engine.vocabulary import build_vocabulary
from xiaodian.modules.surfacing.engine.wanting import SkuWords, Wanting, read_wish

DOUBTFUL = "蓝莓有的啊今年这个果子是真的好"
HINT = Hint(10_000, 0.0, 0.5, "蓝莓", "name", 8_000, is_detail=False, is_asked=False)
CLOTHES = Bag(
    lang="zh",
    products=(
        product("dress", 1, "法式碎花连衣裙", ("S码", "M码", "L码"), 16900),
        product("shirt", 2, "纯棉白衬衫", ("M码", "L码", "XXL码"), 9900),
        product("scarf", 3, "真丝小方巾", ("53cm",), 7900),
    ),
)


def looked(text: str, *, clicked: float = 0.0) -> float:
    """How much speaks for the blueberries of a doubtful line when this is said next."""
    line = normalise(text, "zh")
    matches = Matcher(build_vocabulary(FRUIT)).match(line)
    reading = read_line(line, load_lexicon("zh"))
    told = look_again(HINT, reading, matches, "blueberry", "strawberry", 13_000, clicked, in_time=1.0)
    return load_weights("zh").log_odds(told)


def ask(text: str, accounts: int, since_ms: int = 10_300) -> list[Signal]:
    """A comment by many viewers, one after the other."""
    return [write(since_ms + 150 * index, f"u{index}", text) for index in range(accounts)]


def test_a_host_who_goes_on_about_what_a_doubtful_line_named_gets_its_card() -> None:
    stays = looked("蓝莓四盒六十九你看这个果粉")
    assert stays > looked("好了不说它了大家晚上吃了没有")
    assert stays > looked("等会儿再给大家讲")
    assert stays > looked("来看五号链接赣南的脐橙")


def test_a_name_in_passing_brings_no_card_up_when_the_host_is_back_with_what_is_on_show() -> None:
    assert looked("咱们这个草莓三斤九十九") < looked("你看这个果粉六十九")


def test_viewers_who_open_it_between_two_lines_speak_for_it() -> None:
    assert looked("你看这个颜色", clicked=0.5) > looked("你看这个颜色")


def test_a_doubtful_line_that_nothing_follows_is_decided_before_a_card_would_come_too_late() -> None:
    weights = load_weights("zh")
    likely, unlikely = HINT._replace(log_odds=1.5), HINT._replace(log_odds=-1.5)
    assert weights.log_odds(hear_nothing(likely, 0.3, 1.0)) > weights.log_odds(hear_nothing(unlikely, 0.3, 1.0))
    late = [*say("蓝莓有的"), write(25_000, "a", "晚上好")]
    assert hear(FRUIT, late) == []


def test_what_most_likely_began_too_long_ago_gets_no_late_card_however_sure_it_is_by_now() -> None:
    def is_shown(in_time: float) -> bool:
        evidence = {"look_bias": 1.0, "look_in_time": in_time}
        later = Candidate(
            product_id="blueberry",
            t_ms=20_000,
            begun_ms=15_000,
            evidence=evidence,
            words="蓝莓",
            named_by="name",
            log_odds=5.0,
        )
        return bool(Engine(FRUIT)._decide([later]))

    assert is_shown(0.8)
    assert not is_shown(0.2)


def test_that_a_burst_was_heard_brings_no_card_up_before_the_host_turns_to_it() -> None:
    burst = ask("蓝莓多少钱", 8, since_ms=6_000)
    heard = "好好好看到了你们一个个都在刷蓝莓"
    assert hear(FRUIT, [*burst, *say(heard)]) == []
    turned = hear(FRUIT, [*burst, *say(heard, "来那咱们先看蓝莓给大家打开", every_ms=5_000)])
    assert [cue.product_id for cue in turned] == ["blueberry"]


def test_those_who_ask_for_it_open_it_too_and_that_is_no_turn_of_the_host() -> None:
    burst = ask("蓝莓多少钱", 8, since_ms=6_000)
    clicks = opens("u0", "u1", "u2", "u3", product_id="blueberry")
    assert hear(FRUIT, [*burst, *say("好好好看到了你们一个个都在刷蓝莓"), *clicks]) == []


def test_questions_that_name_nothing_speak_for_what_a_doubtful_line_was_about() -> None:
    weights = load_weights("zh")
    nobody, many = (confirms(HINT, 11_000, 0.0, wanted, in_time=1.0) for wanted in (0.0, 1.0))
    assert weights.log_odds(many) > weights.log_odds(nobody)
    asked = [
        write(10_300 + 200 * i, f"u{i}", text) for i, text in enumerate(("多少钱", "链接呢", "怎么拍", "几号") * 3)
    ]
    assert hear(FRUIT, [*say("大家晚上好欢迎来到直播间"), *asked]) == []


def test_small_talk_settles_nothing() -> None:
    talk = [write(10_300 + 200 * index, f"u{index}", "主播好美") for index in range(12)]
    assert hear(FRUIT, [*say(DOUBTFUL), *talk]) == []


def test_one_viewer_who_asks_a_thousand_times_is_one_and_one_wording_counts_a_few_times() -> None:
    alone, copied, many = Wanting(), Wanting(), Wanting()
    for index in range(150):
        alone.note(1_000 + index, "u1", f"多少钱{index}", None)
        copied.note(1_000 + index, f"u{index}", "多少钱", None)
        many.note(1_000 + index, f"u{index}", f"多少钱{index}", None)
    assert alone.level("p", 0, 2_000) < copied.level("p", 0, 2_000) < many.level("p", 0, 2_000) == 1.0
    wave = [write(10_300 + index, "u1", "多少钱") for index in range(1_000)]
    assert hear(FRUIT, [*say(DOUBTFUL), *wave]) == []


def test_a_size_speaks_for_goods_that_come_in_it_only() -> None:
    wanting = Wanting()
    skus = SkuWords(CLOTHES.products, "zh")
    for index in range(5):
        wanting.note(1_000, f"u{index}", f"有没有L码{index}", skus.owners("有没有L码"))
    assert wanting.level("dress", 0, 2_000) == wanting.level("shirt", 0, 2_000) == 1.0
    assert wanting.level("scarf", 0, 2_000) == 0.0
    english = SkuWords((product("tee", 1, "Heavy Tee", ("S", "L")), product("hat", 2, "Hat", ("one size",))), "en")
    assert english.owners("do you have it in L") == frozenset({"tee"})
    assert english.owners("how much is it") is None


def test_a_sku_that_one_product_alone_comes_in_asks_for_that_product() -> None:
    matcher, skus = Matcher(build_vocabulary(CLOTHES)), SkuWords(CLOTHES.products, "zh")
    assert read_wish(matcher, skus, "有没有XXL码", "zh").product_ids == ("shirt",)
    assert read_wish(matcher, skus, "有没有L码", "zh").product_ids == ()
    assert read_wish(matcher, skus, "主播好美", "zh") == read_wish(matcher, skus, "晚上好", "zh")


def test_words_that_everybody_says_all_day_name_no_product_in_english() -> None:
    pumps = Bag(lang="en", products=(product("pump", 1, "Mini Floor Pump with Gauge"), product("wax", 2, "Chain Wax")))
    matcher = Matcher(build_vocabulary(pumps))
    assert matcher.match(normalise("she's lying on the floor now", "en"))["pump"].score < 0.9
    assert matcher.match(normalise("the pump", "en"))["pump"].score >= 0.9
    assert shown(SHOP, "let me set the light a bit lower and cut the music") == []


def test_everyday_words_side_by_side_name_the_product_whose_title_has_them_so() -> None:
    books = Bag(lang="zh", products=(product("history", 1, "写给儿童的中国历史"), product("prose", 2, "小古文100课")))
    matcher = Matcher(build_vocabulary(books))
    assert matcher.match("爱看书的给他十四册的中国历史")["history"].score >= 0.8
    assert matcher.match("先讲小古文")["prose"].score >= 0.8


def test_a_number_that_belongs_to_a_name_is_no_number_of_the_bag() -> None:
    brushes = Bag(
        lang="en",
        products=(product("brush", 4, "Kolinsky Round Brush Size 8"), product("easel", 8, "Field Easel Beech Folding")),
    )
    matcher = Matcher(build_vocabulary(brushes))
    assert matcher.match(normalise("this is the kolinsky sable number eight", "en")).keys() == {"brush"}
    assert "easel" in matcher.match(normalise("next is number eight", "en"))
