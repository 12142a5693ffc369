"""What can be asked of fans is told to users word by word, in the words of the figures."""

import re
from pathlib import Path

from xiaodian.edge.messages import LANGUAGES, catalogue
from xiaodian.modules.fans.conditions.fields import FIELDS

DOC = Path(__file__).parents[3] / "docs/fans.md"
SAME = {
    "orders": "purchases",
    "occasions": "occasion",
    "average_minor": "average_order",
    "spent_minor": "spent",
    "returned_share": "returned_share",
    "likelihood": "likelihood",
    "usual_hour": "usual_hour",
}
"""Fields of conditions that are figures."""


def test_the_page_for_users_lists_every_field_that_a_condition_can_ask() -> None:
    rows = re.findall(r"^- `(\w+)` \((\w+)\)( within)?: (.+)$", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    within = {"never": "", "may": " within", "must": " within"}
    assert rows == [(each.name, each.kind, within[each.within], each.meaning) for each in FIELDS]


def test_a_condition_asks_a_figure_by_the_word_that_pages_show_it_by() -> None:
    for language in LANGUAGES:
        fields, figures = catalogue(language, "console_fans"), catalogue(language, "console_insights")
        for field, key in SAME.items():
            assert fields[f"fans_field_{field}"] == figures[f"metric_{key}"], (language, field)


def test_a_segment_is_called_the_same_wherever_it_stands() -> None:
    for language in LANGUAGES:
        names, figures = catalogue(language, "console_outreach"), catalogue(language, "console_insights")
        for key, name in figures.items():
            if re.fullmatch(r"metric_segment_[a-z]+(_spender)?", key):
                assert names[key.replace("metric_", "outreach_")] == name, (language, key)
