"""A page of the feed."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import UnauthenticatedError
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import Page
from xiaodian.modules.feed.service.compose import compose_page, creator_mark, mark_pick
from xiaodian.modules.feed.service.following import list_following
from xiaodian.modules.feed.service.shelves import Shelves
from xiaodian.modules.feed.service.show_items import show_items
from xiaodian.modules.feed.visit import begin_visit, decode_visit, encode_visit
from xiaodian.modules.feed.wire import FeedItem, Tab

MOST_TRIES = 3
"""Where all that was picked has gone meanwhile, the next places are looked at."""


class FeedDesk:
    """One per process: it keeps the lists that are the same for everybody."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._shelves = Shelves(ctx.database, ctx.settings.feed_lists_fresh_s)

    async def read(
        self, viewer_id: AccountId | None, tab: Tab, cursor: str | None, size: int, language: str
    ) -> Page[FeedItem]:
        """The next page for this viewer. Raises BadCursorError, UnauthenticatedError, UnavailableError."""
        if tab is Tab.DISCOVER:
            return await self._discover(viewer_id, cursor, size, language)
        if viewer_id is None:
            raise UnauthenticatedError
        return await self._following(viewer_id, cursor, size, language)

    def forget(self, viewer_id: AccountId) -> None:
        """What the viewer wants has changed: the next page is made anew."""
        self._shelves.visits.forget(viewer_id)

    async def _discover(
        self, viewer_id: AccountId | None, cursor: str | None, size: int, language: str
    ) -> Page[FeedItem]:
        visit = decode_visit(cursor) if cursor else begin_visit()
        items: list[FeedItem] = []
        async with self._ctx.database.connection() as connection:
            for _ in range(MOST_TRIES):
                picks = await compose_page(connection, self._shelves, viewer_id, visit, utc_now(), size)
                visit = visit.after([mark_pick(pick) for pick in picks], [creator_mark(pick) for pick in picks])
                items = await show_items(self._ctx, connection, self._shelves.people, picks, viewer_id, language)
                if items or not picks:
                    break
        return Page(items=items, next_cursor=encode_visit(visit) if picks else None)

    async def _following(self, viewer_id: AccountId, cursor: str | None, size: int, language: str) -> Page[FeedItem]:
        async with self._ctx.database.connection() as connection:
            picks, following = await list_following(connection, self._shelves, viewer_id, cursor, size)
            items = await show_items(self._ctx, connection, self._shelves.people, picks, viewer_id, language)
        return Page(items=items, next_cursor=following)
