"""Answer a question: what fits, shown as it is now."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.kit.paging import BadCursorError, decode_place, encode_place
from xiaodian.modules.risk import api as risk
from xiaodian.modules.search.models import Kind
from xiaodian.modules.search.service.find import find
from xiaodian.modules.search.service.show import show_creators, show_products, show_topics, show_videos
from xiaodian.modules.search.wire import SearchKind, SearchResults

MOST = 200
"""Nobody turns to what fits worse than so many others."""
_FIRST_FEW = 6
MINUTE_S = 60.0

_KINDS = {
    SearchKind.ALL: tuple(Kind),
    SearchKind.PRODUCTS: (Kind.PRODUCT,),
    SearchKind.CREATORS: (Kind.CREATOR,),
    SearchKind.VIDEOS: (Kind.VIDEO,),
    SearchKind.TOPICS: (Kind.TOPIC,),
}


class SearchDesk:
    """One per process: answers questions, and how often one network may ask."""

    def __init__(self, ctx: Context) -> None:
        self._database = ctx.database
        self._pace = risk.Pace(Limit(name="search", burst=ctx.settings.searches_per_minute, period_s=MINUTE_S))

    async def search(
        self,
        network: str,
        question: str,
        kind: SearchKind,
        viewer_id: AccountId | None,
        *,
        cursor: str | None,
        limit: int,
    ) -> SearchResults:
        """What fits best. Raises TooManyRequestsError, BadCursorError."""
        self._pace.take(network)
        skip = _read_cursor(cursor)
        is_all = kind is SearchKind.ALL
        size = min(_FIRST_FEW if is_all else limit, MOST - skip)
        async with self._database.connection() as connection:
            found = await find(connection, question, _KINDS[kind], skip=skip, limit=size + 1)
            ids = {one: found.ids.get(one, [])[:size] for one in Kind}
            has_more = any(len(found_ids) > size for found_ids in found.ids.values())
            goes_on = not is_all and has_more and skip + size < MOST
            return SearchResults(
                products=await show_products(connection, ids[Kind.PRODUCT]),
                creators=await show_creators(connection, ids[Kind.CREATOR], viewer_id),
                videos=await show_videos(connection, ids[Kind.VIDEO]),
                topics=await show_topics(connection, ids[Kind.TOPIC]),
                understood=found.understood,
                next_cursor=encode_place(skip + size) if goes_on else None,
            )


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    (skip,) = decode_place(cursor, tuple[int])
    if not 0 <= skip < MOST:
        raise BadCursorError(cursor)
    return skip
