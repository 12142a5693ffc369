"""Set-up: locked versions that any machine can fetch, and a closing line that tells the truth."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = (
    *("requirements.lock", "requirements-dev.lock", "requirements-clickhouse.lock", "requirements-node.lock"),
    "frontend/package-lock.json",
)

PASSED = '<testsuites><testsuite tests="3" failures="0" errors="0" skipped="1"/></testsuites>'
FAILED = '<testsuites><testsuite tests="2" failures="1" errors="0" skipped="0"/></testsuites>'
EMPTY = '<testsuites><testsuite tests="0" failures="0" errors="0" skipped="0"/></testsuites>'


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_registry(name: str) -> None:
    # npm also notes the pages where authors ask for funding; only `resolved` says where a package comes from.
    pattern = r'"resolved"' if name.endswith(".json") else "://"
    assert not re.search(pattern, (ROOT / name).read_text())


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": project["dependencies"] + project["optional-dependencies"]["dev"],
        "requirements-clickhouse.lock": project["dependencies"] + project["optional-dependencies"]["clickhouse"],
    }
    for name, dependencies in wanted.items():
        locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(), re.MULTILINE))
        asked = {re.split(r"[<>=\[ ]", dependency)[0].lower().replace("_", "-") for dependency in dependencies}
        assert asked <= locked, f"{name} is behind pyproject.toml; run: make lock"


def _sum_up(folder: Path, *texts: str) -> subprocess.CompletedProcess[str]:
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.xml"
        path.write_text(text)
        paths.append(str(path))
    command = [sys.executable, str(ROOT / "scripts/sum_up_tests.py"), *paths]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_closing_line_adds_up_all_runs(tmp_path: Path) -> None:
    done = _sum_up(tmp_path, PASSED, PASSED)
    assert (done.returncode, done.stdout) == (0, "4 passed, 0 failed, 2 skipped\n")


@pytest.mark.parametrize("text", [FAILED, EMPTY])
def test_a_run_that_failed_or_was_empty_fails_the_whole(tmp_path: Path, text: str) -> None:
    assert _sum_up(tmp_path, PASSED, text).returncode == 1


def test_a_run_that_never_happened_fails_the_whole(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts/sum_up_tests.py"), str(tmp_path / "nothing.xml")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
