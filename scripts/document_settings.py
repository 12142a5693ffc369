"""Write docs/settings.md from the code; with `--check` only say whether it is up to date."""

import sys
from pathlib import Path

from xiaodian.settings import describe_settings

TARGET = Path(__file__).parent.parent / "docs/settings.md"
HEADER = """# Settings

Each setting comes from an environment variable. This page is written by `python scripts/document_settings.py`.

| variable | default | meaning |
|---|---|---|
"""


def render_settings() -> str:
    """The page as it should be."""
    rows = [
        f"| `{variable}` | {f'`{default}`' if default else ''} | {meaning} |\n"
        for variable, default, meaning in describe_settings()
    ]
    return HEADER + "".join(rows)


def is_current() -> bool:
    """Whether the page is what the code says."""
    return TARGET.exists() and TARGET.read_text(encoding="utf-8") == render_settings()


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(None if is_current() else "docs/settings.md is behind src/xiaodian/settings.py; run: make docs")
    TARGET.write_text(render_settings(), encoding="utf-8")
