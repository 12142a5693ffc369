"""What there is to learn of: published videos, and the replays of rooms that are over."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live

FilmId = UUID
"""Of a video or a room."""


class Film(NamedTuple):
    """A published video or a replay that shows products."""

    film_id: FilmId
    duration_ms: int
    product_ids: dict[str, ProductId]
    """By their texts."""
    is_replay: bool = False
    began_ms: int = 0
    """Of a replay: the date of its first picture, as what is told of rooms names dates."""
    since_ms: int = 0
    """Of a replay: when the room ended. What was done before was done live."""


async def find_films(
    connection: Connection, video_ids: Collection[VideoId], room_ids: Collection[RoomId]
) -> dict[FilmId, Film]:
    """Those of the videos and rooms whose cards there is anything to learn of."""
    videos = await content.get_videos(connection, video_ids) if video_ids else {}
    films: dict[FilmId, Film] = {
        video_id: Film(video_id, video.duration_ms, {str(each): each for each in video.product_ids})
        for video_id, video in videos.items()
        if video.published_at and video.product_ids
    }
    rooms = await live.get_rooms(connection, room_ids) if room_ids else {}
    over = [room for room in rooms.values() if room.state is RoomState.ENDED]
    shown = await live.list_shown_products(connection, [room.room_id for room in over]) if over else {}
    for room in over:
        if room.started_at is not None and room.ended_at is not None and shown[room.room_id]:
            began_ms, since_ms = to_epoch_ms(room.started_at), to_epoch_ms(room.ended_at)
            product_ids = {str(each): each for each in shown[room.room_id]}
            films[room.room_id] = Film(room.room_id, since_ms - began_ms, product_ids, True, began_ms, since_ms)
    return films


async def mark_stale(connection: Connection, video_ids: Sequence[FilmId], *, is_unread: bool = False) -> None:
    """These videos are to be weighed anew, and to be read first."""
    await connection.execute(
        """
        INSERT INTO surfacing.film AS film (video_id, is_unread) SELECT told, true FROM unnest($1::uuid[]) AS told
        ON CONFLICT (video_id) DO UPDATE SET is_stale = true, is_unread = film.is_unread OR $2
        """,
        list(video_ids),
        is_unread,
    )


async def mark_replays_stale(connection: Connection, room_ids: Sequence[FilmId]) -> None:
    """These replays are to be weighed anew."""
    await connection.execute(
        """
        INSERT INTO surfacing.replay (room_id) SELECT told FROM unnest($1::uuid[]) AS told
        ON CONFLICT (room_id) DO UPDATE SET is_stale = true
        """,
        sorted(room_ids),
    )
