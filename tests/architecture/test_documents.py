"""What is written for people is true of the code, and nothing of one machine is in the repository."""

import re
import subprocess

from scripts.document_settings import TARGET, render_settings
from scripts.document_webhooks import TARGET as WEBHOOKS
from scripts.document_webhooks import render_page
from tests.architecture.source import ROOT

# A path of one machine, as a path: after a quote, a blank or the start of a line.
_MACHINE_PATH = re.compile(r"""(?:^|["'\s(=])/(?:work|root|home)/\w""", re.MULTILINE)
_TEXT = {".py", ".md", ".toml", ".sh", ".ts", ".svelte", ".json", ".ini", ".yml", ".html", ".css", ".cfg"}


def machine_paths(text: str) -> list[str]:
    """Absolute paths that exist on somebody's machine only."""
    return _MACHINE_PATH.findall(text)


def test_the_settings_page_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == render_settings(), "run: python scripts/document_settings.py"


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    files = [ROOT / name for name in listed if name and (ROOT / name).suffix in _TEXT and (ROOT / name).is_file()]
    assert len(files) > 100
    found = {str(path): paths for path in files if (paths := machine_paths(path.read_text(encoding="utf-8")))}
    assert found == {}


def test_the_check_itself_finds_a_machine_path() -> None:
    for name in ("work", "root", "home"):
        assert machine_paths(f'DATA = "/{name}/me/data"')
    assert not machine_paths('route = "/api/work/rooms"; x = "a/home/b"')


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
    for path in (ROOT / "docs/decisions").glob("[0-9]*.md"):
        text = path.read_text(encoding="utf-8")
        assert all(f"## {part}" in text for part in ("Context", "Decision", "Price")), path.name


def test_the_catalogue_of_webhooks_is_current() -> None:
    text = WEBHOOKS.read_text(encoding="utf-8")
    assert text == render_page(text), "run: python scripts/document_webhooks.py"
