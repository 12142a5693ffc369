"""What is said in a film: its creator's captions; of a clip without any, what its room said then."""

from datetime import timedelta

from xiaodian.contracts.content import VideoId, VideoInfo
from xiaodian.infra.database import Connection
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.media import api as media
from xiaodian.modules.surfacing.moment_queries import VideoCaption, is_wordless, list_captions, list_room_speech
from xiaodian.modules.surfacing.room_rules import MAX_LINES_AT_ONCE

LEAST_SEEN_MS = 500
"""Of a line that is cut by the clip's edge: less than this cannot be read."""


async def list_words(connection: Connection, video: VideoInfo) -> list[VideoCaption]:
    """In the order of the lines' ends. A clip's may begin before it and end after it; a creator who took them away
    has none.
    """
    own = await list_captions(connection, video.video_id)
    if own or await is_wordless(connection, video.video_id):
        return own
    return await _list_words_of_room(connection, video)


async def list_shown_words(connection: Connection, video_id: VideoId) -> list[VideoCaption]:
    """As viewers read them, by the film's time, the earliest first; none of a film that is not ready."""
    video = (await content.get_videos(connection, [video_id])).get(video_id)
    if video is None:
        return []
    shown = [_cut(each, video.duration_ms) for each in await list_words(connection, video)]
    return sorted(each for each in shown if each is not None)


def _cut(said: VideoCaption, duration_ms: int) -> VideoCaption | None:
    start_ms, end_ms = max(0, said.start_ms), min(duration_ms, said.end_ms)
    is_cut = (start_ms, end_ms) != (said.start_ms, said.end_ms)
    if end_ms < start_ms or (is_cut and end_ms - start_ms < LEAST_SEEN_MS):
        return None
    return VideoCaption(start_ms, end_ms, said.text)


async def _list_words_of_room(connection: Connection, video: VideoInfo) -> list[VideoCaption]:
    stretch = await media.find_stretch(connection, video.vod_id)
    room_id = video.source_room_id
    room = (await live.get_rooms(connection, [room_id])).get(room_id) if room_id is not None else None
    if stretch is None or room is None:
        return []
    pieces = await media.list_pieces(connection, stretch.stream_id, stretch.from_ms, stretch.to_ms)
    if not pieces:
        return []
    until = pieces[-1].start_at + timedelta(milliseconds=pieces[-1].duration_ms)
    words: list[VideoCaption] = []
    for start_at, end_at, text in await list_room_speech(
        connection, room.room_id, pieces[0].start_at, until, MAX_LINES_AT_ONCE
    ):
        start_ms = media.place_in_film(pieces, start_at) - stretch.from_ms
        end_ms = media.place_in_film(pieces, end_at) - stretch.from_ms
        if start_ms < video.duration_ms and end_ms >= 0:
            words.append(VideoCaption(start_ms, end_ms, text))
    return words
