"""`GET /api/feed` as a hot route (see edge/hot.py): it is what every viewer does all the time."""

from typing import Annotated

import msgspec

from xiaodian.edge.access import find_caller
from xiaodian.edge.hot import HotAnswer, HotConnection, HotRoute, convert_query
from xiaodian.edge.messages import choose_language
from xiaodian.edge.request import JSON
from xiaodian.modules.feed.service.read_feed import FeedDesk
from xiaodian.modules.feed.wire import MAX_SIZE, PAGE_SIZE, Tab

_encode = msgspec.json.Encoder().encode


class FeedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What may be asked of the feed; anything else is not looked at."""

    tab: Tab = Tab.DISCOVER
    cursor: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_SIZE)] = PAGE_SIZE


def make_feed_route(desk: FeedDesk) -> HotRoute:
    """The handler that answers pages from this desk."""

    async def _read(connection: HotConnection, _: bytes) -> HotAnswer:
        caller = await find_caller(connection)
        asked = convert_query(connection, FeedQuery)
        language = choose_language(connection.headers.get("accept-language"), connection.cookies.get("xd_lang"))
        viewer_id = caller.account_id if caller else None
        page = await desk.read(viewer_id, asked.tab, asked.cursor, asked.limit, language)
        return 200, _encode(page), JSON

    return HotRoute(_read, "/api/feed", takes=None)
