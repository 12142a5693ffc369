"""Make anew all that the feed keeps but what viewers dismissed: from videos, what pages told, likes and orders."""

from collections.abc import AsyncIterator
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.contracts.insights import BehaviourKind
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.content import api as content
from xiaodian.modules.feed.rules import DEED_OF_KIND, Deed, Encounter
from xiaodian.modules.feed.service import keep_videos, learn
from xiaodian.modules.feed.service.hear import hear_orders
from xiaodian.modules.feed.service.learn import Meeting
from xiaodian.modules.feed.service.score_videos import AT_ONCE, score_some
from xiaodian.modules.insights import api as insights
from xiaodian.modules.orders import api as orders

BATCH = 1000
NO_LIMIT_S = 24 * 3600.0
NOTHING = UUID(int=0)


class Rebuilt(Contract, frozen=True, kw_only=True):
    """What a rebuild went through."""

    videos: int
    meetings: int


async def rebuild(records: Records) -> Rebuilt:
    """The videos in one transaction, the tastes in another; readers see the old rows until the new ones are there.

    What accounts did is known as long as what pages told is kept, and so far back their tastes are made anew.
    """
    videos = await _rebuild_videos(records)
    met = 0
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", learn.LOCK, timeout=NO_LIMIT_S)
        for table in ("encounter", "taste"):
            await connection.execute(f"DELETE FROM feed.{table}", timeout=NO_LIMIT_S)
        for source in (_acts, _likes, _comments, _orders):
            async for meetings in source(connection):
                await learn.learn(connection, meetings)
                met += len(meetings)
    return Rebuilt(videos=videos, meetings=met)


async def _rebuild_videos(records: Records) -> int:
    done = 0
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", keep_videos.LOCK, timeout=NO_LIMIT_S)
        for table in ("subject_video", "video"):
            await connection.execute(f"DELETE FROM feed.{table}", timeout=NO_LIMIT_S)
        after = NOTHING
        while video_ids := await content.list_video_ids(connection, after, BATCH):
            await keep_videos.keep_videos(connection, video_ids)
            after = video_ids[-1]
            done += len(video_ids)
        while await score_some(connection, utc_now()) == AT_ONCE:
            pass
    return done


async def _acts(connection: Connection) -> AsyncIterator[list[Meeting]]:
    after = None
    while acts := await insights.list_acts_of_accounts(connection, after, BATCH):
        meetings: list[Meeting] = []
        for act in acts:
            deed = DEED_OF_KIND.get(BehaviourKind(act.kind))
            place_id = act.video_id or act.room_id
            if deed is not None and place_id is not None and act.account_id is not None:
                meetings.append(
                    Meeting(act.account_id, place_id, Encounter(act.at, 0, int(deed)), act.media_at_ms or 0)
                )
        yield meetings
        after = acts[-1].at, acts[-1].report_id, acts[-1].number


async def _likes(connection: Connection) -> AsyncIterator[list[Meeting]]:
    after = NOTHING, NOTHING
    while likes := await content.list_likes(connection, after, BATCH):
        yield [Meeting(each.account_id, each.video_id, Encounter(each.at, 0, int(Deed.LIKED))) for each in likes]
        after = likes[-1].video_id, likes[-1].account_id


async def _comments(connection: Connection) -> AsyncIterator[list[Meeting]]:
    after = NOTHING
    while comments := await content.list_comments(connection, after, BATCH):
        yield [
            Meeting(each.account_id, each.video_id, Encounter(each.at, 0, int(Deed.COMMENTED))) for _, each in comments
        ]
        after = comments[-1][0]


async def _orders(connection: Connection) -> AsyncIterator[list[Meeting]]:
    after = NOTHING
    while order_ids := await orders.list_order_ids(connection, after=after, limit=BATCH):
        yield await hear_orders(connection, order_ids)
        after = order_ids[-1]
