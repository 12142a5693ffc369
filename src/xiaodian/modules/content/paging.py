"""Cursors of lists that are in the order of a moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar.params import Parameter

from xiaodian.contracts.content import VideoCard, VideoId
from xiaodian.infra.database import Connection
from xiaodian.kit.paging import MAX_PAGE_SIZE, BadCursorError, Page, decode_place, encode_place
from xiaodian.modules.content.service.show_videos import list_cards

Limit = Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)]
Place = tuple[datetime, UUID]


def decode_moment(cursor: str | None) -> Place | None:
    """Where to go on in a list by moment and id. Raises BadCursorError."""
    if not cursor:
        return None
    moment, identity = decode_place(cursor, tuple[datetime, UUID])
    if moment.tzinfo is None:
        raise BadCursorError(cursor)
    return moment, identity


def encode_moment(moment: datetime, identity: UUID) -> str:
    """The cursor that goes on after this moment and id."""
    return encode_place(moment.isoformat(), str(identity))


async def show_by_moment(
    connection: Connection, found: Sequence[tuple[VideoId, datetime]], limit: int
) -> Page[VideoCard]:
    """A page of cards, of videos and their moments read with one more than the limit."""
    shown = found[:limit]
    cards = await list_cards(connection, [video_id for video_id, _ in shown])
    more = encode_moment(shown[-1][1], shown[-1][0]) if len(found) > limit else None
    return Page(items=cards, next_cursor=more)
