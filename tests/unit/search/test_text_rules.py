"""What fits a question: the tokens that texts and questions share."""

import pytest

from xiaodian.modules.search.models import Document, Kind
from xiaodian.modules.search.text_rules import (
    MAX_TERMS,
    fold,
    heard_words,
    index_tokens,
    latin_words,
    list_spellings,
    loosened,
    read_question,
)

STRAWBERRIES = Document(
    kind=Kind.PRODUCT, doc_id="1", title="丹东99红颜草莓 顺丰空运", names="大梁山农场", more="3斤装 gift box"
)
JUMPER = Document(kind=Kind.PRODUCT, doc_id="2", title="Hand-knitted wool jumpers, navy", names="Marta's Berries")


def labels(document: Document) -> dict[str, str]:
    """Its tokens, and where each was found."""
    found = {}
    for part in index_tokens(document).split(" "):
        token, _, label = part.rpartition(":1")
        found[token.strip("'").replace("''", "'")] = label
    return found


def fits(question: str, document: Document) -> bool:
    """Whether every term of the question has a way into the document."""
    tokens = labels(document)

    def _has(token: str) -> bool:
        return any(one.startswith(token[:-1]) for one in tokens) if token.endswith("*") else token in tokens

    terms = read_question(question)
    return bool(terms) and all(any(all(map(_has, way)) for way in term.ways if way) for term in terms)


@pytest.mark.parametrize(
    "question",
    [
        "草莓",
        "红颜草莓",
        "丹东 草莓",
        "颜草",
        "莓",
        "ＤＡＮＤＯＮＧ",
        "caomei",
        "hongyancaomei",
        "cm",
        "dandong caomei",
        "caom",
        "99",
        "3斤装",
    ],
)
def test_goods_are_found_by_words_parts_of_words_and_how_they_are_typed(question: str) -> None:
    assert fits(question, STRAWBERRIES)


@pytest.mark.parametrize("question", ["草梅", "曹梅", "红岩草莓", "大凉山", "顺风空运", "单东"])
def test_goods_are_found_when_typed_with_characters_that_sound_alike(question: str) -> None:
    assert fits(question, STRAWBERRIES)


@pytest.mark.parametrize("question", ["蓝莓", "车厘子", "lanmei", "香蕉", "98"])
def test_other_goods_are_not_found(question: str) -> None:
    assert not fits(question, STRAWBERRIES)


@pytest.mark.parametrize("question", ["jumper", "JUMPERS", "knitted wool", "hand-knitted", "berry", "marta"])
def test_english_goods_are_found_in_singular_and_plural_and_by_parts(question: str) -> None:
    assert fits(question, JUMPER)


def test_a_hit_in_the_title_counts_more_than_elsewhere_and_a_sound_less_than_a_word() -> None:
    found = labels(STRAWBERRIES)
    assert (found["w草莓"], found["w农场"], found["wgift"], found["bcao.mei"]) == ("A", "B", "D", "C")


@pytest.mark.parametrize("question", ["", "  ", "!?#", "🍓", "'", "\\", "%_", ":*", "&|!()"])
def test_a_question_without_words_finds_nothing_and_breaks_nothing(question: str) -> None:
    assert read_question(question) == []


def test_a_long_question_is_cut_to_what_can_be_asked_at_once() -> None:
    assert len(read_question(" ".join("abcdefghijklmnopqrstuvwxyz" * 3))) <= MAX_TERMS


def test_words_that_slips_are_put_right_by_are_whole_words_of_letters() -> None:
    assert latin_words(JUMPER) == {"wool", "jumpers", "navy", "berries"}


def test_a_sentence_is_looked_for_word_by_word_when_nothing_has_all_of_it() -> None:
    assert [term.text for term in loosened(read_question("红颜草莓怎么卖"))][:2] == ["红颜", "草莓"]


def test_width_case_and_accents_make_no_difference() -> None:
    assert fold("ＣＡＦÉ Crème") == "cafe creme"


def test_a_slip_is_looked_for_in_a_sound_or_between_two_characters_and_not_in_what_is_too_short() -> None:
    [pinyin] = read_question("caomie")
    near, turned = list_spellings(pinyin)
    assert (near, turned) == (["caomie"], ["acomie", "coamie", "camoie", "caoime", "caomei"])
    [short] = read_question("梅")
    assert list_spellings(short) == ([], [])
    [swapped] = read_question("莓草")
    assert list_spellings(swapped) == (["meicao"], ["caomei"])
    [long] = read_question("丹东早莓礼盒")
    assert list_spellings(long) == ([], [])


def test_words_are_kept_by_how_they_sound_as_they_are_typed() -> None:
    document = Document(kind=Kind.PRODUCT, doc_id="1", title="山东草莓 jam", names="小丹")
    heard = heard_words(document)
    assert heard["caomei"] == "草莓"
    assert heard["sandong"] == "山东"
    assert heard["xiaodan"] == "小丹"
    assert "jam" not in heard
