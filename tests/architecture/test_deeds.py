"""Every deed that the shop's log may hold can be read in every language."""

import re

import pytest
from tests.architecture.source import SOURCE, python_sources

from xiaodian.contracts.shops import ShopRole
from xiaodian.edge.messages import LANGUAGES, catalogue

_DEED = re.compile(r"""["']([a-z_]+\.(?!csv)[a-z_]+)["']""")
_MODULES = {path.name for path in (SOURCE / "modules").iterdir()}
"""Their names begin those of tables, which look like deeds."""
_NOTING = re.compile(r"note_deed|note_look|_note\(|_decide\(")


def _deeds_in_source() -> set[str]:
    """Every word of a deed's form in a file that notes deeds."""
    return {
        deed
        for source in python_sources("src/xiaodian/modules")
        if _NOTING.search(source.text)
        for deed in _DEED.findall(source.text)
        if deed.partition(".")[0] not in _MODULES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_deed_has_a_sentence(language: str) -> None:
    sentences = {key.removeprefix("deed.") for key in catalogue(language, "deeds") if key.startswith("deed.")}
    assert _deeds_in_source() - sentences == set(), "scripts/add_message.py deeds deed.<deed> ZH EN"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_deed_and_every_role_has_a_name(language: str) -> None:
    texts = catalogue(language, "deeds")
    areas = {key.split(".")[1] for key in texts if key.startswith("deed.")}
    assert {area for area in areas if f"deed_area.{area}" not in texts} == set()
    assert {role for role in ShopRole if f"role.{role}" not in texts} == set()
