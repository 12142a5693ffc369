"""Files and functions stay readable at one sitting."""

from collections.abc import Iterator

from tests.architecture.source import ROOT, Source, functions, python_sources

FILE_MAX_LINES = 400
FUNCTION_MAX_LINES = 70
COMPONENT_MAX_LINES = 250
FOLDERS = ("src", "tests", "bench", "scripts", "migrations")

# What is larger, and how large it may be. This list may only shrink.
EXCEPTIONS: dict[str, int] = {}


def too_large(source: Source) -> Iterator[tuple[str, int]]:
    """A Python file, or functions in it, with more lines than allowed."""
    lines = source.text.count("\n")
    if lines > FILE_MAX_LINES:
        yield source.path, lines
    for function in functions(source.tree):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        # A migration is one list of statements; it is read as a table of contents, not as logic.
        if length > FUNCTION_MAX_LINES and not source.path.startswith("migrations/"):
            yield f"{source.path}:{function.name}", length


def _front_end() -> Iterator[tuple[str, int]]:
    for suffix, most in (("svelte", COMPONENT_MAX_LINES), ("ts", FILE_MAX_LINES)):
        for path in sorted((ROOT / "frontend/src").rglob(f"*.{suffix}")):
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > most and path.name != "schema.d.ts":
                yield path.relative_to(ROOT).as_posix(), lines


def test_nothing_is_larger_than_allowed() -> None:
    found = dict([*(size for source in python_sources(*FOLDERS) for size in too_large(source)), *_front_end()])
    grown = {name: lines for name, lines in found.items() if lines > EXCEPTIONS.get(name, 0)}
    assert grown == {}
    needless = EXCEPTIONS.keys() - found.keys()
    assert needless == set(), "these are small enough now; take them off the list"


def test_the_check_itself_finds_what_is_too_large() -> None:
    long_function = "def f():\n" + "    x = 1\n" * FUNCTION_MAX_LINES
    assert list(too_large(Source("src/a.py", long_function))) == [("src/a.py:f", FUNCTION_MAX_LINES + 1)]
    assert list(too_large(Source("src/a.py", "x = 1\n" * 401))) == [("src/a.py", 401)]
    assert list(too_large(Source("src/a.py", "x = 1\n" * 400))) == []
