"""Put together a page of the discover feed for one viewer."""

from datetime import datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection
from xiaodian.modules.feed.ranking import (
    Candidate,
    Pick,
    RankedRoom,
    RoomCandidate,
    arrange,
    draw_newcomers,
    explain,
    mark_of,
)
from xiaodian.modules.feed.service.prepare import prepare
from xiaodian.modules.feed.service.shelves import Shelves
from xiaodian.modules.feed.visit import Visit


async def compose_page(
    connection: Connection, shelves: Shelves, account_id: AccountId | None, visit: Visit, now: datetime, size: int
) -> list[Pick]:
    """The next places of a visit."""
    prepared = shelves.visits.find(account_id, visit.seed)
    if prepared is None:
        prepared = await prepare(connection, shelves, account_id, visit, now)
        shelves.visits.keep(prepared)
    shown = frozenset(visit.shown)
    fresh = [each for each in prepared.newcomers if each.candidate.mark not in shown]
    picks = arrange(
        await prepared.unseen_first(connection, shown, size),
        draw_newcomers(fresh, visit.seed + visit.place),
        [room for room in prepared.rooms if room.candidate.mark not in shown],
        size,
        visit.place,
        visit.creators,
    )
    return explain(picks, prepared.viewer)


def mark_pick(pick: Pick) -> int:
    """Stands for what was shown."""
    return pick.candidate.mark


def creator_mark(pick: Pick) -> int:
    """Stands for whose it was."""
    candidate: Candidate | RoomCandidate = pick.candidate
    return mark_of(candidate.host_id if isinstance(candidate, RoomCandidate) else candidate.creator_id)


def is_room(pick: Pick) -> bool:
    """Whether it is a room."""
    return isinstance(pick, RankedRoom)
