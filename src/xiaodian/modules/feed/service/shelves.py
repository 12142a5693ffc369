"""The lists that are the same for everybody, kept in memory for some seconds: the best, newcomers, each subject's best,
rooms on air. Bounded, and made anew from the tables at any time.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from time import monotonic
from typing import Generic, TypeVar

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.feed import queries
from xiaodian.modules.feed.ranking import Candidate, RoomCandidate, mark_of
from xiaodian.modules.feed.rules import creator_subject, room_score
from xiaodian.modules.feed.service.visits import Visits
from xiaodian.modules.insights import api as insights
from xiaodian.modules.live import api as live

BEST = 300
NEWCOMERS = 200
OF_SUBJECT = 40
MAX_ROOMS = 2000
MAX_SUBJECTS = 4000
MAX_PEOPLE = 20_000
LONGER = 6
"""So many times as long are kept names and pictures, which hardly ever change, and what was ranked for a visit."""
TOO_OLD = 4
"""So many times as old as a fresh one may be."""
PURCHASES_OF_MINUTES = 10

T = TypeVar("T")


class Shelf(Generic[T]):
    """One list. While it is read anew, who asks is given what was there, unless that is too old."""

    def __init__(self, read: Callable[[Connection], Awaitable[T]], database: Database, fresh_s: float) -> None:
        self._read = read
        self._database = database
        self._fresh_s = fresh_s
        self._kept: T | None = None
        self._read_at = float("-inf")
        self._reading: asyncio.Task[T] | None = None

    async def get(self) -> T:
        """The list."""
        age = monotonic() - self._read_at
        if age >= self._fresh_s and self._reading is None:
            self._reading = asyncio.create_task(self._read_anew())
            self._reading.add_done_callback(self._done)
        if self._reading is None or (self._kept is not None and age < self._fresh_s * TOO_OLD):
            assert self._kept is not None
            return self._kept
        return await asyncio.shield(self._reading)

    async def _read_anew(self) -> T:
        async with self._database.connection() as connection:
            self._kept = await self._read(connection)
        self._read_at = monotonic()
        return self._kept

    def _done(self, task: asyncio.Task[T]) -> None:
        self._reading = None
        if not task.cancelled():
            task.exception()  # Who waits is told; if nobody does, the next who asks tries again.


class People:
    """Names and pictures of creators: not told anew for each page. One per process."""

    def __init__(self, fresh_s: float) -> None:
        self._fresh_s = fresh_s
        self._kept: OrderedDict[AccountId, tuple[float, Account]] = OrderedDict()

    async def get(self, connection: Connection, account_ids: Collection[AccountId]) -> dict[AccountId, Account]:
        """Those of the accounts that exist, by id."""
        now = monotonic()
        found: dict[AccountId, Account] = {}
        for account_id in account_ids:
            kept = self._kept.get(account_id)
            if kept is not None and now - kept[0] < self._fresh_s:
                found[account_id] = kept[1]
        if missing := [account_id for account_id in account_ids if account_id not in found]:
            read = await accounts.get_accounts(connection, missing)
            found |= read
            for account_id, account in read.items():
                self._kept[account_id] = now, account
                self._kept.move_to_end(account_id)
            while len(self._kept) > MAX_PEOPLE:
                self._kept.popitem(last=False)
        return found


class Shelves:
    """One per process."""

    def __init__(self, database: Database, fresh_s: float) -> None:
        self._fresh_s = fresh_s
        self.people = People(fresh_s * LONGER)
        self.visits = Visits(fresh_s * LONGER)
        self.best = Shelf(_read_best, database, fresh_s)
        self.newcomers = Shelf(_read_newcomers, database, fresh_s)
        self.rooms = Shelf(_read_rooms, database, fresh_s)
        self._subjects: OrderedDict[str, tuple[float, list[Candidate]]] = OrderedDict()

    async def of_subjects(self, connection: Connection, subjects: Collection[str]) -> list[Candidate]:
        """The best of these subjects."""
        now = monotonic()
        stale = [name for name in subjects if self._read_at(name) + self._fresh_s <= now]
        if stale:
            for name, best in (await queries.list_best_of_subjects(connection, stale, OF_SUBJECT)).items():
                self._subjects[name] = now, best
        for name in subjects:
            self._subjects.move_to_end(name)
        found = [candidate for name in subjects for candidate in self._subjects[name][1]]
        while len(self._subjects) > MAX_SUBJECTS:
            self._subjects.popitem(last=False)
        return found

    def _read_at(self, subject: str) -> float:
        kept = self._subjects.get(subject)
        return kept[0] if kept else float("-inf")


async def _read_best(connection: Connection) -> list[Candidate]:
    return await queries.list_best(connection, BEST)


async def _read_newcomers(connection: Connection) -> list[Candidate]:
    return await queries.list_newcomers(connection, NEWCOMERS)


async def _read_rooms(connection: Connection) -> list[RoomCandidate]:
    return await read_rooms(connection, utc_now())


async def read_rooms(connection: Connection, now: datetime) -> list[RoomCandidate]:
    """The rooms on air, by what happens in them."""
    rooms = await live.list_on_air(connection, MAX_ROOMS)
    sold = await insights.count_recent_orders(connection, [room.room_id for room in rooms], now, PURCHASES_OF_MINUTES)
    candidates = [
        RoomCandidate(
            room.room_id,
            room.host_id,
            creator_subject(room.host_id),
            room_score(room.online, sold.get(room.room_id, 0), now - (room.started_at or now)),
            sold.get(room.room_id, 0),
            mark_of(room.room_id),
        )
        for room in rooms
    ]
    return sorted(candidates, key=lambda each: each.score, reverse=True)
