"""From events to meetings of accounts with videos, rooms and products."""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import RoomReported, VideoCommented, VideoLiked, VideoReported
from xiaodian.contracts.insights import BehaviourReported
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.feed.rules import DEED_OF_KIND, Deed, Encounter
from xiaodian.modules.feed.service.learn import Meeting
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import api as orders


class Whose(msgspec.Struct, frozen=True):
    """All that is needed of a report to see whether it teaches anything: most are of nobody who is signed in."""

    account_id: AccountId | None


_decode_whose = msgspec.json.Decoder(Whose).decode
_decode_reported = msgspec.json.Decoder(BehaviourReported).decode
_decode_deed = msgspec.json.Decoder(VideoLiked | VideoCommented).decode
_decode_complaint = msgspec.json.Decoder(VideoReported).decode
_decode_room_complaint = msgspec.json.Decoder(RoomReported).decode


def hear_reports(envelopes: Sequence[Envelope]) -> Iterator[Meeting]:
    """What pages told of who is signed in."""
    for envelope in envelopes:
        if _decode_whose(envelope.data).account_id is None:
            continue
        told = _decode_reported(envelope.data)
        assert told.account_id is not None
        for item in told.items:
            deed = DEED_OF_KIND.get(item.kind)
            place_id = item.video_id or item.room_id
            if deed is not None and place_id is not None:
                furthest_ms = item.media_at_ms or 0 if item.video_id else 0
                yield Meeting(
                    told.account_id, place_id, Encounter(from_epoch_ms(item.at_ms), 0, int(deed)), furthest_ms
                )


def hear_deeds(envelopes: Sequence[Envelope]) -> Iterator[Meeting]:
    """Likes and comments; who likes a video no more has liked it once."""
    for envelope in envelopes:
        told = _decode_deed(envelope.data)
        if isinstance(told, VideoCommented) or told.is_liked:
            deed = Deed.COMMENTED if isinstance(told, VideoCommented) else Deed.LIKED
            encounter = Encounter(from_epoch_ms(envelope.occurred_at_ms), 0, int(deed))
            yield Meeting(told.account_id, told.video_id, encounter)


async def hear_orders(connection: Connection, order_ids: Collection[OrderId]) -> list[Meeting]:
    """What was bought where: looked up afresh, so that a rebuild hears the same."""
    found = await orders.find_orders(connection, order_ids)
    return [meeting for order in found.values() for meeting in _of_order(order)]


def _of_order(order: Order) -> Iterator[Meeting]:
    if order.paid_at is None:
        return
    encounter = Encounter(order.paid_at, 0, int(Deed.BOUGHT))
    for line in order.lines:
        yield Meeting(order.buyer_id, line.product_id, encounter)
        if place_id := line.video_id or line.room_id:
            yield Meeting(order.buyer_id, place_id, encounter)


async def hear_complaints(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Who reports a video is not shown it again."""
    told = [(envelope, _decode_complaint(envelope.data)) for envelope in envelopes]
    await connection.executemany(
        """
        INSERT INTO feed.dismissal (account_id, place_id, creator_id, dismissed_at)
        SELECT $1, video_id, creator_id, $3 FROM feed.video WHERE video_id = $2
        ON CONFLICT DO NOTHING
        """,
        [(each.account_id, each.video_id, from_epoch_ms(envelope.occurred_at_ms)) for envelope, each in told],
    )


async def hear_complaints_of_rooms(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """The same of a room."""
    told = [(envelope, _decode_room_complaint(envelope.data)) for envelope in envelopes]
    rooms = await live.get_rooms(connection, {each.room_id for _, each in told})
    await connection.executemany(
        """
        INSERT INTO feed.dismissal (account_id, place_id, creator_id, dismissed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING
        """,
        [
            (each.account_id, each.room_id, rooms[each.room_id].host_id, from_epoch_ms(envelope.occurred_at_ms))
            for envelope, each in told
            if each.room_id in rooms
        ],
    )
