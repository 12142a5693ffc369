"""Every refusal has a text in every language, and no text is left over."""

import importlib
import pkgutil
import re

import pytest
from tests.architecture.source import SOURCE, python_sources

import xiaodian
from xiaodian.contracts.base import DomainError
from xiaodian.edge.messages import LANGUAGES, catalogue

AREAS = sorted(path.stem for path in (SOURCE / "messages" / LANGUAGES[0]).glob("*.json"))
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_REASON_FIELD = re.compile(r"""reason(?::[^=\n]+)?\s*=\s*["'](\w+)["']""")
_ERROR_WITH_REASON = re.compile(r"""(?:BadTextError|Refusal|refused)\(?["'](\w+)["']""")
ROOTS_WITHOUT_TEXT = {"domain_error"}


def _error_codes() -> set[str]:
    for module in pkgutil.walk_packages(xiaodian.__path__, "xiaodian."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: set[type[DomainError]] = set()
    waiting = [DomainError]
    while waiting:
        error = waiting.pop()
        found.add(error)
        waiting += error.__subclasses__()
    return {error.code for error in found if error.__module__.startswith("xiaodian")} - ROOTS_WITHOUT_TEXT


def _words_in_source() -> set[str]:
    """Every word that the source has as a string of its own, for reasons are such words."""
    return {word for source in python_sources("src/xiaodian") for word in re.findall(r"""["'](\w+)["']""", source.text)}


@pytest.mark.parametrize("area", AREAS)
def test_every_language_has_the_same_texts_with_the_same_placeholders(area: str) -> None:
    texts = {language: catalogue(language, area) for language in LANGUAGES}
    assert len({frozenset(keys) for keys in texts.values()}) == 1
    for key in texts[LANGUAGES[0]]:
        placeholders = {language: set(_PLACEHOLDER.findall(texts[language][key])) for language in LANGUAGES}
        assert len({frozenset(names) for names in placeholders.values()}) == 1, (key, placeholders)
        assert all(texts[language][key].strip() for language in LANGUAGES), key


def test_every_refusal_has_a_text() -> None:
    assert _error_codes() - catalogue("zh", "errors").keys() == set()


def test_no_text_is_for_a_refusal_that_does_not_exist() -> None:
    codes, words = _error_codes(), _words_in_source()
    left_over = {
        key
        for key in catalogue("zh", "errors")
        if key.partition(".")[0] not in codes or (key.partition(".")[2] and key.partition(".")[2] not in words)
    }
    assert left_over == set()


def test_chinese_texts_are_chinese_and_english_ones_are_not() -> None:
    for key, text in catalogue("en", "errors").items():
        assert not re.search(r"[\u4e00-\u9fff]", text), key
    for key, text in catalogue("zh", "errors").items():
        assert re.search(r"[\u4e00-\u9fff]", text), key
