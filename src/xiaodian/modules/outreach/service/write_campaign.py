"""A shop's staff writes to fans: once, or as a flow that stands."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.contracts.outreach import FLOWS, Campaign, CampaignId, CampaignState, Channel, Trigger
from xiaodian.contracts.promotion import CouponId
from xiaodian.contracts.shops import Shop, ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.live import api as live
from xiaodian.modules.outreach.queries import get_campaign, list_flows
from xiaodian.modules.outreach.rules import (
    AGAIN_DAYS,
    FARTHEST_SENDING,
    LATE_AT_MOST,
    check_cancel,
    check_hold_out,
    check_room_moments,
    check_words,
)
from xiaodian.modules.outreach.service.audience import BUYERS, check_segment
from xiaodian.modules.outreach.service.deliver_mail import is_mail_set_up
from xiaodian.modules.outreach.service.watch_segments import look_afresh, look_at_once
from xiaodian.modules.outreach.wire import FlowInput, MessageInput, NewCampaign, WordsInput
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops
from xiaodian.settings import Settings

MOST_PLANNED = 100
MOST_JOINED_FLOWS = 20
OPEN_ROOMS: Collection[RoomState] = (RoomState.PLANNED, *live.ON_AIR_STATES)

_FIELDS = Campaign.__struct_fields__
_INSERT = f"""
    INSERT INTO outreach.campaign ({", ".join(_FIELDS)}, created_by, changed_at)
    VALUES ({", ".join(f"${number}" for number in range(1, len(_FIELDS) + 3))})
"""
# What a flow says may change; whom it reached, and which group they are in, stays.
_CHANGED = (
    *("delay_days", "segment", "name", "text", "link", "picture_url", "coupon_id", "channels"),
    *("hold_out_bp", "window_days", "again_days", "at_announcement", "minutes_before"),
)
_SET_FLOW = f"""
    {_INSERT} ON CONFLICT (shop_id, trigger, (CASE WHEN trigger = 'segment_joined' THEN segment ELSE '' END))
    WHERE trigger NOT IN ('once', 'fan') DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in (*_CHANGED, "state", "send_at", "changed_at"))}
"""
_WAITS = "SELECT EXISTS (SELECT FROM outreach.delivery WHERE campaign_id = $1 AND state = 'waiting')"
_DROP = """
    UPDATE outreach.delivery SET state = 'dropped', reason = $2 WHERE campaign_id = $1 AND state = 'waiting'
"""


async def create_campaign(records: Records, caller: Caller, shop_id: ShopId, new: NewCampaign) -> Campaign:
    """Plan a message; it is sent when its hour comes.

    Raises NotFoundError, ForbiddenError (which names the right), InvalidInputError.
    """
    now = utc_now()
    if new.send_at_ms is not None and now - from_epoch_ms(new.send_at_ms) > LATE_AT_MOST:
        raise InvalidInputError(field="send_at_ms", reason="in_the_past")
    send_at = now if new.send_at_ms is None else max(now, from_epoch_ms(new.send_at_ms))
    if send_at - now > FARTHEST_SENDING:
        raise InvalidInputError(field="send_at_ms", reason="too_far_ahead")
    async with records.database.transaction() as connection:
        shop = await require_sender(connection, records.settings, caller, shop_id, new.channels, new.coupon_id)
        await check_segment(connection, shop_id, new.segment)
        room_id = await find_room(connection, shop_id, new.room_id)
        planned = await connection.fetchval(
            "SELECT count(*) FROM outreach.campaign WHERE shop_id = $1 AND state IN ('planned', 'sending')", shop_id
        )
        if planned >= MOST_PLANNED:
            raise InvalidInputError(field="send_at_ms", reason="too_many", limit=MOST_PLANNED)
        campaign = Campaign(
            **_measured(shop, new, room_id),
            trigger=Trigger.ONCE,
            delay_days=0,
            segment=new.segment,
            again_days=AGAIN_DAYS,
            at_announcement=False,
            minutes_before=None,
            room_id=room_id,
            state=CampaignState.PLANNED,
            send_at=send_at,
        )
        await save_campaign(connection, campaign, caller, now)
        await _note(connection, caller, campaign, "campaign.created")
    return campaign


async def cancel_campaign(records: Records, caller: Caller, shop_id: ShopId, campaign_id: UUID) -> Campaign:
    """Nobody more gets it; cancelled already: nothing happens.

    Raises NotFoundError, ForbiddenError, CampaignStateError.
    """
    async with records.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_WRITE)
        campaign = await get_campaign(connection, shop_id, campaign_id, lock=True)
        if campaign.state is CampaignState.CANCELLED:
            return campaign
        check_cancel(campaign.state, is_waiting=await connection.fetchval(_WAITS, campaign_id))
        await connection.execute(
            "UPDATE outreach.campaign SET state = 'cancelled', changed_at = $2 WHERE campaign_id = $1",
            campaign_id,
            utc_now(),
        )
        await connection.execute(_DROP, campaign_id, "cancelled")
        await _note(connection, caller, campaign, "campaign.cancelled")
        return await get_campaign(connection, shop_id, campaign_id)


async def set_flow(records: Records, caller: Caller, shop_id: ShopId, trigger: Trigger, new: FlowInput) -> Campaign:
    """Say what a flow sends, and turn it on or off. Occasions before it was turned on are let pass.

    Raises NotFoundError, ForbiddenError, InvalidInputError.
    """
    if trigger not in FLOWS:
        raise InvalidInputError(field="trigger", reason="no_flow")
    check_room_moments(
        new.minutes_before, of_rooms=trigger is Trigger.ROOM_PLANNED, at_announcement=new.at_announcement
    )
    now = utc_now()
    async with records.database.transaction() as connection:
        shop = await require_sender(connection, records.settings, caller, shop_id, new.channels, new.coupon_id)
        # One at a time: two that make the same flow must find each other's.
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('flows ' || $1, 0))", str(shop_id))
        before = await _find_flow(connection, shop_id, trigger, new.segment)
        was_on = before is not None and before.state is CampaignState.ON
        flow = Campaign(
            **_measured(shop, new, None) | ({"campaign_id": before.campaign_id} if before else {}),
            trigger=trigger,
            delay_days=new.delay_days,
            segment=new.segment or "",
            again_days=new.again_days,
            at_announcement=new.at_announcement,
            minutes_before=new.minutes_before,
            room_id=None,
            state=CampaignState.ON if new.is_on else CampaignState.OFF,
            send_at=before.send_at if before and was_on else now,
        )
        await connection.execute(_SET_FLOW, *_values(flow), caller.account_id, now)
        if was_on and not new.is_on:
            await connection.execute(_DROP, flow.campaign_id, "turned_off")
        if was_on != new.is_on and trigger is Trigger.SEGMENT_JOINED:
            await look_afresh(connection, flow.campaign_id)
        deed = "flow.set" if was_on == new.is_on else "flow.turned_on" if new.is_on else "flow.turned_off"
        await _note(connection, caller, flow, deed)
        flow = await get_campaign(connection, shop_id, flow.campaign_id)
    if new.is_on and trigger is Trigger.SEGMENT_JOINED and not was_on:
        await look_at_once(records, flow)
    return flow


async def _find_flow(connection: Connection, shop_id: ShopId, trigger: Trigger, segment: str | None) -> Campaign | None:
    """The flow that is there already. Raises InvalidInputError where the segment does not fit."""
    flows = [flow for flow in await list_flows(connection, shop_id) if flow.trigger is trigger]
    if trigger is Trigger.SEGMENT_JOINED:
        if segment is None or segment == BUYERS:
            raise InvalidInputError(field="segment", reason="none_to_join")
        known = next((flow for flow in flows if flow.segment == segment), None)
        if known is None and len(flows) >= MOST_JOINED_FLOWS:
            raise InvalidInputError(field="segment", reason="too_many", limit=MOST_JOINED_FLOWS)
        flows = [known] if known else []
    before = flows[0] if flows else None
    if segment is not None and (before is None or before.segment != segment):
        await check_segment(connection, shop_id, segment)
    return before


async def require_sender(
    connection: Connection,
    settings: Settings,
    caller: Caller,
    shop_id: ShopId,
    channels: Collection[Channel],
    coupon_id: UUID | None,
) -> Shop:
    """Who writes to fans needs the right to it, and to what is given away with it.

    Raises NotFoundError, ForbiddenError, InvalidInputError.
    """
    if Channel.EMAIL in channels and not is_mail_set_up(settings):
        raise InvalidInputError(field="channels", reason="mail_not_set_up")
    shop = await shops.require_right(connection, caller, shop_id, Scope.FANS_WRITE)
    if coupon_id is not None:
        await shops.require_right(connection, caller, shop_id, Scope.PROMOTION_WRITE)
        coupon = await promotion.find_coupon(connection, shop_id, coupon_id)
        if coupon is None:
            raise InvalidInputError(field="coupon_id", reason="unknown")
        if not coupon.is_personal:
            # One that anybody may use would also reach those who are held out.
            raise InvalidInputError(field="coupon_id", reason="not_personal")
        if coupon.ended_at is not None or coupon.valid_until <= utc_now():
            raise InvalidInputError(field="coupon_id", reason="over")
    return shop


async def find_room(connection: Connection, shop_id: ShopId, room_id: UUID | None) -> RoomId | None:
    """The room that is reminded of: the shop's, planned or on air. Raises InvalidInputError."""
    if room_id is None:
        return None
    room = (await live.get_rooms(connection, [RoomId(room_id)])).get(RoomId(room_id))
    if room is None or room.shop_id != shop_id or room.state not in OPEN_ROOMS:
        raise InvalidInputError(field="room_id", reason="unknown")
    return room.room_id


async def save_campaign(connection: Connection, campaign: Campaign, caller: Caller, now: datetime) -> None:
    """Write down a new campaign."""
    await connection.execute(_INSERT, *_values(campaign), caller.account_id, now)


def common_of(shop: Shop, new: WordsInput, room_id: RoomId | None) -> dict[str, Any]:
    """What a campaign takes over from what the shop says, under a new id."""
    own_page = f"/rooms/{room_id}" if room_id else f"/creators/{shop.owner_id}"
    return {
        "campaign_id": CampaignId(new_id()),
        "shop_id": shop.shop_id,
        "text": check_words("text", new.text),
        "link": new.link or own_page,
        "picture_url": new.picture_url,
        "coupon_id": CouponId(new.coupon_id) if new.coupon_id else None,
        "channels": sorted(set(new.channels)),
    }


def _measured(shop: Shop, new: MessageInput, room_id: RoomId | None) -> dict[str, Any]:
    check_hold_out(new.hold_out_bp, without=new.is_without_hold_out)
    return {
        **common_of(shop, new, room_id),
        "name": check_words("name", new.name),
        "hold_out_bp": new.hold_out_bp,
        "window_days": new.window_days,
    }


def _values(campaign: Campaign) -> list[object]:
    return [getattr(campaign, name) for name in _FIELDS]


async def _note(connection: Connection, caller: Caller, campaign: Campaign, deed: str) -> None:
    await shops.note_deed(
        connection,
        caller,
        campaign.shop_id,
        deed=deed,
        target=str(campaign.campaign_id),
        details={"name": campaign.name},
    )
