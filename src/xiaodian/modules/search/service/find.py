"""What fits a question best: as it was asked; if nothing does, with its misspelt words put right; if still nothing
does, word by word.
"""

from collections.abc import Iterable, Sequence

import msgspec

from xiaodian.infra.database import Connection
from xiaodian.modules.search import queries
from xiaodian.modules.search.models import Kind
from xiaodian.modules.search.service.put_right import put_right
from xiaodian.modules.search.text_rules import loosened, read_question, to_tsquery


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Ids by kind, the best first, and how the question was understood if not as it was asked."""

    ids: dict[Kind, list[str]]
    understood: str | None = None


async def find(connection: Connection, question: str, kinds: Sequence[Kind], *, skip: int, limit: int) -> Found:
    """What fits best, at most `limit` of each kind."""
    terms = read_question(question)
    if not terms:
        return Found(ids={kind: [] for kind in kinds})
    found = await _find(connection, to_tsquery(terms, every=True), kinds, skip, limit)
    if any(found.values()):
        return Found(ids=found)
    right = [part for term in terms for part in await put_right(connection, term)]
    if right != terms:
        found = await _find(connection, to_tsquery(right, every=True), kinds, skip, limit)
        if any(found.values()):
            return Found(ids=found, understood=" ".join(term.text for term in right))
    return Found(ids=await _find(connection, to_tsquery(loosened(right), every=False), kinds, skip, limit))


async def _find(
    connection: Connection, tsquery: str, kinds: Iterable[Kind], skip: int, limit: int
) -> dict[Kind, list[str]]:
    return {kind: await queries.find_documents(connection, kind, tsquery, skip=skip, limit=limit) for kind in kinds}
