"""Learn what accounts like from what they do.

What an account did in one place is one row, and what is told of it again, or late, merges into the same. What the row
says now, less what it said before, is added to the account's tastes; so nothing counts twice, and no inbox is needed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.feed.rules import Encounter, category_subject, creator_subject, weight
from xiaodian.modules.live import api as live

LOCK = 7_142_392
NO_CATEGORY = "other"
"""Says nothing of what somebody likes."""

MeetingKey = tuple[AccountId, UUID]


class Meeting(NamedTuple):
    """Something that an account did in a place: with a video, in a room, or with a product that it bought."""

    account_id: AccountId
    place_id: UUID
    encounter: Encounter
    furthest_ms: int = 0


class Place(NamedTuple):
    """Whose it is, and what it is about."""

    creator_id: AccountId | None
    subjects: list[str]
    duration_ms: int = 0


async def learn(connection: Connection, meetings: Sequence[Meeting]) -> None:
    """Take in what accounts did, in the caller's transaction; one at a time does it."""
    if not meetings:
        return
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    places = await _read_places(connection, {meeting.place_id for meeting in meetings})
    told: dict[MeetingKey, Encounter] = {}
    for meeting in meetings:
        place = places.get(meeting.place_id)
        if place is not None and place.creator_id != meeting.account_id:
            key, encounter = (meeting.account_id, meeting.place_id), _with_share(meeting, place)
            told[key] = told[key].merge(encounter) if key in told else encounter
    before = await _read_encounters(connection, told)
    after = {key: before[key].merge(each) if key in before else each for key, each in told.items()}
    changed = {key: each for key, each in after.items() if each != before.get(key)}
    await _save_encounters(connection, changed, places)
    await _save_tastes(connection, _changes(before, changed, places))


def _with_share(meeting: Meeting, place: Place) -> Encounter:
    if not place.duration_ms:
        return meeting.encounter
    return meeting.encounter._replace(through_percent=min(100, meeting.furthest_ms * 100 // place.duration_ms))


def _changes(
    before: Mapping[MeetingKey, Encounter], after: Mapping[MeetingKey, Encounter], places: Mapping[UUID, Place]
) -> dict[tuple[AccountId, str], float]:
    changes: dict[tuple[AccountId, str], float] = {}
    for key, encounter in after.items():
        account_id, place_id = key
        change = weight(encounter) - (weight(before[key]) if key in before else 0.0)
        for subject in _subjects(places[place_id]):
            changes[account_id, subject] = changes.get((account_id, subject), 0.0) + change
    return {key: change for key, change in changes.items() if change}


def _subjects(place: Place) -> Iterable[str]:
    if place.creator_id is not None:
        yield creator_subject(place.creator_id)
    yield from place.subjects


async def _read_places(connection: Connection, place_ids: Collection[UUID]) -> dict[UUID, Place]:
    rows = await connection.fetch(
        "SELECT video_id, creator_id, subjects, duration_ms FROM feed.video WHERE video_id = ANY($1::uuid[])",
        list(place_ids),
    )
    places = {row[0]: Place(row[1], row[2], row[3]) for row in rows}
    if rest := [RoomId(place_id) for place_id in place_ids if place_id not in places]:
        for room_id, room in (await live.get_rooms(connection, rest)).items():
            places[room_id] = Place(room.host_id, [])
        products = [ProductId(each) for each in rest if each not in places]
        for product in await catalog.get_products(connection, products) if products else []:
            if product.category != NO_CATEGORY:
                places[product.product_id] = Place(None, [category_subject(product.category)])
    return places


async def _read_encounters(connection: Connection, keys: Collection[MeetingKey]) -> dict[MeetingKey, Encounter]:
    rows = await connection.fetch(
        """
        SELECT account_id, place_id, at, through_percent, deeds FROM feed.encounter
        WHERE (account_id, place_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """,
        [account_id for account_id, _ in keys],
        [place_id for _, place_id in keys],
    )
    return {(row[0], row[1]): Encounter(row[2], row[3], row[4]) for row in rows}


async def _save_encounters(
    connection: Connection, changed: Mapping[MeetingKey, Encounter], places: Mapping[UUID, Place]
) -> None:
    if changed:
        await connection.executemany(
            """
            INSERT INTO feed.encounter (account_id, place_id, creator_id, subjects, at, through_percent, deeds)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (account_id, place_id) DO UPDATE SET at = excluded.at,
                through_percent = excluded.through_percent, deeds = excluded.deeds
            """,
            [
                (*key, places[key[1]].creator_id, places[key[1]].subjects, *encounter)
                for key, encounter in sorted(changed.items())
            ],
        )


async def _save_tastes(connection: Connection, changes: Mapping[tuple[AccountId, str], float]) -> None:
    if changes:
        await connection.execute(
            """
            INSERT INTO feed.taste AS known (account_id, subject, weight)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::float8[])
            ON CONFLICT (account_id, subject) DO UPDATE SET weight = known.weight + excluded.weight
            """,
            [account_id for account_id, _ in changes],
            [subject for _, subject in changes],
            list(changes.values()),
        )


async def mark_stale(connection: Connection, video_ids: Collection[VideoId]) -> None:
    """Their scores are to be reckoned anew. Held in the order of their ids, as two may mark the same."""
    await connection.execute(
        """
        WITH held AS (
            SELECT video_id FROM feed.video WHERE video_id = ANY($1::uuid[]) AND NOT is_stale
            ORDER BY video_id FOR NO KEY UPDATE
        )
        UPDATE feed.video SET is_stale = true FROM held WHERE video.video_id = held.video_id
        """,
        list(video_ids),
    )
