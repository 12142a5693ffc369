"""Reactions: what creators publish can be shown, what viewers do says what they like."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import VideoId
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.feed.service.keep_videos import keep_videos


class OfVideo(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of a video."""

    video_id: VideoId


_decode_of_video = msgspec.json.Decoder(OfVideo).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to. None needs an inbox: taking in again what was taken in changes nothing."""

    async def _keep_videos(envelopes: Sequence[Envelope]) -> None:
        async with ctx.database.transaction() as connection:
            await keep_videos(connection, {_decode_of_video(envelope.data).video_id for envelope in envelopes})

    return [
        Consumer(
            durable="feed-videos",
            event_types=("VideoPublished", "VideoChanged", "VideoWithdrawn"),
            handle=_keep_videos,
        ),
    ]
