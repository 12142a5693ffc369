"""Reactions: what creators publish can be shown, what viewers do says what they like and what a video is worth."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.orders import OrderId
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.feed.service.hear import (
    hear_complaints,
    hear_complaints_of_rooms,
    hear_deeds,
    hear_orders,
    hear_reports,
)
from xiaodian.modules.feed.service.keep_videos import keep_videos
from xiaodian.modules.feed.service.learn import learn, mark_stale
from xiaodian.modules.feed.service.personal_data import erase


class OfVideo(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of a video."""

    video_id: VideoId


class OfVideos(msgspec.Struct, frozen=True):
    """The same of several at once."""

    video_ids: list[VideoId]


class OfOrder(msgspec.Struct, frozen=True):
    """The same of an order."""

    order_id: OrderId


_decode_of_video = msgspec.json.Decoder(OfVideo).decode
_decode_of_order = msgspec.json.Decoder(OfOrder).decode
_decode_counted = msgspec.json.Decoder(OfVideos).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to. None needs an inbox: taking in again what was taken in changes nothing."""
    reactions = Reactions(ctx)
    return [
        accounts.on_erasure(ctx, "feed", erase),
        Consumer(
            durable="feed-videos",
            event_types=("VideoPublished", "VideoChanged", "VideoWithdrawn"),
            handle=reactions.keep_videos,
        ),
        Consumer(durable="feed-behaviour", event_types=("BehaviourReported",), handle=reactions.hear_reports),
        Consumer(durable="feed-deeds", event_types=("VideoLiked", "VideoCommented"), handle=reactions.hear_deeds),
        Consumer(durable="feed-orders", event_types=("OrderPaid",), handle=reactions.hear_orders),
        Consumer(durable="feed-complaints", event_types=("VideoReported",), handle=reactions.hear_complaints),
        Consumer(
            durable="feed-room-complaints", event_types=("RoomReported",), handle=reactions.hear_complaints_of_rooms
        ),
        Consumer(
            durable="feed-counted", event_types=("VideosCounted", "VideoLikesCounted"), handle=reactions.hear_counted
        ),
        Consumer(durable="feed-dismissed", event_types=("VideoDismissed",), handle=reactions.mark_stale),
    ]


class Reactions:
    """Each takes a batch of events and writes what follows from it in one transaction."""

    def __init__(self, ctx: Context) -> None:
        self._database = ctx.database

    async def keep_videos(self, envelopes: Sequence[Envelope]) -> None:
        """What can be shown."""
        async with self._database.transaction() as connection:
            await keep_videos(connection, _video_ids(envelopes))

    async def hear_reports(self, envelopes: Sequence[Envelope]) -> None:
        """What pages told."""
        meetings = list(hear_reports(envelopes))
        if meetings:
            async with self._database.transaction() as connection:
                await learn(connection, meetings)

    async def hear_deeds(self, envelopes: Sequence[Envelope]) -> None:
        """Comments also change what a video is worth; likes do when they are counted."""
        async with self._database.transaction() as connection:
            await learn(connection, list(hear_deeds(envelopes)))
            await mark_stale(connection, _video_ids([each for each in envelopes if each.type == "VideoCommented"]))

    async def hear_orders(self, envelopes: Sequence[Envelope]) -> None:
        """What was bought."""
        async with self._database.transaction() as connection:
            order_ids = {_decode_of_order(envelope.data).order_id for envelope in envelopes}
            await learn(connection, await hear_orders(connection, order_ids))

    async def hear_complaints(self, envelopes: Sequence[Envelope]) -> None:
        """What somebody finds wrong is not shown to them again."""
        async with self._database.transaction() as connection:
            await hear_complaints(connection, envelopes)
            await mark_stale(connection, _video_ids(envelopes))

    async def hear_complaints_of_rooms(self, envelopes: Sequence[Envelope]) -> None:
        """The same of rooms."""
        async with self._database.transaction() as connection:
            await hear_complaints_of_rooms(connection, envelopes)

    async def hear_counted(self, envelopes: Sequence[Envelope]) -> None:
        """Figures of videos are others now."""
        video_ids = {video_id for each in envelopes for video_id in _decode_counted(each.data).video_ids}
        async with self._database.transaction() as connection:
            await mark_stale(connection, video_ids)

    async def mark_stale(self, envelopes: Sequence[Envelope]) -> None:
        """What a video is worth has changed."""
        async with self._database.transaction() as connection:
            await mark_stale(connection, _video_ids(envelopes))


def _video_ids(envelopes: Sequence[Envelope]) -> set[VideoId]:
    return {_decode_of_video(envelope.data).video_id for envelope in envelopes}
