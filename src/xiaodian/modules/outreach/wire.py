"""Campaigns and flows as HTTP takes and shows them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from xiaodian.contracts.base import Contract, Input, Line, Text
from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.contracts.orders import OrderBehind
from xiaodian.contracts.outreach import Campaign, CampaignId, CampaignState, Channel, Skip, Trigger, Verdict
from xiaodian.contracts.promotion import CouponId
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.outreach.effect_rules import Gain
from xiaodian.modules.outreach.rules import AGAIN_DAYS, HOLD_OUT_BP, WINDOW_DAYS

MAX_EPOCH_MS = 4_102_444_800_000  # 2100-01-01
Hour = Annotated[int, Meta(ge=0, le=23)]
Name = Annotated[Line, Meta(min_length=1, max_length=40)]
Words = Annotated[Text, Meta(min_length=1, max_length=200)]
Link = Annotated[str, Meta(pattern=r"^/(rooms|videos|topics|creators)/[A-Za-z0-9%._~-]{1,100}(?![\s\S])")]
PictureUrl = Annotated[str, Meta(pattern=r"^/media/pictures/[A-Za-z0-9._-]{1,200}(?![\s\S])")]
Segment = Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,40}(?![\s\S])")]


class WordsInput(Input, frozen=True, kw_only=True):
    """What a shop says to its fans."""

    text: Words
    link: Link | None = None
    """A page of ours; none: the room that it reminds of, or the shop's own page."""
    picture_url: PictureUrl | None = None
    coupon_id: UUID | None = None
    """A personal coupon of the shop, which is made out to whoever gets the message."""
    channels: Annotated[list[Channel], Meta(min_length=1, max_length=len(Channel))] = msgspec.field(
        default_factory=lambda: [Channel.APP]
    )


class FanMessageInput(WordsInput, frozen=True, kw_only=True):
    """A message to one fan."""

    room_id: UUID | None = None
    """The room that it reminds of."""


class FanMessage(Contract, frozen=True, kw_only=True):
    """What was sent to one fan alone."""

    campaign_id: CampaignId
    text: str
    coupon_id: CouponId | None
    room_id: RoomId | None
    sent_at: datetime
    """When it arrived, or will, once the quiet hours are over."""


class FanMessages(Contract, frozen=True, kw_only=True):
    """The latest messages to one fan alone, and whether more may be sent."""

    items: list[FanMessage]
    refused: Skip | None
    """Why nothing more can be sent now; null: it can."""
    arrives_at: datetime
    """When what is sent now would arrive."""


class MessageInput(WordsInput, frozen=True, kw_only=True):
    """What a shop says to its fans, and how it is to be measured."""

    name: Name
    """The shop's own word for it; fans do not see it."""
    hold_out_bp: Annotated[int, Meta(ge=0, le=5000)] = HOLD_OUT_BP
    """So many of ten thousand fans get nothing, so that the others can be compared with them."""
    is_without_hold_out: bool = False
    """Nobody is held out, and the effect stays unknown; `hold_out_bp` is then 0."""
    window_days: Annotated[int, Meta(ge=1, le=90)] = WINDOW_DAYS
    """Purchases within so many days count."""


class NewCampaign(MessageInput, frozen=True, kw_only=True):
    """A message that is sent once to a segment."""

    segment: Segment
    room_id: UUID | None = None
    """The room that it reminds of."""
    send_at_ms: Annotated[int, Meta(ge=0, le=MAX_EPOCH_MS)] | None = None
    """Null: now."""


class FlowInput(MessageInput, frozen=True, kw_only=True):
    """A message that goes to each fan on an occasion."""

    is_on: bool
    delay_days: Annotated[int, Meta(ge=0, le=365)] = 0
    """So long after the occasion."""
    segment: Segment | None = None
    """Only fans who are then in this segment; of `segment_joined`: the one that they come into. Null: all."""
    again_days: Annotated[int, Meta(ge=1, le=365)] = AGAIN_DAYS
    """Who leaves the segment and comes back within so many days is not reached again (`segment_joined`)."""
    at_announcement: bool = False
    """When a room is announced (`room_planned`; that flow is for who is then in the segment, null: all who bought)."""
    minutes_before: Annotated[int, Meta(ge=5, le=10_080)] | None = None
    """So long before a room begins (`room_planned`), sooner where that would be at a quiet hour; null: not then."""


class PreviewInput(Input, frozen=True, kw_only=True):
    """To whom a message would go."""

    segment: Segment
    hold_out_bp: Annotated[int, Meta(ge=0, le=5000)] = HOLD_OUT_BP
    send_at_ms: Annotated[int, Meta(ge=0, le=MAX_EPOCH_MS)] | None = None
    channels: Annotated[list[Channel], Meta(min_length=1, max_length=len(Channel))] = msgspec.field(
        default_factory=lambda: [Channel.APP]
    )
    """By which ways it would go."""


class Preview(Contract, frozen=True, kw_only=True):
    """Who would get a message now, and who would not and why. `held_out` is drawn when it is sent: about so many."""

    members: int
    gets: int
    held_out: int
    capped: int
    opted_out: int
    unreachable: int
    """By none of the ways chosen: no consent to e-mail or no address, no browser that takes messages."""
    is_whole: bool
    """False: the segment is larger than what was counted."""
    arrives_at: datetime
    """When it arrives, after the quiet hours if it falls into them."""
    is_quiet: bool


class BoundsInput(Input, frozen=True, kw_only=True):
    """How much stricter a shop is with itself than the platform; null: as the platform."""

    most_messages: Annotated[int, Meta(ge=0, le=100)] | None = None
    quiet_from_h: Hour | None = None
    quiet_until_h: Hour | None = None


class BoundsView(Contract, frozen=True, kw_only=True):
    """The platform's bounds, and where the shop is stricter."""

    most_messages: int
    cap_days: int
    quiet_from_h: int
    quiet_until_h: int
    utc_offset_h: int
    channels: list[Channel]
    """The ways by which the platform can send."""
    shop: BoundsInput


class CampaignView(Contract, frozen=True, kw_only=True):
    """A campaign or flow as the shop's staff sees it."""

    campaign_id: CampaignId
    trigger: Trigger
    delay_days: int
    name: str
    segment: str
    text: str
    link: str
    picture_url: str | None
    coupon_id: CouponId | None
    room_id: RoomId | None
    channels: list[Channel]
    hold_out_bp: int
    window_days: int
    again_days: int
    at_announcement: bool
    minutes_before: int | None
    state: CampaignState
    send_at: datetime


class RoomChoice(Contract, frozen=True, kw_only=True):
    """A room of the shop that a message can remind of."""

    room_id: RoomId
    title: str
    state: RoomState
    planned_at: datetime | None


class RoomChoices(Contract, frozen=True, kw_only=True):
    """Rooms that are on air or planned, those first that begin first."""

    items: list[RoomChoice]


class FlowView(Contract, frozen=True, kw_only=True):
    """An occasion on which fans can be written to, and the message, if the shop has set one."""

    trigger: Trigger
    campaign: CampaignView | None


class FlowList(Contract, frozen=True, kw_only=True):
    """Every occasion there is; `segment_joined` once for each segment that has one, and once more for another."""

    items: list[FlowView]


class SkipCount(Contract, frozen=True, kw_only=True):
    """How many were skipped for this reason."""

    reason: Skip
    fans: int


class DeliveryCount(Contract, frozen=True, kw_only=True):
    """How many messages wait, arrived or were dropped by one way."""

    channel: Channel
    waiting: int
    sent: int
    dropped: int


class GroupView(Contract, frozen=True, kw_only=True):
    """One of the two groups. Spending is without what was given back."""

    fans: int
    buyers: int
    spent_minor: int


class EffectView(Contract, frozen=True, kw_only=True):
    """What the message changed. Differences are shares of fans, and minor units per fan, with their 95% intervals."""

    treated: GroupView
    held_out: GroupView
    conversion: Gain | None
    conversion_verdict: Verdict
    spend: Gain | None
    spend_verdict: Verdict
    currency: str


class EffectGroup(StrEnum):
    """Who was to get a message, and who was drawn not to."""

    REACHED = "reached"
    HELD_OUT = "held_out"


class CampaignOrders(Contract, frozen=True, kw_only=True):
    """The orders that one of the groups is compared by, the newest first; the amount is what was not given back."""

    name: str
    group: EffectGroup
    window_days: int
    fans: int
    buyers: int
    orders: int
    currency: str
    items: list[OrderBehind]
    next_cursor: str | None


class CampaignReport(Contract, frozen=True, kw_only=True):
    """A campaign and what came of it."""

    campaign: CampaignView
    skipped: list[SkipCount]
    deliveries: list[DeliveryCount]
    effect: EffectView


class OwnOptOuts(Contract, frozen=True, kw_only=True):
    """Whose messages somebody does not want."""

    is_of_all: bool
    is_mail_welcome: bool
    """Whether messages may also come by e-mail: only who says so gets them."""
    shops: list["OptedOutShop"]


class MailConsentInput(Input, frozen=True, kw_only=True):
    """Whether messages of shops may also come by e-mail."""

    is_welcome: bool


class PushEndpoint(Input, frozen=True, kw_only=True):
    """A browser, by the address at its push service."""

    endpoint: Annotated[str, Meta(max_length=1000)]


class PushInput(PushEndpoint, frozen=True, kw_only=True):
    """A browser that messages may come to, as its PushSubscription says (base64url)."""

    receiver_key: Annotated[str, Meta(max_length=200)]
    """`p256dh`."""
    auth: Annotated[str, Meta(max_length=50)]


class PushState(Contract, frozen=True, kw_only=True):
    """What a browser needs to subscribe, and how many of the caller's do."""

    public_key: str
    browsers: int


class OptedOutShop(Contract, frozen=True, kw_only=True):
    """A shop whose messages somebody does not want."""

    shop_id: ShopId
    name: str


def to_view(campaign: Campaign) -> CampaignView:
    """A campaign for the shop's staff."""
    return CampaignView(**{name: getattr(campaign, name) for name in CampaignView.__struct_fields__})
