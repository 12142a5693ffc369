"""Reads of what is known of replays; explicit columns, structs out. Writes stand with their use cases."""

from typing import NamedTuple

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection
from xiaodian.modules.surfacing.learning.candidates import Candidate, Why
from xiaodian.modules.surfacing.learning.learner import WEIGHTS_SUM_TO, Tally
from xiaodian.modules.surfacing.learning.replays import chapter_of


class Tried(NamedTuple):
    """A moment of a replay, what became of it, and its part of the showings from now on, as learned or as kept."""

    product_id: ProductId
    candidate: Candidate
    tally: Tally
    weight: int
    is_kept: bool


async def lock_replay(connection: Connection, room_id: RoomId) -> None:
    """Whoever learns of a replay, and whoever keeps a moment in it, waits for the other until the transaction ends."""
    await connection.execute("SELECT FROM surfacing.replay WHERE room_id = $1 FOR UPDATE", room_id)


async def list_tried(connection: Connection, room_id: RoomId) -> list[Tried]:
    """The moments that are tried, by product and time, with the host's choices: each stands for its whole chapter."""
    rows = await connection.fetch(
        """
        SELECT product_id, at_ms, show_ms, reason, shown, clicked, ordered, driven_off, weight
        FROM surfacing.replay_tried WHERE room_id = $1 ORDER BY product_id, at_ms
        """,
        room_id,
    )
    chosen = {
        (product_id, chapter_of(each.at_ms)): each.at_ms
        for product_id, several in (await list_kept(connection, room_id)).items()
        for each in several
    }
    tried = []
    for row in rows:
        kept_ms = chosen.get((row[0], chapter_of(row[1])))
        is_kept = kept_ms == row[1]
        weight = row[8] if kept_ms is None else WEIGHTS_SUM_TO if is_kept else 0
        tried.append(Tried(row[0], Candidate(row[1], row[2], Why(row[3])), Tally(*row[4:8]), weight, is_kept))
    return tried


async def list_kept(connection: Connection, room_id: RoomId) -> dict[ProductId, list[Candidate]]:
    """What the host keeps, by product."""
    rows = await connection.fetch(
        """
        SELECT product_id, at_ms, show_ms, reason FROM surfacing.replay_kept
        WHERE room_id = $1 ORDER BY product_id, at_ms
        """,
        room_id,
    )
    kept: dict[ProductId, list[Candidate]] = {}
    for row in rows:
        kept.setdefault(row[0], []).append(Candidate(row[1], row[2], Why(row[3])))
    return kept
