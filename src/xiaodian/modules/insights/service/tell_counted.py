"""Tell those above, who may not be asked to look, that figures of videos are others now."""

from collections.abc import Collection

from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import VideosCounted
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id


async def tell_counted(connection: Connection, video_ids: Collection[VideoId]) -> None:
    """In the transaction that counts, so that who hears of it finds the new figures."""
    if video_ids:
        await outbox.emit(connection, VideosCounted(count_id=new_id(), video_ids=sorted(video_ids)))
