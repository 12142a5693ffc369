"""What fits a question best: as it was asked; if nothing does, with its misspelt words put right; if still nothing
does, word by word.
"""

from collections.abc import Iterable, Sequence

import msgspec
from rapidfuzz.distance import OSA

from xiaodian.infra.database import Connection
from xiaodian.modules.search import queries
from xiaodian.modules.search.models import Kind
from xiaodian.modules.search.text_rules import (
    Known,
    Term,
    corrected,
    list_spellings,
    loosened,
    read_question,
    to_tsquery,
)

_ALIKE = 24
_AS_NEAR = 4
_SHORT = 6


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
    right = [await _put_right(connection, term) for term in terms]
    if right != terms:
        found = await _find(connection, to_tsquery(right, every=True), kinds, skip, limit)
        if any(found.values()):
            return Found(ids=found, understood=" ".join(term.text for term in right))
    return Found(ids=await _find(connection, to_tsquery(loosened(right), every=False), kinds, skip, limit))


async def _find(
    connection: Connection, tsquery: str, kinds: Iterable[Kind], skip: int, limit: int
) -> dict[Kind, list[str]]:
    return {kind: await queries.find_documents(connection, kind, tsquery, skip=skip, limit=limit) for kind in kinds}


async def _put_right(connection: Connection, term: Term) -> Term:
    """The term with the known words that are nearest to it, if it is unknown itself and some are near."""
    near, outright = list_spellings(term)
    if term.is_latin and near and await queries.find_words(connection, near):
        return term
    if swapped := await queries.find_words(connection, outright) if outright else []:
        return corrected(swapped)
    found: dict[Known, int] = {}
    for text in near:
        # One slip within a few characters of Chinese; letters alone are typed faster and say less.
        most = 1 if len(text) <= _SHORT or not term.is_latin else 2
        for known in await queries.find_similar_words(connection, text, _ALIKE):
            distance = OSA.distance(text, known.word, score_cutoff=most)
            if distance <= most:
                found[known] = min(distance, found.get(known, most))
    best = min(found.values(), default=0)
    nearest = [known for known, distance in found.items() if distance == best]
    return corrected(nearest[:_AS_NEAR]) if nearest else term
