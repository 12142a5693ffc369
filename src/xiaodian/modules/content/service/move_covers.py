"""Covers that were chosen before covers lay beside their films are moved there, so that they go with the film."""

from xiaodian.contracts.base import NotFoundError
from xiaodian.edge.context import Context
from xiaodian.modules.content import video_queries
from xiaodian.modules.media import api as media

AT_ONCE = 20
ELSEWHERE = "/media/pictures/"


async def move_covers(ctx: Context) -> int:
    """Some of them; answers how many were found. A picture that is gone gives way to the film's own first one."""
    async with ctx.database.connection() as connection:
        found = await video_queries.list_covers_elsewhere(connection, ELSEWHERE, AT_ONCE)
    for each in found:
        try:
            url = await media.use_cover(ctx, each.vod_id, each.cover_url)
        except NotFoundError:
            async with ctx.database.connection() as connection:
                url = (await media.get_vod(connection, each.vod_id)).poster_url or ""
        async with ctx.database.connection() as connection:
            await connection.execute(
                "UPDATE content.video SET cover_url = nullif($3, '') WHERE video_id = $1 AND cover_url = $2",
                each.video_id,
                each.cover_url,
                url,
            )
    return len(found)
