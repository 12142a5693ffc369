"""How links to videos, rooms, creators and topics are shown where people pass them on."""

import re
from urllib.parse import unquote
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.edge.context import Context
from xiaodian.edge.messages import translate
from xiaodian.edge.pages import FindPreview, Preview
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import queries, video_queries
from xiaodian.modules.content.video_rules import MAX_TOPIC_CHARS, fold_topic
from xiaodian.modules.live import api as live

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_OF_ONE = re.compile(f"/(v|videos|rooms|creators)/({_UUID})/?")
_OF_TOPIC = re.compile(r"/topics/([^/\0]+)/?")
_ROOM_WORDS = {
    RoomState.PLANNED: "room_planned",
    RoomState.ON_AIR: "room_on_air",
    RoomState.INTERRUPTED: "room_on_air",
    RoomState.ENDED: "room_replay",
}


def make_find_preview(ctx: Context) -> FindPreview:
    """What finds the preview of a page by its path; None for pages that have none, or of what is not there."""

    async def _find(path: str, language: str) -> Preview | None:
        one, topic = _OF_ONE.fullmatch(path), _OF_TOPIC.fullmatch(path)
        if one is None and topic is None:
            return None
        async with ctx.database.connection() as connection:
            try:
                if topic is not None:
                    return await _of_topic(connection, fold_topic(unquote(topic[1])), language)
                assert one is not None
                kind, identity = one[1], UUID(one[2])
                if kind == "rooms":
                    return await _of_room(connection, RoomId(identity), language)
                if kind == "creators":
                    return await _of_creator(connection, AccountId(identity), language)
                return await _of_video(connection, VideoId(identity), language)
            except NotFoundError:
                return None

    return _find


async def _of_video(connection: Connection, video_id: VideoId, language: str) -> Preview:
    video = await video_queries.get_public_video(connection, video_id)
    creator = await accounts.get_account(connection, video.creator_id)
    by = translate(language, "previews", "video_by", {"name": creator.display_name})
    return Preview(kind="video.other", title=video.title or by, description=by, picture_url=video.cover_url)


async def _of_room(connection: Connection, room_id: RoomId, language: str) -> Preview:
    room = await live.get_room(connection, room_id)
    host = await accounts.get_account(connection, room.host_id)
    words = translate(language, "previews", _ROOM_WORDS[room.state], {"name": host.display_name})
    picture_url = room.cover_url or host.avatar_url
    return Preview(kind="video.other", title=room.title, description=words, picture_url=picture_url)


async def _of_creator(connection: Connection, creator_id: AccountId, language: str) -> Preview:
    account = await accounts.get_account(connection, creator_id)
    numbers = {
        "fans": await queries.count_fans(connection, creator_id),
        "videos": await video_queries.count_videos_of(connection, creator_id),
    }
    words = translate(language, "previews", "creator", numbers)
    return Preview(kind="profile", title=account.display_name, description=words, picture_url=account.avatar_url)


async def _of_topic(connection: Connection, topic: str, language: str) -> Preview | None:
    videos = await video_queries.count_videos_of_topic(connection, topic)
    if not videos or len(topic) > MAX_TOPIC_CHARS:
        return None
    words = translate(language, "previews", "topic", {"videos": videos})
    return Preview(kind="website", title=f"#{topic}", description=words, picture_url=None)
