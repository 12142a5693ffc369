"""Reactions: what viewers of videos and replays do is learned from; what accounts look at and buy is remembered."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import REPORTS, Report
from xiaodian.contracts.orders import OrderId
from xiaodian.edge.context import Context
from xiaodian.infra.work import Consumer
from xiaodian.modules.surfacing.service.films import mark_stale
from xiaodian.modules.surfacing.service.learn_viewings import learn_orders, learn_reports
from xiaodian.modules.surfacing.service.order_bags import remember_orders, remember_views
from xiaodian.modules.surfacing.service.weigh_moments import forget_video


class OfVideo(msgspec.Struct, frozen=True):
    """What is needed of an event to know which video is to be read again, or forgotten."""

    video_id: VideoId
    product_ids: list[ProductId] = []
    reason: str = ""


class OfOrder(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of an order."""

    order_id: OrderId


_decode_report = msgspec.json.Decoder(Report).decode
_decode_of_order = msgspec.json.Decoder(OfOrder).decode
_decode_moved = msgspec.json.Decoder(OfVideo).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What is reacted to. None needs an inbox: learning what is known changes nothing."""

    async def _learn_reports(envelopes: Sequence[Envelope]) -> None:
        reports = [_decode_report(envelope.data) for envelope in envelopes]
        async with ctx.database.transaction() as connection:
            await learn_reports(connection, reports)
            await remember_views(connection, reports)

    async def _learn_orders(envelopes: Sequence[Envelope]) -> None:
        order_ids = sorted({_decode_of_order(envelope.data).order_id for envelope in envelopes})
        async with ctx.database.transaction() as connection:
            await learn_orders(connection, order_ids)
            await remember_orders(connection, order_ids)

    async def _follow_videos(envelopes: Sequence[Envelope]) -> None:
        async with ctx.database.transaction() as connection:
            for envelope in envelopes:
                event = _decode_moved(envelope.data)
                if event.reason == "deleted":
                    await forget_video(connection, event.video_id)
                elif event.product_ids:
                    await mark_stale(connection, [event.video_id], is_unread=True)

    return [
        Consumer(durable="surfacing-viewings", event_types=REPORTS, handle=_learn_reports),
        Consumer(durable="surfacing-orders", event_types=("OrderPaid",), handle=_learn_orders),
        Consumer(
            durable="surfacing-videos",
            event_types=("VideoPublished", "VideoChanged", "VideoWithdrawn"),
            handle=_follow_videos,
        ),
    ]
