"""Outreach: what shops send to their fans, and what came of it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.base import Contract, DomainError
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.promotion import CouponId
from xiaodian.contracts.shops import ShopId

CampaignId = NewType("CampaignId", UUID)


class Trigger(StrEnum):
    """What makes a campaign reach somebody: being sent once, or an occasion that each fan has at their own time."""

    ONCE = "once"
    FAN = "fan"
    """Sent to one fan, from the fan's page."""
    FIRST_PURCHASE = "first_purchase"
    """So many days after the first purchase in the shop."""
    RUNNING_OUT = "running_out"
    """What was bought is about to be used up, as the times between purchases of others tell."""
    SLIPPING = "slipping"
    """So many days after a fan came into the segment of that name, if still in it."""
    BIRTHDAY = "birthday"
    """On the day that the account named, for who has bought in the shop."""
    BACK_IN_STOCK = "back_in_stock"
    """A product that was sold out can be bought again, and the fan had looked at it."""
    PRICE_DROP = "price_drop"
    """A product costs less than in the thirty days before, and the fan had looked at it."""
    ROOM_PLANNED = "room_planned"
    """A room of the shop is announced, or begins soon; for the members of a segment, each once a room."""
    SEGMENT_JOINED = "segment_joined"
    """A fan comes into a segment, ready or the shop's own; a shop has one flow for each."""


FLOWS: Sequence[Trigger] = tuple(each for each in Trigger if each not in (Trigger.ONCE, Trigger.FAN))
"""What stands, and reaches each fan on an occasion."""


class Channel(StrEnum):
    """The way by which a message arrives."""

    APP = "app"
    EMAIL = "email"
    PUSH = "push"
    """To the browsers of who said so in them, also while no page is open."""


class CampaignState(StrEnum):
    """A campaign that is sent once is planned, being sent, sent or cancelled; a flow is on or off."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
    ON = "on"
    OFF = "off"


class Skip(StrEnum):
    """Why a fan gets nothing. It is found before the hold-out group is drawn, so that both groups are alike."""

    CAPPED = "capped"
    """So many messages of shops have come already, of all shops together."""
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"
    """By none of the ways of the message: no consent to e-mail or no address, no browser that takes messages."""


class Verdict(StrEnum):
    """What a difference between those who got a message and those held out says."""

    NO_HOLD_OUT = "no_hold_out"
    TOO_FEW = "too_few"
    UNCLEAR = "unclear"
    """The interval holds zero: there may be no effect at all."""
    MORE = "more"
    LESS = "less"


class Campaign(Contract, frozen=True, kw_only=True):
    """A message of a shop, to whom it goes and when."""

    campaign_id: CampaignId
    shop_id: ShopId
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
    """Of who comes into a segment: nobody is reached again within so many days."""
    at_announcement: bool
    """Of rooms that are planned: when one is announced."""
    minutes_before: int | None
    """The same: so long before one begins; None: not then."""
    state: CampaignState
    send_at: datetime


class MessageRefusedError(DomainError):
    """Nothing was sent: the fan wants no messages of the shop, has had enough, or is reached by none of the ways;
    `reason` says which.
    """

    code = "message_refused"
    status = 409


class CampaignStateError(DomainError):
    """The campaign's `state` does not allow it."""

    code = "campaign_state"
    status = 409
