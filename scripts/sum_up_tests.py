"""Print one closing line over several pytest runs, from their JUnit files; fails if a run is missing or ran no test."""

import sys
from pathlib import Path
from xml.etree import ElementTree


def count(path: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped of one run."""
    suite = next(ElementTree.parse(path).getroot().iter("testsuite"))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    skipped = int(suite.get("skipped", 0))
    return int(suite.get("tests", 0)) - failed - skipped, failed, skipped


def main(paths: list[Path]) -> int:
    """Sum up and print; the exit code."""
    missing = [path for path in paths if not path.exists()]
    counts = [count(path) for path in paths if path.exists()]
    empty = [path for path, numbers in zip([p for p in paths if p.exists()], counts, strict=True) if not sum(numbers)]
    for path in missing + empty:
        print(f"{path}: ran no test")
    passed, failed, skipped = (sum(numbers) for numbers in zip(*counts, strict=True)) if counts else (0, 0, 0)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or missing or empty or not passed else 0


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
