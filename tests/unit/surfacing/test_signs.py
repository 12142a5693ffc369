"""Signs that bring up what is barely named, and those that keep down what is."""

from dataclasses import replace

from tests.unit.surfacing.talk import FRUIT, hear, opens, product, say, shown

from xiaodian.contracts.surfacing import Bag, Purchase
from xiaodian.modules.surfacing.engine.candidate import Candidate
from xiaodian.modules.surfacing.engine.clicking import Clicking
from xiaodian.modules.surfacing.engine.discourse import Reading, read_line
from xiaodian.modules.surfacing.engine.lexicon import load_lexicon
from xiaodian.modules.surfacing.engine.matching import Matcher
from xiaodian.modules.surfacing.engine.recent import Line, Recent, gather_recent
from xiaodian.modules.surfacing.engine.spelling import normalise
from xiaodian.modules.surfacing.engine.vocabulary import build_vocabulary

RODS = Bag(
    lang="zh",
    products=(
        product("soft", 1, "碳素台钓竿鲫鱼竿28调", ("3.6米", "4.5米"), 16800),
        product("stiff", 2, "碳素台钓竿大物竿19调", ("5.4米", "6.3米"), 32900),
        product("white-tea", 3, "2021高山白牡丹散茶", ("150克",), 13800),
        product("black-skirt", 4, "明制织金马面裙 墨黑", ("短款95", "长款102"), 16900),
        product("red-skirt", 5, "明制织金马面裙 朱红", ("短款95", "长款102"), 16900),
        product("words", 6, "识字大王分级阅读", ("一级", "二级"), 8800),
    ),
)
MATCHER = Matcher(build_vocabulary(RODS))
DOUBTFUL = "蓝莓今年这个果子是真的好大家看一下"


def scores(text: str) -> dict[str, float]:
    """What each product is worth in the text."""
    found = MATCHER.match(normalise(text, "zh"))
    return {key: match.score for key, match in found.items()}


def read(text: str) -> Reading:
    """The line as the engine reads it."""
    return read_line(normalise(text, "zh"), load_lexicon("zh"))


def test_viewers_who_open_what_a_doubtful_line_was_about_bring_it_up() -> None:
    line = say(DOUBTFUL)
    assert hear(FRUIT, line) == []
    cues = hear(FRUIT, [*line, *opens("a", "b", "c", "d", product_id="blueberry")])
    assert [cue.product_id for cue in cues] == ["blueberry"]


def test_viewers_who_buy_what_a_doubtful_line_was_about_bring_it_up() -> None:
    bought = [Purchase(t_ms=10_500 + 150 * i, account=f"a{i}", product_id="blueberry") for i in range(4)]
    assert [cue.product_id for cue in hear(FRUIT, [*say(DOUBTFUL), *bought])] == ["blueberry"]
    assert hear(FRUIT, [*say("大家晚上好欢迎来到直播间"), *bought]) == []


def test_clicks_after_a_line_that_declines_a_product_are_no_turn_to_it() -> None:
    evidence = dict.fromkeys(("name", "margin"), 1.0)
    doubtful = Candidate(product_id="p", t_ms=0, begun_ms=0, evidence=evidence, words="", named_by="name", log_odds=0.0)
    assert not doubtful.is_declined
    assert replace(doubtful, evidence=evidence | {"declining_here": 1.0}).is_declined
    wave = opens(*(f"a{index}" for index in range(12)), product_id="blueberry")
    assert hear(FRUIT, [*say("有人问云南高山蓝莓 蓝莓今天不展开讲 大家自己看图"), *wave]) == []


def test_a_wave_of_clicks_brings_nothing_up_that_nobody_spoke_of() -> None:
    wave = opens(*(f"a{index}" for index in range(300)), product_id="cherry")
    assert hear(FRUIT, [*say("大家晚上好欢迎来到直播间"), *wave]) == []


def test_one_account_that_clicks_a_hundred_times_is_one_viewer() -> None:
    once, often = Clicking(), Clicking()
    once.note(1_000, "a", "p")
    for index in range(100):
        often.note(1_000 + index, "a", "p")
    assert once.lift("p", 2_000) == often.lift("p", 2_000)


def test_what_is_clicked_all_the_time_is_no_rush() -> None:
    steady, sudden = Clicking(), Clicking()
    for index in range(20):
        steady.note(1_000 * index, f"a{index}", "p")
        sudden.note(1_000 * index, f"a{index}", "p" if index >= 17 else "other")
    assert steady.lift("p", 18_000) < sudden.lift("p", 18_000)


def test_goods_are_known_by_the_figures_of_their_title_however_they_are_read() -> None:
    assert scores("给你们看看这根二八调的")["soft"] > scores("给你们看看这根二八调的").get("stiff", 0)
    assert scores("硬一点的就是十九调")["stiff"] > scores("硬一点的就是十九调").get("soft", 0)
    for year in ("二一年的", "二零二一年的", "21年的"):
        assert scores(f"先喝这个{year}") == {"white-tea": scores(f"先喝这个{year}")["white-tea"]}


def test_lengths_are_understood_as_they_are_said() -> None:
    assert scores("五米四起步你看这个腰")["stiff"] > scores("五米四起步你看这个腰").get("soft", 0)
    assert scores("三米六的九十一克").keys() == {"soft"}


def test_of_two_goods_of_one_name_the_colour_decides() -> None:
    said = scores("黑的织金的来转一圈")
    assert said["black-skirt"] > said["red-skirt"]
    said = scores("织金的红色这条过年穿")
    assert said["red-skirt"] > said["black-skirt"]


def test_words_of_the_talk_itself_are_hardly_a_misheard_name() -> None:
    assert scores("不是拼音大是字大拼音小").get("words", 0) < 0.9


def test_an_opening_that_is_taken_back_in_the_same_breath_brings_nothing_up() -> None:
    assert shown(FRUIT, "好下面来看三号链接蓝莓哎等一下拿错了") == []
    assert shown(FRUIT, "来咱们看四号呃不对先别看车厘子") == []


def test_what_the_breath_before_said_counts_with_this_one() -> None:
    spoken = [Line(10_000, read("再看一个硬的十九调的"), MATCHER.match(normalise("再看一个硬的十九调的", "zh")))]
    now = MATCHER.match(normalise("五米四起步你看这个腰", "zh"))
    told = gather_recent(spoken, now, "stiff")
    assert told["recent_opened"]
    assert told["recent_margin"] > 0
    assert not told["recent_tied"]
    assert gather_recent([], now, "stiff") == {}


def test_lines_of_long_ago_are_no_part_of_the_sentence() -> None:
    recent = Recent()
    recent.note(Line(10_000, read("再看一个硬的"), {}))
    assert recent.lines(14_000)
    assert not recent.lines(40_000)


def test_everybody_is_asking_is_no_summing_up() -> None:
    assert not read("大家都在问蓝莓咱们看一下").has("recap")
    assert read("讲过的都还在车里").has("recap")
