"""Along a list of fans, those who have a part in their name."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.accounts import api as accounts

MOST_NAME_CHARS = 40
MOST_NAMED = 10_000
"""A part that more people have in their name is looked for along the list: it is met soon."""
WALKED_AT_ONCE = 2000
"""At first, and then twice as many each time: each look at a list goes through all fans."""
MOST_WALKED = 50_000
"""Fans that one page looks at, about; it may hold fewer than it could, and says where to go on."""

P = TypeVar("P")
Walk = Callable[[P | None, int], Awaitable[list[Record]]]
"""The next so many fans after a place."""
Among = Callable[[Sequence[AccountId], P | None, int], Awaitable[list[Record]]]
"""The same of these accounts alone."""


async def find_named(
    connection: Connection,
    name: str,
    after: P | None,
    limit: int,
    *,
    walk: Walk[P],
    among: Among[P],
    place_of: Callable[[Record], P],
) -> tuple[list[Record], P | None]:
    """The next of them, perhaps one too many, and where to go on; None: there are no more."""
    named = await accounts.list_named(connection, name, MOST_NAMED + 1)
    if len(named) <= MOST_NAMED:
        rows = await among(named, after, limit + 1)
        return rows, place_of(rows[limit - 1]) if len(rows) > limit else None
    found: list[Record] = []
    at_once, looked_at = WALKED_AT_ONCE, 0
    while looked_at < MOST_WALKED:
        walked = await walk(after, at_once)
        ids = [AccountId(row["account_id"]) for row in walked]
        fitting = await accounts.filter_named(connection, ids, name)
        found += [row for row in walked if row["account_id"] in fitting]
        if len(found) > limit:
            return found, place_of(found[limit - 1])
        if len(walked) < at_once:
            return found, None
        after, at_once, looked_at = place_of(walked[-1]), 2 * at_once, looked_at + at_once
    return found, after
