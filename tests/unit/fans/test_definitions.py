"""What figures of fans mean is written once, and told to users word by word."""

import re
from pathlib import Path

from xiaodian.modules.fans.conditions.fields import FIELDS
from xiaodian.modules.fans.definitions import DEFINITIONS

DOC = Path(__file__).parents[3] / "docs/fans.md"


def test_the_page_for_users_says_of_every_figure_what_the_code_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(each.key, each.formula, each.source) for each in DEFINITIONS]


def test_the_page_for_users_lists_every_field_that_a_condition_can_ask() -> None:
    rows = re.findall(r"^- `(\w+)` \((\w+)\)( within)?: (.+)$", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    within = {"never": "", "may": " within", "must": " within"}
    assert rows == [(each.name, each.kind, within[each.within], each.meaning) for each in FIELDS]
