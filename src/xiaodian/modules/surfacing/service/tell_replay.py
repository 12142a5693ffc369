"""What is learned of a replay, and what its host keeps, decides from now on when its cards come up."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import ReplayMoment, RoomId
from xiaodian.infra.database import Connection
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing.learning.moments import Learned
from xiaodian.modules.surfacing.learning.replays import chapter_of
from xiaodian.modules.surfacing.replay_queries import list_tried


async def remember_learned(
    connection: Connection, room_id: RoomId, learned: Mapping[ProductId, Sequence[Learned]]
) -> None:
    """All that is learned of it, in the caller's transaction, which has locked the replay."""
    await connection.execute("DELETE FROM surfacing.replay_tried WHERE room_id = $1", room_id)
    await connection.executemany(
        """
        INSERT INTO surfacing.replay_tried (
            room_id, product_id, at_ms, show_ms, reason, shown, clicked, ordered, driven_off, weight
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [
            (
                room_id,
                product_id,
                each.candidate.at_ms,
                each.candidate.show_ms,
                each.candidate.why.value,
                *each.tally,
                each.weight,
            )
            for product_id, several in learned.items()
            for each in several
        ],
    )


async def tell_replay(connection: Connection, room_id: RoomId, began_at: datetime) -> None:
    """Viewings draw among these moments from now on; in the caller's transaction, which has locked the replay."""
    moments = [
        ReplayMoment(
            product_id=each.product_id,
            chapter=chapter_of(each.candidate.at_ms),
            at=began_at + timedelta(milliseconds=each.candidate.at_ms),
            show_ms=each.candidate.show_ms,
            weight=each.weight,
            reason=each.candidate.why.value,
            is_kept=each.is_kept,
        )
        for each in await list_tried(connection, room_id)
    ]
    await live.set_replay_moments(connection, room_id, moments)
