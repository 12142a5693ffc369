"""What is remembered of the demo's past while it is played, so that the next start goes on where it stopped.

The plan follows from what is kept here: until when it goes, of which goods, by whom. Which of its deeds are done is
read from the platform itself: a deed that is there is not done again.
"""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec

FILE, FRONTIER = "past.json", "past.at"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Person(msgspec.Struct, frozen=True):
    """Somebody made up."""

    account_id: UUID
    address_id: UUID
    viewer_id: UUID


class Kept(msgspec.Struct, frozen=True):
    """What the plan follows from, and whether all of it was played."""

    until: datetime
    product_ids: list[UUID]
    people: list[Person]
    is_over: bool = False


class Memory:
    """In the platform's data folder."""

    def __init__(self, folder: Path) -> None:
        self._file, self._frontier = folder / FILE, folder / FRONTIER

    def recall(self) -> Kept | None:
        """What was begun; None: nothing was."""
        if not self._file.exists():
            return None
        return msgspec.json.decode(self._file.read_bytes(), type=Kept)

    def keep(self, kept: Kept) -> None:
        """From now on this is what was begun."""
        _write(self._file, msgspec.json.encode(kept))

    def end(self) -> None:
        """All of it was played."""
        kept = self.recall()
        assert kept is not None
        self.keep(msgspec.structs.replace(kept, is_over=True))

    def reached(self) -> datetime:
        """Up to when deeds of which nothing can be looked up were done before."""
        return datetime.fromisoformat(self._frontier.read_text()) if self._frontier.exists() else NEVER

    def note(self, at: datetime) -> None:
        """All up to this time is done."""
        _write(self._frontier, at.isoformat().encode())


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, however this ends."""
    fresh = file.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(file)
