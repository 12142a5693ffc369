"""Limits of bulk jobs, and what names of files may look like."""

from datetime import timedelta

from xiaodian.contracts.base import InvalidInputError
from xiaodian.kit.text import BadTextError, clean_line

MAX_FILE_BYTES = 200 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_CELL_CHARS = 65_536
MAX_COLUMNS = 256
MAX_FILE_NAME_CHARS = 200
MAX_RUNNING_OF_SHOP = 2
MAX_OPEN_OF_SHOP = 20
MAX_OPTIONS_BYTES = 32_768
MAX_RUNS_WITHOUT_PROGRESS = 5
LEASE = timedelta(seconds=30)
KEPT = timedelta(days=30)
"""Jobs that ended, their files and rows, are forgotten so much later; files that no job took, too."""


def clean_file_name(name: str) -> str:
    """The last part of a file's name, fit to be shown and sent back. Raises InvalidInputError."""
    last = name.replace("\\", "/").rpartition("/")[2]
    try:
        return clean_line(last.replace('"', ""), max_chars=MAX_FILE_NAME_CHARS)
    except BadTextError as error:
        raise InvalidInputError(field="name", reason=error.reason, max_chars=MAX_FILE_NAME_CHARS) from error
