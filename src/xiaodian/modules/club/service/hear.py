"""What members do, as events tell of it; rooms see who rises."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.insights import BehaviourKind, BehaviourReported
from xiaodian.contracts.live import RoomId, RoomInfo
from xiaodian.contracts.orders import OrderId, OrderPaid
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.work import first_time
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.club import queries
from xiaodian.modules.club.models import Buyer, Risen
from xiaodian.modules.club.rules import was_on_air
from xiaodian.modules.club.service.facts import Watched, count_orders, count_watching, note_follows
from xiaodian.modules.club.service.recount import hold_members, recount
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops

HANDLER = "club-watching"
AT_ONCE = 1000


class OfOrder(msgspec.Struct, frozen=True):
    """All that is needed of an event to look up afresh what has become of an order."""

    order_id: OrderId


class Following(msgspec.Struct, frozen=True):
    """Who follows whom, or no longer does."""

    creator_id: AccountId
    fan_id: AccountId


_decode_report = msgspec.json.Decoder(BehaviourReported).decode
_decode_paid = msgspec.json.Decoder(OrderPaid).decode
_decode_order = msgspec.json.Decoder(OfOrder).decode
_decode_following = msgspec.json.Decoder(Following).decode


async def hear_watching(ctx: Context, envelopes: Sequence[Envelope], now: datetime) -> None:
    """Add what was watched on air of shops with a club; a report that comes again adds nothing."""
    told = [(envelope, report) for envelope in envelopes if (report := _watching(envelope)) is not None]
    if not told:
        return
    async with ctx.database.transaction() as connection:
        rooms = await _find_rooms(connection, [report for _, report in told])
        of_club = [envelope for envelope, report in told if any(item.room_id in rooms for item in report.items)]
        fresh = {envelope.event_id for envelope in await first_time(connection, HANDLER, of_club)}
        offset = timedelta(hours=ctx.settings.books_utc_offset_h)
        watched, places = [], {}
        for report in (report for envelope, report in told if envelope.event_id in fresh):
            for item in report.items:
                room = rooms.get(item.room_id) if item.room_id else None
                at = from_epoch_ms(item.at_ms)
                if room is None or report.account_id is None or not was_on_air(at, room.started_at, room.ended_at):
                    continue
                if room.shop_id is not None and item.kind is BehaviourKind.WATCHED:
                    day = (at + offset).date()
                    watched.append(Watched(room.shop_id, report.account_id, at, day, item.watch_s))
                    places[room.shop_id, report.account_id] = room.room_id
        risen = await count_watching(connection, watched, now)
    await _tell(ctx, risen, places)


def _watching(envelope: Envelope) -> BehaviourReported | None:
    report = _decode_report(envelope.data)
    is_told = report.account_id is not None and any(
        item.room_id is not None and item.kind is BehaviourKind.WATCHED for item in report.items
    )
    return report if is_told else None


async def _find_rooms(connection: Connection, reports: Sequence[BehaviourReported]) -> dict[RoomId, RoomInfo]:
    """Those of the rooms whose shop has a club that is open."""
    room_ids = sorted({item.room_id for report in reports for item in report.items if item.room_id is not None})
    rooms = await live.get_rooms(connection, room_ids)
    clubs = await queries.find_clubs(connection, {room.shop_id for room in rooms.values() if room.shop_id is not None})
    return {
        room_id: room
        for room_id, room in rooms.items()
        if room.shop_id is not None and (club := clubs.get(room.shop_id)) is not None and club.is_open
    }


async def hear_orders(ctx: Context, envelopes: Sequence[Envelope], now: datetime) -> None:
    """Keep what became of orders; a room where somebody rose by buying says so, unless the buyer asked for quiet."""
    order_ids = sorted({_decode_order(envelope.data).order_id for envelope in envelopes})
    paid = [_decode_paid(envelope.data) for envelope in envelopes if envelope.type == OrderPaid.__name__]
    places: dict[Buyer, RoomId] = {
        (order.shop_id, order.buyer_id): line.room_id
        for order in paid
        if not order.is_quiet
        for line in order.lines
        if line.room_id is not None
    }
    for start in range(0, len(order_ids), AT_ONCE):
        async with ctx.database.transaction() as connection:
            risen = await count_orders(connection, order_ids[start : start + AT_ONCE], now)
        await _tell(ctx, risen, places)


async def hear_follows(ctx: Context, envelopes: Sequence[Envelope], now: datetime) -> None:
    """Since when members follow, as it is now: words of it may come late and in any order."""
    for envelope in envelopes:
        told = _decode_following(envelope.data)
        async with ctx.database.transaction() as connection:
            shop = await shops.find_shop_of(connection, told.creator_id)
            if shop is not None:
                members = await hold_members(connection, [(ShopId(shop.shop_id), told.fan_id)])
                await note_follows(connection, members)
                await recount(connection, members, now)


async def _tell(ctx: Context, risen: Sequence[Risen], places: dict[Buyer, RoomId]) -> None:
    """The rooms where it happened; what is lost on the way is not missed."""
    seen = [each for each in risen if (each.shop_id, each.account_id) in places]
    if not seen:
        return
    async with ctx.database.connection() as connection:
        people = await accounts.get_accounts(connection, [each.account_id for each in seen])
    for each in seen:
        if person := people.get(each.account_id):
            room_id = places[each.shop_id, each.account_id]
            await live.tell_club(ctx, room_id, each.account_id, person.display_name, each.level, is_new=False)
