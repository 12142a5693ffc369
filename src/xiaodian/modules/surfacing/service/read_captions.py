"""What is said in a film or a room as viewers read it: WebVTT."""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import VideoId, VideoState
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing.room_rules import MAX_LINES_OF_ROOM
from xiaodian.modules.surfacing.service.film_words import list_shown_words
from xiaodian.modules.surfacing.service.own_video import get_own_info


class Spoken(NamedTuple):
    """A line, in ms from the start."""

    start_ms: int
    end_ms: int
    text: str


async def read_captions_of_video(connection: Connection, video_id: VideoId) -> str:
    """Of a published video, by its film's time; a clip's may be its room's. Raises NotFoundError."""
    video = (await content.get_videos(connection, [video_id])).get(video_id)
    if video is None or video.state is not VideoState.PUBLISHED:
        raise NotFoundError
    return await _render_video(connection, video_id)


async def read_captions_of_own(connection: Connection, account_id: AccountId, video_id: VideoId) -> str:
    """Of one's own video, whatever its state. Raises NotFoundError."""
    await get_own_info(connection, account_id, video_id)
    return await _render_video(connection, video_id)


async def _render_video(connection: Connection, video_id: VideoId) -> str:
    return render_webvtt(Spoken(*each) for each in await list_shown_words(connection, video_id))


async def read_captions_of_room(connection: Connection, room_id: RoomId) -> str:
    """Of a room that was on air; 0 is the moment at which it went there. Raises NotFoundError."""
    room = await live.get_room(connection, room_id)
    if room.started_at is None:
        return render_webvtt([])
    rows = await connection.fetch(
        "SELECT start_at, end_at, text FROM surfacing.caption WHERE room_id = $1 ORDER BY start_at LIMIT $2",
        room_id,
        MAX_LINES_OF_ROOM,
    )
    origin_ms = to_epoch_ms(room.started_at)
    return render_webvtt(
        Spoken(max(0, to_epoch_ms(row["start_at"]) - origin_ms), to_epoch_ms(row["end_at"]) - origin_ms, row["text"])
        for row in rows
        if to_epoch_ms(row["end_at"]) > origin_ms
    )


def render_webvtt(lines: Iterable[Spoken]) -> str:
    """The file; one without lines is a file too."""
    blocks = [f"{_moment(each.start_ms)} --> {_moment(each.end_ms)}\n{_text(each.text)}" for each in lines]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _text(text: str) -> str:
    """Without what would be taken for a tag, an arrow or the end of the block."""
    return escape(" ".join(text.split()), quote=False)


def _moment(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
