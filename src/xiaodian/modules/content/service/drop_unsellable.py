"""A shop no longer lets somebody sell its goods: they leave the bags of the videos that they are in."""

from collections.abc import Collection

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId, VideoState
from xiaodian.infra.database import Connection
from xiaodian.modules.content import video_queries
from xiaodian.modules.content.service.edit_video import tell_change
from xiaodian.modules.live import api as live


async def drop_unsellable(connection: Connection, product_ids: Collection[ProductId]) -> None:
    """Take those of the products out of the bags of videos whose creator may sell them no more, in the caller's
    transaction. The others in the bag keep their number.
    """
    rows = await connection.fetch(
        """
        SELECT creator_id, product_id, array_agg(video_id ORDER BY video_id) AS video_ids
        FROM content.video_product JOIN content.video USING (video_id)
        WHERE product_id = ANY($1::uuid[]) GROUP BY creator_id, product_id
        """,
        list(product_ids),
    )
    of_creator: dict[AccountId, dict[ProductId, list[VideoId]]] = {}
    for row in rows:
        of_creator.setdefault(row["creator_id"], {})[row["product_id"]] = row["video_ids"]
    dropped: dict[VideoId, list[ProductId]] = {}
    for creator_id, videos_of in of_creator.items():
        sellable = await live.find_sellable(connection, creator_id, list(videos_of))
        for product_id in videos_of.keys() - sellable:
            for video_id in videos_of[product_id]:
                dropped.setdefault(video_id, []).append(product_id)
    for video_id, gone in sorted(dropped.items()):
        await _drop(connection, video_id, gone)


async def _drop(connection: Connection, video_id: VideoId, product_ids: Collection[ProductId]) -> None:
    video = await video_queries.lock_video(connection, video_id)
    for table in ("video_product", "video_moment"):
        await connection.execute(
            f"DELETE FROM content.{table} WHERE video_id = $1 AND product_id = ANY($2::uuid[])",
            video_id,
            list(product_ids),
        )
    if video.state is VideoState.PUBLISHED:
        await tell_change(connection, video)


async def list_goods_of_creators(connection: Connection, creator_ids: Collection[AccountId]) -> list[ProductId]:
    """What is in the bags of these creators' videos."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT product_id FROM content.video_product JOIN content.video USING (video_id)
        WHERE creator_id = ANY($1::uuid[])
        """,
        list(creator_ids),
    )
    return [row["product_id"] for row in rows]
