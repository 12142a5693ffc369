"""Reactions: views are counted, films become ready, rooms go on air, and what may no longer be sold is dropped."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.accounts import AccountId, Notice, NoticeKind
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoLiked, VideoLikesCounted
from xiaodian.contracts.insights import REPORTS
from xiaodian.contracts.live import RoomMoved, RoomState
from xiaodian.contracts.media import VodReady, VodRefused
from xiaodian.contracts.shops import StaffChanged
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.outbox_relay import POKE
from xiaodian.infra.work import Consumer, first_time
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content.service.count import count_views
from xiaodian.modules.content.service.count_likes import count_likes
from xiaodian.modules.content.service.drop_unsellable import drop_unsellable, list_goods_of_creators
from xiaodian.modules.content.service.fill_video import fill_video
from xiaodian.modules.content.service.personal_data import erase
from xiaodian.modules.content.service.remind import remind, tell_live
from xiaodian.modules.content.video_queries import find_video_of_vod
from xiaodian.modules.content.video_rules import name_in_notice

FilmEvent = VodReady | VodRefused


class OfProduct(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of a product."""

    product_id: ProductId


_decode_film = msgspec.json.Decoder(FilmEvent).decode
_decode_liked = msgspec.json.Decoder(VideoLiked).decode
_decode_moved = msgspec.json.Decoder(RoomMoved).decode
_decode_of_product = msgspec.json.Decoder(OfProduct).decode
_decode_staff = msgspec.json.Decoder(StaffChanged).decode


def consumers(ctx: Context) -> list[Consumer]:
    """What this module reacts to."""
    reactions = Reactions(ctx)
    return [
        accounts.on_erasure(ctx, "content", erase),
        Consumer(durable="content-views", event_types=REPORTS, handle=reactions.count_views),
        Consumer(durable="content-likes", event_types=("VideoLiked",), handle=reactions.count_likes, at_once=2000),
        Consumer(durable="content-films", event_types=("VodReady", "VodRefused"), handle=reactions.follow_films),
        Consumer(durable="content-rooms", event_types=("RoomMoved",), handle=reactions.follow_rooms),
        Consumer(durable="content-commissions", event_types=("CommissionEnded",), handle=reactions.drop_goods),
        Consumer(durable="content-staff", event_types=("StaffChanged",), handle=reactions.follow_staff),
    ]


class Reactions:
    """Each takes a batch of events and writes what follows from it in one transaction with the inbox marks."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def count_views(self, envelopes: Sequence[Envelope]) -> None:
        """Needs no inbox: who watched in which hour is known, and counts once."""
        async with self._ctx.database.transaction() as connection:
            await count_views(connection, envelopes)

    async def count_likes(self, envelopes: Sequence[Envelope]) -> None:
        """Needs no inbox: a like's row says whether it is counted."""
        told = [_decode_liked(envelope.data) for envelope in envelopes]
        async with self._ctx.database.transaction() as connection:
            changed = await count_likes(connection, [(each.video_id, each.account_id) for each in told])
            if changed:
                await outbox.emit(connection, VideoLikesCounted(count_id=new_id(), video_ids=changed))
        if changed:
            await self._ctx.broker.poke(POKE)

    async def follow_films(self, envelopes: Sequence[Envelope]) -> None:
        """A draft learns what its film is like; its creator is told that it is ready, or why it is refused."""
        notices: list[Notice] = []
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "content-films", envelopes)
            for event in (_decode_film(envelope.data) for envelope in fresh):
                video = await find_video_of_vod(connection, event.vod_id)
                if video is None:
                    continue
                if isinstance(event, VodReady):
                    await fill_video(connection, video)
                notices.append(
                    Notice(
                        account_id=video.creator_id,
                        kind=NoticeKind.VIDEO_READY if isinstance(event, VodReady) else NoticeKind.VIDEO_REFUSED,
                        params=name_in_notice(video.title, video.created_at),
                        link=f"/console/videos/{video.video_id}",
                    )
                )
            await accounts.give_notices(connection, notices)
        await accounts.ring_bells(self._ctx, [notice.account_id for notice in notices])

    async def follow_rooms(self, envelopes: Sequence[Envelope]) -> None:
        """Who asked is told that a room is on air."""
        reached: list[AccountId] = []
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "content-rooms", envelopes)
            for event in (_decode_moved(envelope.data) for envelope in fresh):
                if event.state in (RoomState.ON_AIR, RoomState.ENDED):
                    reached += await remind(connection, event.room_id)
        await tell_live(self._ctx, reached)

    async def drop_goods(self, envelopes: Sequence[Envelope]) -> None:
        """What a creator may no longer sell for a commission leaves the bags of their videos."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "content-commissions", envelopes)
            await drop_unsellable(connection, {_decode_of_product(envelope.data).product_id for envelope in fresh})
        await self._ctx.broker.poke(POKE)

    async def follow_staff(self, envelopes: Sequence[Envelope]) -> None:
        """Who no longer goes live for a shop shows its goods no more."""
        async with self._ctx.database.transaction() as connection:
            fresh = await first_time(connection, "content-staff", envelopes)
            people = {_decode_staff(envelope.data).account_id for envelope in fresh}
            await drop_unsellable(connection, await list_goods_of_creators(connection, people))
        await self._ctx.broker.poke(POKE)
