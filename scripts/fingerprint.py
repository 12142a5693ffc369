"""Print one hash over files: fingerprint.py PATH... where a PATH is a file, a folder, or FOLDER:PATTERN.

A folder stands for all files under it; `FOLDER:PATTERN` for those under it whose name matches. Missing paths are fine.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

_SKIPPED = {"node_modules", "__pycache__", "web"}


def _files(argument: str) -> Iterator[Path]:
    folder, _, pattern = argument.partition(":")
    path = Path(folder)
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob(pattern or "*") if path.is_dir() else ()):
        if found.is_file() and not _SKIPPED.intersection(found.relative_to(path).parts):
            yield found


def fingerprint(arguments: list[str]) -> str:
    """The hash of the names and contents of all files that the arguments name."""
    digest = hashlib.sha256()
    for argument in arguments:
        for path in _files(argument):
            digest.update(str(path).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    print(fingerprint(sys.argv[1:]))
