"""When the host turned to something: what is named only lines later comes up in time or not at all."""

from tests.unit.surfacing.talk import FRUIT, SHOP, hear, opens, say

from xiaodian.contracts.surfacing import Bag
from xiaodian.modules.surfacing.engine.belief import Dialogue, Hint
from xiaodian.modules.surfacing.engine.discourse import read_line
from xiaodian.modules.surfacing.engine.lexicon import load_lexicon
from xiaodian.modules.surfacing.engine.matching import Match, Matcher
from xiaodian.modules.surfacing.engine.model import load_weights, probability
from xiaodian.modules.surfacing.engine.spelling import normalise
from xiaodian.modules.surfacing.engine.turning import Opening, Openings, begun_ms, signs_of_turn
from xiaodian.modules.surfacing.engine.unnamed import confirms
from xiaodian.modules.surfacing.engine.vocabulary import build_vocabulary

NEAR = {"zh": 7, "en": 24}


def named(bag: Bag, text: str) -> dict[str, Match]:
    """What the line names."""
    return Matcher(build_vocabulary(bag)).match(normalise(text, bag.lang))


def turn(bag: Bag, text: str) -> float:
    """How likely the first line of a room turns to something."""
    line = normalise(text, bag.lang)
    reading = read_line(line, load_lexicon(bag.lang))
    signs = signs_of_turn(reading, named(bag, text), Dialogue(), 60_000, bag.lang, NEAR[bag.lang])
    return probability(load_weights(bag.lang).log_odds(signs))


def test_a_host_who_takes_something_into_the_hand_turns_to_it_and_one_who_chats_does_not() -> None:
    assert turn(FRUIT, "来接下来给大家看一下我手上这一款") > 2 * turn(FRUIT, "今天早上又下雨了路上堵了好久")
    assert turn(SHOP, "okay so next let me show you this one right here") > 2 * turn(SHOP, "it rained all morning")


def test_what_was_opened_without_a_name_long_ago_is_no_longer_in_time() -> None:
    openings = Openings()
    openings.note(Opening(10_000, 0.8, {}))
    assert openings.in_time("honey", 15_000) > 0.9
    assert openings.in_time("honey", 21_000) == 0.0
    assert openings.in_time("honey", 21_000, now=0.8) < 0.6


def test_an_opening_that_named_another_product_says_nothing_of_this_one() -> None:
    openings = Openings()
    openings.note(Opening(10_000, 0.9, named(SHOP, "next up the cast iron teapot with infuser")))
    assert openings.in_time("honey", 21_000, now=0.5) > 0.9
    assert openings.in_time("teapot", 21_000, now=0.5) < 0.5


def test_a_card_ends_what_was_opened_before_it() -> None:
    openings = Openings()
    openings.note(Opening(10_000, 0.9, {}))
    openings.forget()
    assert openings.in_time("honey", 21_000, now=0.5) > 0.9


def test_a_long_line_has_begun_to_tell_two_seconds_before_its_end_at_most() -> None:
    assert begun_ms("来看这个", "zh", 10_000) > begun_ms("来看这个小小的东西", "zh", 10_000)
    assert begun_ms("字" * 200, "zh", 10_000) == 8_000


def test_viewers_who_open_a_product_late_are_weaker_evidence_than_those_who_do_at_once() -> None:
    hint = Hint(10_000, 0.0, 0.5, "honey", "name", 9_000, is_detail=False, is_asked=False)
    weights = load_weights("en")
    at_once = weights.log_odds(confirms(hint, 11_000, 0.3, 0.0, in_time=1.0))
    assert weights.log_odds(confirms(hint, 11_000, 0.3, 0.0, in_time=0.1)) < at_once


def test_clicks_on_what_was_shown_long_before_it_was_named_bring_no_late_card_up() -> None:
    opening = ["来接下来给大家看一下我手上这一款", "你们看看这个颜色多正", "我打开给大家尝一口"]
    doubtful = "蓝莓今年这个果子是真的好大家看一下"
    clicks = opens("a", product_id="blueberry", since_ms=32_500)
    at_once = [*say(doubtful, since_ms=31_000), *clicks]
    assert [cue.product_id for cue in hear(FRUIT, at_once)] == ["blueberry"]
    late = [*say(*opening, doubtful, since_ms=10_000), *clicks]
    assert hear(FRUIT, late) == []
