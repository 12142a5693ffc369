"""What people type is shown as they meant it, and nothing invisible gets through."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.kit.masking import mask_email
from xiaodian.kit.text import BadTextError, clean_line, comparison_key


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  小丹  ", "小丹"),
        ("a   b", "a b"),
        ("e\u0301", "é"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("<b>x</b>", "<b>x</b>"),
    ],
)
def test_good_names_are_kept(typed: str, kept: str) -> None:
    assert clean_line(typed, max_chars=30) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        (" \t ", "empty"),
        ("\u0301", "empty"),
        ("\u200b", "bad_character"),
        ("a\u200db", "bad_character"),
        ("a\u202eb", "bad_character"),
        ("a\nb", "bad_character"),
        ("a\u00a0b", "bad_character"),
        ("a\u3000b", "bad_character"),
        ("\u3164", "bad_character"),
        ("\u2800", "bad_character"),
        ("a\x00b", "bad_character"),
        ("a\ue000", "bad_character"),
        ("Z" + "\u0317" * 9, "bad_character"),
        ("x" * 31, "too_long"),
    ],
)
def test_bad_names_are_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(BadTextError) as refusal:
        clean_line(typed, max_chars=30)
    assert refusal.value.reason == reason


@given(st.text(max_size=60))
def test_what_is_kept_is_clean_and_stays_as_it_is(typed: str) -> None:
    try:
        kept = clean_line(typed, max_chars=30)
    except BadTextError:
        return
    assert 1 <= len(kept) <= 30
    assert kept == kept.strip() == unicodedata.normalize("NFC", kept) == clean_line(kept, max_chars=30)
    assert "\n" not in kept
    assert "\x00" not in kept


def test_names_that_read_the_same_compare_the_same() -> None:
    assert comparison_key("ＤＡＮ Dong") == comparison_key("dan dong") == comparison_key("DanDong")
    assert comparison_key("丹东") != comparison_key("丹西")


def test_an_email_is_masked_but_for_its_first_letter_and_domain() -> None:
    assert mask_email("dandan@example.com") == "d***@example.com"
