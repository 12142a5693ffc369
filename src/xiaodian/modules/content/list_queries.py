"""Everything of a kind, part by part, for those who make something of all of it."""

from collections.abc import Collection
from typing import Any

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.infra.database import Connection


async def list_published_after(connection: Connection, after: VideoId | None, limit: int) -> list[VideoId]:
    """Published videos, by their ids, those beyond `after`."""
    return await _list(connection, "SELECT video_id AS id FROM content.video WHERE state = 'published'", after, limit)


async def list_creators_after(connection: Connection, after: AccountId | None, limit: int) -> list[AccountId]:
    """Who has published videos or has fans, by their ids, those beyond `after`."""
    known = """
        SELECT creator_id AS id FROM content.video WHERE state = 'published'
        UNION SELECT creator_id FROM content.fan_count WHERE fans > 0
    """
    return await _list(connection, known, after, limit)


async def list_topics_after(connection: Connection, after: str | None, limit: int) -> list[str]:
    """Topics of published videos, those beyond `after`."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT topic FROM content.video_topic WHERE $1::text IS NULL OR topic > $1 ORDER BY topic LIMIT $2
        """,
        after,
        limit,
    )
    return [row["topic"] for row in rows]


async def count_topics(connection: Connection, topics: Collection[str]) -> dict[str, int]:
    """How many videos name each of the topics; those that none names are left out."""
    rows = await connection.fetch(
        "SELECT topic, count(*) AS videos FROM content.video_topic WHERE topic = ANY($1::text[]) GROUP BY topic",
        list(topics),
    )
    return {row["topic"]: row["videos"] for row in rows}


async def _list(connection: Connection, source: str, after: Any, limit: int) -> list[Any]:
    rows = await connection.fetch(
        f"""
        SELECT id FROM ({source}) AS known
        WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2
        """,
        after,
        limit,
    )
    return [row["id"] for row in rows]
