"""When cards come up in a replay: the host's own stay, the others come as was learned from those who watched it."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid5

import msgspec

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import CueId, CueSource, CueWhy, ReplayMoment, RoomId
from xiaodian.infra.database import Connection
from xiaodian.modules.live import queries
from xiaodian.modules.live.models import Cue, Room
from xiaodian.modules.live.service.feature_by_platform import HOST_FIRST

WEIGHTS_SUM_TO = 10_000
APART = timedelta(seconds=4)
"""Between two cards."""


async def set_replay_moments(connection: Connection, room_id: RoomId, moments: Sequence[ReplayMoment]) -> None:
    """These are all that is learned of this replay from now on, in the caller's transaction."""
    await connection.execute("SELECT FROM live.room WHERE room_id = $1 FOR NO KEY UPDATE", room_id)
    await connection.execute("DELETE FROM live.replay_moment WHERE room_id = $1", room_id)
    await connection.executemany(
        """
        INSERT INTO live.replay_moment (room_id, product_id, chapter, at, show_ms, weight, reason, is_kept)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        [
            (
                room_id,
                each.product_id,
                each.chapter,
                each.at,
                each.show_ms,
                each.weight,
                each.reason,
                each.is_kept,
            )
            for each in moments
        ],
    )


async def list_replay_moments(connection: Connection, room_id: RoomId) -> list[ReplayMoment]:
    """All that is learned of a replay, by product and time."""
    rows = await connection.fetch(
        """
        SELECT product_id, chapter, at, show_ms, weight, reason, is_kept FROM live.replay_moment
        WHERE room_id = $1 ORDER BY product_id, at
        """,
        room_id,
    )
    return [ReplayMoment(**dict(row)) for row in rows]


async def list_replay_cues(connection: Connection, room: Room) -> list[Cue]:
    """The cues of one viewing of a room that is over, in the order of the film; another viewing may get others."""
    cues = await queries.list_cues(connection, room.room_id)
    learned = await list_replay_moments(connection, room.room_id)
    return choose_replay_cues(room, cues, learned) if learned else cues


def choose_replay_cues(room: Room, cues: Sequence[Cue], learned: Sequence[ReplayMoment]) -> list[Cue]:
    """The host's own cues as they were, and of each product and chapter the moment that the host keeps, one learned, or
    none.

    Where something is learned of a product, a cue of the platform's own is only the place where it was explained: it
    ends where it begins, and the card comes up by what was learned.
    """
    chapters: dict[tuple[ProductId, int], list[ReplayMoment]] = {}
    for moment in learned:
        chapters.setdefault((moment.product_id, moment.chapter), []).append(moment)
    known = {moment.product_id for moment in learned}
    chosen = [
        cue if is_hosts_own(cue) or cue.product_id not in known else msgspec.structs.replace(cue, end_at=cue.start_at)
        for cue in cues
    ]
    drawn = [each for several in chapters.values() if (each := _draw(several)) is not None]
    for moment in sorted(drawn, key=lambda each: (not each.is_kept, -each.weight, each.at)):
        end_at = moment.at + timedelta(milliseconds=moment.show_ms)
        if all(_is_apart(cue, moment.at, end_at, room) for cue in chosen):
            chosen.append(_to_cue(room, moment, end_at))
    return sorted(chosen, key=lambda cue: cue.start_at)


def is_hosts_own(cue: Cue) -> bool:
    """Put up by the host's hand, or with the host's yes."""
    return cue.source is not CueSource.AUTO


def _is_apart(cue: Cue, start_at: datetime, end_at: datetime, room: Room) -> bool:
    """Whether a card from `start_at` to `end_at` is out of this one's way."""
    if cue.end_at == cue.start_at:
        return True
    cue_end_at = cue.end_at or room.ended_at
    after = HOST_FIRST if is_hosts_own(cue) else APART
    return end_at + APART <= cue.start_at or (cue_end_at is not None and cue_end_at + after <= start_at)


def _draw(moments: Sequence[ReplayMoment]) -> ReplayMoment | None:
    """None: the card is better left out, as far as is known."""
    number = random.randrange(max(WEIGHTS_SUM_TO, sum(each.weight for each in moments)))
    for each in moments:
        number -= each.weight
        if number < 0:
            return each
    return None


def _to_cue(room: Room, moment: ReplayMoment, end_at: datetime) -> Cue:
    second = 0 if room.started_at is None else max(0, int((moment.at - room.started_at).total_seconds()))
    why = CueWhy(
        source=CueSource.AUTO,
        code="replay.kept" if moment.is_kept else f"replay.{moment.reason}",
        params={"minute": f"{second // 60}:{second % 60:02}"},
        confidence=min(1.0, moment.weight / WEIGHTS_SUM_TO),
    )
    cue_id = CueId(uuid5(room.room_id, f"{moment.product_id}/{second}"))
    return Cue(cue_id=cue_id, product_id=moment.product_id, start_at=moment.at, end_at=end_at, why=why)
