"""Write docs/settings.md from the code: every environment variable, its default, its meaning."""

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


if __name__ == "__main__":
    TARGET.write_text(render_settings(), encoding="utf-8")
