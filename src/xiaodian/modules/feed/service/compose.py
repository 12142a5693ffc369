"""Put together a page of the discover feed for one viewer."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection
from xiaodian.modules.content import api as content
from xiaodian.modules.feed import queries
from xiaodian.modules.feed.ranking import (
    NEWCOMERS_DRAWN,
    Candidate,
    Pick,
    Ranked,
    RankedRoom,
    RoomCandidate,
    Viewer,
    arrange,
    draw_newcomers,
    explain,
    mark_of,
    rank,
    rank_rooms,
)
from xiaodian.modules.feed.rules import WEIGHTS, creator_subject, growth
from xiaodian.modules.feed.service.shelves import Shelves
from xiaodian.modules.feed.visit import Visit

MAX_FOLLOWED = 1000
LISTED_SUBJECTS = 10
OF_FOLLOWED = 40
LEAST_TASTE = 0.2
"""What is liked less is not worth a list of its own."""
LOOKED_AT = 100
MOST_LOOKS = 6
ROOMS_LOOKED_AT = 200
END_OF_TIME = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))


async def compose_page(
    connection: Connection, shelves: Shelves, account_id: AccountId | None, visit: Visit, now: datetime, size: int
) -> list[Pick]:
    """The next places of a visit."""
    best, newcomers, rooms = await shelves.best.get(), await shelves.newcomers.get(), await shelves.rooms.get()
    viewer = Viewer()
    if account_id is not None:
        viewer = await read_viewer(connection, account_id, now)
        best = [*best, *await _for_viewer(connection, shelves, viewer)]
    shown = frozenset(visit.shown)
    ranked = await _unseen_first(connection, rank(best, viewer, visit.seed, shown), account_id, now, size)
    drawn = rank(newcomers, viewer, visit.seed + visit.place, shown)[:NEWCOMERS_DRAWN]
    fresh = await _unseen(connection, drawn, account_id, now)
    heated = rooms[:ROOMS_LOOKED_AT]
    near = [room for room in rooms if room.host_id in viewer.followed or room.creator in viewer.tastes]
    picks = arrange(
        ranked,
        draw_newcomers(fresh, visit.seed + visit.place),
        rank_rooms({room.room_id: room for room in [*heated, *near]}.values(), viewer, visit.seed, shown),
        size,
        visit.place,
        visit.creators,
    )
    return explain(picks, viewer)


async def read_viewer(connection: Connection, account_id: AccountId, now: datetime) -> Viewer:
    """What is known of a viewer."""
    today = growth(now)
    tastes = await queries.list_tastes(connection, account_id)
    dismissals = await queries.list_dismissals(connection, account_id)
    disliked: Counter[str] = Counter()
    for _, creator_id, subjects in dismissals:
        disliked.update((creator_subject(creator_id), *subjects))
    return Viewer(
        account_id=account_id,
        followed=frozenset(await content.list_followed(connection, account_id, MAX_FOLLOWED)),
        tastes={subject: weight / today for subject, weight in tastes.items()},
        dismissed=frozenset(video_id for video_id, _, _ in dismissals),
        disliked=disliked,
    )


async def _for_viewer(connection: Connection, shelves: Shelves, viewer: Viewer) -> list[Candidate]:
    """The newest of whom the viewer follows or likes, and the best of the subjects that the viewer likes."""
    liked = [subject for subject, strength in viewer.tastes.items() if strength >= LEAST_TASTE]
    subjects = [subject for subject in liked if not subject.startswith("creator:")]
    creators = {
        AccountId(UUID(subject.removeprefix("creator:"))) for subject in liked if subject.startswith("creator:")
    }
    found = await shelves.of_subjects(connection, subjects[:LISTED_SUBJECTS]) if subjects else []
    if near := viewer.followed | creators:
        newest = await queries.list_newest_of(connection, near, END_OF_TIME, OF_FOLLOWED)
        found += [candidate for candidate, _ in newest]
    return found


async def _unseen_first(
    connection: Connection, ranked: Sequence[Ranked], account_id: AccountId | None, now: datetime, size: int
) -> list[Ranked]:
    """The best that the viewer has not seen of late; where these are too few, what was seen longest ago after them."""
    if account_id is None:
        return list(ranked)
    since = now - timedelta(days=WEIGHTS.seen_again_after_days)
    unseen: list[Ranked] = []
    seen: list[tuple[datetime, Ranked]] = []
    for start in range(0, LOOKED_AT * MOST_LOOKS, LOOKED_AT):
        part = ranked[start : start + LOOKED_AT]
        if not part or len(unseen) >= 2 * size:
            break
        met = await queries.list_seen(connection, account_id, [each.candidate.video_id for each in part], since)
        unseen += [each for each in part if each.candidate.video_id not in met]
        seen += [(met[each.candidate.video_id], each) for each in part if each.candidate.video_id in met]
    if len(unseen) >= size:
        return unseen
    seen.sort(key=lambda pair: pair[0])
    lowest = min((each.doublings for each in unseen), default=0.0)
    again = [each._replace(doublings=lowest - 100.0 - number) for number, (_, each) in enumerate(seen)]
    return [*unseen, *again]


async def _unseen(
    connection: Connection, ranked: Sequence[Ranked], account_id: AccountId | None, now: datetime
) -> list[Ranked]:
    """In the order of the list of newcomers, those whom the viewer has not seen."""
    if account_id is None:
        return list(ranked)
    since = now - timedelta(days=WEIGHTS.seen_again_after_days)
    met = await queries.list_seen(connection, account_id, [each.candidate.video_id for each in ranked], since)
    return [each for each in ranked if each.candidate.video_id not in met]


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
