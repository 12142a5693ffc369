"""Pass a short video on."""

import random

from xiaodian.contracts.content import VideoId
from xiaodian.edge.context import Context
from xiaodian.modules.content.service.count import count
from xiaodian.modules.content.video_queries import hold_public_video
from xiaodian.modules.content.video_rules import COUNT_SLOTS, SHARES_PER_MINUTE
from xiaodian.modules.risk import api as risk


async def share_video(ctx: Context, network: str, video_id: VideoId) -> None:
    """Its link was passed on. Raises NotFoundError, TooManyRequestsError."""
    await risk.take(ctx.database, SHARES_PER_MINUTE, network)
    async with ctx.database.transaction() as connection:
        await hold_public_video(connection, video_id)
        await count(connection, "shares", video_id, random.randrange(COUNT_SLOTS), 1)
