"""Write docs/settings.md from the settings themselves; with `--check` only say whether it is up to date."""

import sys
from pathlib import Path

from xiaodian.settings import describe_settings

PAGE = Path(__file__).parent.parent / "docs/settings.md"

HEAD = """# Settings

Every setting comes from an environment variable; all have a default that suits one machine.
This page is made from `src/xiaodian/settings.py` by `make docs`.

| variable | default | meaning |
|---|---|---|
"""


def render() -> str:
    """The page's text."""
    rows = [
        f"| `{variable}` | {f'`{default}`' if default else 'empty'} | {meaning.replace('|', chr(92) + '|')} |"
        for variable, default, meaning in describe_settings()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    text = render()
    if "--check" in sys.argv:
        is_current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        sys.exit(0 if is_current else "docs/settings.md is behind src/xiaodian/settings.py; run: make docs")
    PAGE.write_text(text, encoding="utf-8")
