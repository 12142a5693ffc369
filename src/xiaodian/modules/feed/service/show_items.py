"""From what was picked to what is shown: the truth is asked at the last moment, so that nothing that was hidden, taken
down or has ended is shown, whatever the lists say.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.content import VideoCounts, VideoId, VideoInfo, VideoState
from xiaodian.contracts.live import RoomId, RoomInfo
from xiaodian.edge.context import Context
from xiaodian.edge.messages import translate
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.content import api as content
from xiaodian.modules.feed.ranking import Pick, RankedRoom, Reason, name_reason
from xiaodian.modules.feed.service.shelves import People
from xiaodian.modules.feed.wire import FeedItem, FeedRoom, FeedVideo, Kind, Why
from xiaodian.modules.live import api as live
from xiaodian.modules.media import api as media

NO_COUNTS = VideoCounts(likes=0, comments=0, views=0, is_liked=False)


class Facts:
    """What is true now of what was picked."""

    def __init__(
        self,
        ctx: Context,
        videos: dict[VideoId, VideoInfo],
        counts: dict[VideoId, VideoCounts],
        rooms: dict[RoomId, RoomInfo],
        people: dict[AccountId, Account],
        followed: Collection[AccountId],
        language: str,
        now: datetime,
    ) -> None:
        self._origin = ctx.settings.public_url.rstrip("/")
        self._videos, self._counts, self._rooms, self._people = videos, counts, rooms, people
        self._followed, self._language, self._now = followed, language, now

    def show(self, pick: Pick) -> FeedItem | None:
        """The item; None if it is not to be seen any more."""
        return self._show_room(pick) if isinstance(pick, RankedRoom) else self._show_video(pick)

    def _show_room(self, pick: RankedRoom) -> FeedItem | None:
        room = self._rooms.get(pick.candidate.room_id)
        if room is None or room.state not in live.ON_AIR_STATES or room.host_id not in self._people:
            return None
        host = self._people[room.host_id]
        shown = FeedRoom(
            room_id=room.room_id,
            host=host,
            is_followed=room.host_id in self._followed,
            title=room.title,
            cover_url=room.cover_url,
            playback_url=self._origin + media.playback_path(room.stream_id),
            online=room.online,
            started_at_ms=_ms(room.started_at),
        )
        params: dict[str, str | int] = {"name": host.display_name, "count": pick.candidate.purchases}
        return FeedItem(kind=Kind.ROOM, video=None, room=shown, why=self._why(pick.reason, params))

    def _show_video(self, pick: Pick) -> FeedItem | None:
        assert not isinstance(pick, RankedRoom)
        video = self._videos.get(pick.candidate.video_id)
        if video is None or video.state is not VideoState.PUBLISHED or video.creator_id not in self._people:
            return None
        counts = self._counts.get(video.video_id, NO_COUNTS)
        creator = self._people[video.creator_id]
        assert video.published_at is not None
        shown = FeedVideo(
            video_id=video.video_id,
            creator=creator,
            is_followed=video.creator_id in self._followed,
            title=video.title,
            topics=video.topics,
            cover_url=video.cover_url,
            playback_url=f"{self._origin}/media/vods/{video.vod_id}/master.m3u8",
            width=video.width,
            height=video.height,
            duration_ms=video.duration_ms,
            published_at_ms=to_epoch_ms(video.published_at),
            likes=counts.likes,
            comments=counts.comments,
            views=counts.views,
            is_liked=counts.is_liked,
            product_count=len(video.product_ids),
        )
        params: dict[str, str | int] = {"name": creator.display_name}
        if pick.reason is Reason.TOPIC:
            params = {"topic": pick.subject.partition(":")[2]}
        reason = name_reason(pick.reason, video.published_at, self._now)
        return FeedItem(kind=Kind.VIDEO, video=shown, room=None, why=self._why(reason, params))

    def _why(self, reason: Reason, params: dict[str, str | int]) -> Why:
        return Why(code=reason, params=params, text=translate(self._language, "feed", f"why_{reason}", params))


async def show_items(
    ctx: Context,
    connection: Connection,
    people: People,
    picks: Sequence[Pick],
    viewer_id: AccountId | None,
    language: str,
) -> list[FeedItem]:
    """The items of what was picked, as they are now; those that are gone are left out."""
    video_ids = [pick.candidate.video_id for pick in picks if not isinstance(pick, RankedRoom)]
    room_ids = [pick.candidate.room_id for pick in picks if isinstance(pick, RankedRoom)]
    creator_ids = {_whose(pick) for pick in picks}
    told = await content.get_video_facts(connection, video_ids, creator_ids, viewer_id)
    rooms = await live.get_rooms(connection, room_ids) if room_ids else {}
    known = await people.get(connection, creator_ids)
    facts = Facts(ctx, told.videos, told.counts, rooms, known, told.followed, language, utc_now())
    return [item for item in map(facts.show, picks) if item is not None]


def _whose(pick: Pick) -> AccountId:
    return pick.candidate.host_id if isinstance(pick, RankedRoom) else pick.candidate.creator_id


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_epoch_ms(moment)
