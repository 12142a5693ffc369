"""Put misspelt parts of a question right, by the words and sounds that documents have."""

from rapidfuzz.distance import OSA

from xiaodian.infra.database import Connection
from xiaodian.modules.search import queries
from xiaodian.modules.search.text_rules import Known, Term, corrected, list_cuts, list_spellings, read_part

_ALIKE = 24
_AS_NEAR = 4
_SHORT = 6
_MOST_TRIES = 4


async def put_right(connection: Connection, term: Term) -> list[Term]:
    """The term with the known words that are nearest to it, if it is unknown itself and some are near; letters that run
    together as the words that they are made of, one of which may be misspelt.
    """
    right = await _put_right(connection, term)
    return [right] if right is not term or not term.is_latin else await _take_apart(connection, term)


async def _put_right(connection: Connection, term: Term) -> Term:
    near, outright = list_spellings(term)
    if term.is_latin and near and await queries.find_words(connection, near):
        return term
    if swapped := await queries.find_words(connection, outright) if outright else []:
        return corrected(swapped[:_AS_NEAR])
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


async def _take_apart(connection: Connection, term: Term) -> list[Term]:
    """Two words that are both known, else one that is known beside one that can be put right; else the term."""
    cuts = list_cuts(term)
    if not cuts:
        return [term]
    parts = {part for cut in cuts for part in cut}
    known = {each.word: each for each in await queries.find_words(connection, sorted(parts))}
    for one, other in cuts:
        if one in known and other in known:
            return [corrected([known[one]]), corrected([known[other]])]
    # The longer what is known, the less is left to guess at.
    half = sorted(
        ((one, other) for one, other in cuts if one in known or other in known),
        key=lambda cut: -len(cut[0] if cut[0] in known else cut[1]),
    )
    for one, other in half[:_MOST_TRIES]:
        unknown = read_part(other if one in known else one)
        right = await _put_right(connection, unknown)
        if right is not unknown:
            return [corrected([known[one]]), right] if one in known else [right, corrected([known[other]])]
    return [term]
