"""Reads of search."""

from collections.abc import Sequence

from xiaodian.infra.database import Connection
from xiaodian.modules.search.models import Kind
from xiaodian.modules.search.text_rules import RANKS, Known

MOST_WEIGHED = 5000
"""Of so many documents that fit, the best are found; more fit only the most ordinary words."""


async def find_documents(connection: Connection, kind: Kind, tsquery: str, *, skip: int, limit: int) -> list[str]:
    """What fits best, the best first: ids of one kind."""
    rows = await connection.fetch(
        f"""
        WITH hit AS MATERIALIZED (
            SELECT doc_id, tokens, weight FROM search.document
            WHERE kind = $1 AND tokens @@ $2::tsquery LIMIT {MOST_WEIGHED}
        )
        SELECT doc_id FROM hit
        ORDER BY ts_rank('{RANKS}'::real[], tokens, $2::tsquery) * weight DESC, doc_id LIMIT $3 OFFSET $4
        """,
        kind,
        tsquery,
        limit,
        skip,
    )
    return [row["doc_id"] for row in rows]


async def find_similar_words(connection: Connection, word: str, limit: int) -> list[Known]:
    """Words and sounds of documents that share most of their letters with a word, the nearest first."""
    rows = await connection.fetch(
        "SELECT word, shown FROM search.word WHERE word % $1 ORDER BY word <-> $1, word LIMIT $2", word, limit
    )
    return [Known(row["word"], row["shown"]) for row in rows]


async def find_words(connection: Connection, words: Sequence[str]) -> list[Known]:
    """Those of the words and sounds that some document has."""
    rows = await connection.fetch(
        "SELECT word, shown FROM search.word WHERE word = ANY($1::text[]) ORDER BY word", list(words)
    )
    return [Known(row["word"], row["shown"]) for row in rows]
