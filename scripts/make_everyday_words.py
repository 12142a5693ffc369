"""Writes how often English words are said, for the words that are said often: `engine/lexicon/everyday.toml`.

    pip install wordfreq && python scripts/make_everyday_words.py

A word of a title that everybody says all day (light, set, floor) tells little of a product. Chinese has its segmenter's
own frequencies.
"""

from pathlib import Path

from wordfreq import top_n_list, zipf_frequency

TARGET = Path(__file__).parents[1] / "src/xiaodian/modules/surfacing/engine/lexicon/everyday.toml"
MOST_WORDS = 6_000
BANDS = (("always", 5.0, 9.0), ("often", 4.7, 5.0))
"""Names, and between which Zipf frequencies: 5 is a hundred times in a million words."""
WIDTH = 150


def main() -> None:
    """Write the table."""
    words = [word for word in top_n_list("en", MOST_WORDS) if word.isascii() and word.isalpha() and len(word) > 1]
    lines = [
        "# English words by how often they are said, by scripts/make_everyday_words.py from the word lists of wordfreq",
        "# (Robyn Speer, https://github.com/rspeer/wordfreq; the data under CC BY-SA 4.0).",
    ]
    for name, least, most in BANDS:
        lines += ["", f'{name} = """', *_fill([w for w in words if least <= zipf_frequency(w, "en") < most]), '"""']
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _fill(words: list[str]) -> list[str]:
    lines, line = [], ""
    for word in sorted(words):
        if len(line) + len(word) + 1 > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


if __name__ == "__main__":
    main()
