"""Names, numbers and pictures in the one form we keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.base import InvalidInputError
from xiaodian.modules.accounts import rules
from xiaodian.modules.accounts.tokens import hash_token, looks_like_token, new_access_token, new_session_token


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13800000001", "+8613800000001"),
        ("+86 138 0000 0001", "+8613800000001"),
        ("１３８００００００１２", "+8613800000012"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("  Dan@Example.com ", "dan@example.com"),
        ("d.d+x@mail.example.co", "d.d+x@mail.example.co"),
        ("12800000001", None),
        ("4155552671", None),
        ("+0123456789", None),
        ("+1234567890123456", None),
        ("@example.com", None),
        ("a@b@example.com", None),
        ("a b@example.com", None),
        ("a@example", None),
        ("丹丹@example.com", None),
        ("", None),
        ("a" * 65 + "@example.com", None),
    ],
)
def test_a_sign_in_name_has_one_form(written: str, kept: str | None) -> None:
    assert rules.normalise_sign_in(written) == kept


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = rules.normalise_sign_in(text)
    if once is not None:
        assert rules.normalise_sign_in(once) == once


def test_a_masked_name_shows_too_little_to_guess_it() -> None:
    assert rules.mask_sign_in("+8613812345678") == "138******78"
    assert rules.mask_sign_in("dandan@example.com") == "d***@example.com"


def test_a_password_is_the_same_from_any_keyboard() -> None:
    assert rules.require_password("pässwörd") == rules.require_password("pa\u0308sswo\u0308rd")


@pytest.mark.parametrize("bad", ["1234567", "x" * 129])
def test_a_password_has_a_sane_length(bad: str) -> None:
    with pytest.raises(InvalidInputError):
        rules.require_password(bad)


def test_tokens_are_random_recognisable_and_kept_as_hashes() -> None:
    tokens = {new_session_token() for _ in range(50)} | {new_access_token() for _ in range(50)}
    assert len(tokens) == 100
    assert all(looks_like_token(token) and len(hash_token(token)) == 32 for token in tokens)
    assert not looks_like_token("x" * 43 + "\n")
