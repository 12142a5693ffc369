"""Rank for one viewer, at the begin of a visit and again once in a while, what its pages are then made of."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection
from xiaodian.modules.content import api as content
from xiaodian.modules.feed import queries
from xiaodian.modules.feed.ranking import NEWCOMERS_DRAWN, Candidate, Viewer, rank, rank_rooms
from xiaodian.modules.feed.rules import WEIGHTS, creator_subject, growth
from xiaodian.modules.feed.service.shelves import Shelves
from xiaodian.modules.feed.service.visits import Prepared
from xiaodian.modules.feed.visit import Visit

MAX_FOLLOWED = 1000
LISTED_SUBJECTS = 10
OF_FOLLOWED = 40
LEAST_TASTE = 0.2
"""What is liked less is not worth a list of its own."""
ROOMS_LOOKED_AT = 200
PASSED_BY_FOR = timedelta(minutes=WEIGHTS.room_passed_by_min)
END_OF_TIME = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))


async def prepare(
    connection: Connection, shelves: Shelves, account_id: AccountId | None, visit: Visit, now: datetime
) -> Prepared:
    """What the next pages of a visit are made of."""
    best, newcomers, rooms = await shelves.best.get(), await shelves.newcomers.get(), await shelves.rooms.get()
    viewer = Viewer()
    if account_id is not None:
        viewer = await read_viewer(connection, account_id, now)
        best = [*best, *await _for_viewer(connection, shelves, viewer)]
    shown = frozenset(visit.shown)
    heated = rooms[:ROOMS_LOOKED_AT]
    near = [room for room in rooms if room.host_id in viewer.followed or room.creator in viewer.tastes]
    on_air = {room.room_id: room for room in [*heated, *near]}
    if account_id is not None and on_air:
        passed_by = await queries.list_passed_by(connection, account_id, list(on_air), now - PASSED_BY_FOR)
        viewer = viewer._replace(passed_by=passed_by)
    prepared = Prepared(
        viewer,
        visit.seed,
        now - timedelta(days=WEIGHTS.seen_again_after_days),
        rank(best, viewer, visit.seed, shown),
        rank(newcomers, viewer, visit.seed + visit.place, shown)[:NEWCOMERS_DRAWN],
        rank_rooms(on_air.values(), viewer, visit.seed, shown),
    )
    await prepared.leave_out_seen(connection)
    return prepared


async def read_viewer(connection: Connection, account_id: AccountId, now: datetime) -> Viewer:
    """What is known of a viewer."""
    today = growth(now)
    tastes, dismissals = await queries.get_likings(connection, account_id)
    disliked: Counter[str] = Counter()
    for _, creator_id, subjects in dismissals:
        disliked.update((creator_subject(creator_id), *subjects))
    return Viewer(
        account_id=account_id,
        followed=frozenset(await content.list_followed(connection, account_id, MAX_FOLLOWED)),
        tastes={subject: weight / today for subject, weight in tastes.items()},
        dismissed=frozenset(place_id for place_id, _, _ in dismissals),
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
