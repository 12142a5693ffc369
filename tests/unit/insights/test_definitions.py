"""Every figure means one thing, said in one place and in both languages."""

import re
from pathlib import Path

from xiaodian.contracts.figures import DEFINITIONS
from xiaodian.edge.messages import LANGUAGES, catalogue
from xiaodian.modules.insights.definitions import aov_minor, average, gpm_minor, share, uv_value_minor

ROOT = Path(__file__).parents[3]
METRICS = ROOT / "docs/metrics.md"
CONSOLE = ROOT / "frontend/src/console"
ASKED = re.compile(r"""(?:<WhatIs|<FigureBeside|<Value)[^>]*?\bmetric="([a-z_]+)"|\bmetric: "([a-z_]+)\"""")


def test_every_figure_has_a_name_and_plain_words_in_every_language() -> None:
    parts = ("", "_what", "_formula", "_source")
    wanted = {f"metric_{each.key}{part}" for each in DEFINITIONS for part in parts}
    for language in LANGUAGES:
        texts = catalogue(language, "console_insights")
        assert wanted == {key for key in texts if key.startswith("metric_")}


def test_no_two_figures_have_the_same_key_or_go_by_the_same_name() -> None:
    assert len({each.key for each in DEFINITIONS}) == len(DEFINITIONS)
    for language in LANGUAGES:
        texts = catalogue(language, "console_insights")
        names = [texts[f"metric_{each.key}"].casefold() for each in DEFINITIONS]
        assert [name for name in names if names.count(name) > 1] == [], language


def test_every_figure_that_a_page_explains_is_defined() -> None:
    known = {each.key for each in DEFINITIONS}
    asked = {
        key
        for path in CONSOLE.rglob("*.svelte")
        for match in ASKED.finditer(path.read_text("utf-8"))
        for key in match.groups()
        if key
    }
    assert len(asked) > 30
    assert asked <= known, asked - known


def test_the_english_formulas_are_those_of_the_code() -> None:
    texts = catalogue("en", "console_insights")
    for each in DEFINITIONS:
        said = texts[f"metric_{each.key}_formula"], texts[f"metric_{each.key}_source"]
        assert said == (each.formula, each.source), each.key


def test_the_page_for_readers_says_the_same_as_the_code() -> None:
    rows = [line for line in METRICS.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert rows == [f"| `{each.key}` | {each.unit} | {each.formula} | {each.source} |" for each in DEFINITIONS]


def test_figures_of_nothing_are_none_and_not_nought() -> None:
    assert gpm_minor(500, 0) is None
    assert uv_value_minor(500, 0) is None
    assert aov_minor(500, 0) is None
    assert share(1, 0) is None
    assert average(1, 0) is None


def test_figures_per_thousand_and_per_head() -> None:
    assert gpm_minor(89_00, 4_000) == 2225
    assert uv_value_minor(1000, 3) == 333
    assert share(1, 3) == 0.3333
    assert average(10, 4) == 2.5
