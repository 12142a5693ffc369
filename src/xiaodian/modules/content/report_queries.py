"""Reads of reports; explicit columns, structs out."""

from uuid import UUID

from xiaodian.contracts.content import ReportReason, RoomMeasure, VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.content.models import OpenReport, Ruling

NOTES_SHOWN = 10
RULINGS_SHOWN = 10
_RULING = "ruling_id, room_id, operator_id, measure, rule, note"


async def list_open_reports(connection: Connection, *, after: UUID | None, limit: int) -> list[OpenReport]:
    """What is reported and not decided yet, all reports of one thing together, the longest waiting first."""
    rows = await connection.fetch(
        """
        SELECT * FROM (
            SELECT video_id, room_id, comment_id, count(*) AS reports,
                array_agg(DISTINCT reason ORDER BY reason) AS reasons,
                (array_agg(note ORDER BY report_id) FILTER (WHERE note <> ''))[:$3] AS notes,
                (array_agg(report_id ORDER BY report_id))[1] AS first_id
            FROM content.report WHERE decided_at IS NULL GROUP BY video_id, room_id, comment_id
        ) AS reported
        WHERE $1::uuid IS NULL OR first_id > $1 ORDER BY first_id LIMIT $2
        """,
        after,
        limit,
        NOTES_SHOWN,
    )
    return [OpenReport(**{**row, "notes": row["notes"] or []}) for row in rows]


async def decide_reports(
    connection: Connection, video_id: VideoId, comment_id: UUID | None, decision: str, by: UUID
) -> int:
    """Note what became of the open reports of a video or of a comment; answers how many there were."""
    status: str = await connection.execute(
        """
        UPDATE content.report SET decided_at = now(), decision = $3, decided_by = $4
        WHERE video_id = $1 AND comment_id IS NOT DISTINCT FROM $2 AND decided_at IS NULL
        """,
        video_id,
        comment_id,
        decision,
        by,
    )
    return int(status.rpartition(" ")[2])


async def decide_reports_of_room(connection: Connection, room_id: RoomId, decision: str, by: UUID) -> int:
    """Note what became of the open reports of a room; answers how many there were."""
    status: str = await connection.execute(
        """
        UPDATE content.report SET decided_at = now(), decision = $2, decided_by = $3
        WHERE room_id = $1 AND decided_at IS NULL
        """,
        room_id,
        decision,
        by,
    )
    return int(status.rpartition(" ")[2])


async def list_rulings_of_room(connection: Connection, room_id: RoomId) -> list[Ruling]:
    """What operators did about a room, the latest first; there are few, as each decides all that was reported."""
    rows = await connection.fetch(
        f"SELECT {_RULING} FROM content.room_ruling WHERE room_id = $1 ORDER BY ruling_id DESC LIMIT $2",
        room_id,
        RULINGS_SHOWN,
    )
    return [_ruling(row) for row in rows]


async def list_rulings(connection: Connection, *, before: UUID | None, limit: int) -> list[Ruling]:
    """What operators did about rooms, the latest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_RULING} FROM content.room_ruling WHERE $1::uuid IS NULL OR ruling_id < $1
        ORDER BY ruling_id DESC LIMIT $2
        """,
        before,
        limit,
    )
    return [_ruling(row) for row in rows]


def _ruling(row: Record) -> Ruling:
    return Ruling(**{**row, "measure": RoomMeasure(row["measure"]), "rule": ReportReason(row["rule"])})
