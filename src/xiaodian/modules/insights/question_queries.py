"""What viewers of rooms asked, as it was counted when the room was over."""

from collections.abc import Sequence

from xiaodian.contracts.live import RoomId
from xiaodian.contracts.reports import FEWEST_ASKERS, QuestionKind, RoomQuestion
from xiaodian.infra.database import Connection

MOST_TOLD = 10


async def set_room_questions(connection: Connection, room_id: RoomId, questions: Sequence[RoomQuestion]) -> None:
    """These are all, in the caller's transaction; what too few asked is not kept."""
    kept = [each for each in questions if each.people >= FEWEST_ASKERS]
    await connection.execute("DELETE FROM insights.room_question WHERE room_id = $1", room_id)
    await connection.execute(
        """
        INSERT INTO insights.room_question (room_id, product_id, kind, people)
        SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::integer[])
        ON CONFLICT (room_id, product_id, kind) DO UPDATE SET people = excluded.people
        """,
        room_id,
        [each.product_id for each in kept],
        [each.kind for each in kept],
        [each.people for each in kept],
    )


async def list_room_questions(connection: Connection, room_id: RoomId) -> list[RoomQuestion]:
    """What most asked first, at most so many as are read."""
    rows = await connection.fetch(
        """
        SELECT product_id, kind, people FROM insights.room_question WHERE room_id = $1
        ORDER BY people DESC, kind, product_id LIMIT $2
        """,
        room_id,
        MOST_TOLD,
    )
    return [
        RoomQuestion(product_id=row["product_id"], kind=QuestionKind(row["kind"]), people=row["people"]) for row in rows
    ]
