"""Every figure means one thing, said in one place and in both languages."""

from pathlib import Path

from xiaodian.edge.messages import LANGUAGES, catalogue
from xiaodian.modules.insights.definitions import DEFINITIONS, aov_minor, average, gpm_minor, share, uv_value_minor

METRICS = Path(__file__).parents[3] / "docs/metrics.md"


def test_every_figure_has_a_name_and_plain_words_in_every_language() -> None:
    parts = ("", "_what", "_formula", "_source")
    wanted = {f"metric_{each.key}{part}" for each in DEFINITIONS for part in parts}
    for language in LANGUAGES:
        texts = catalogue(language, "console_insights")
        assert wanted == {key for key in texts if key.startswith("metric_")}


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
