"""The coupon that comes with a message."""

from collections.abc import Sequence
from datetime import datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import Campaign
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.promotion import api as promotion


async def is_good(connection: Connection, campaign: Campaign, now: datetime) -> bool:
    """Whether the message can go: its coupon, if it has one, can still be used."""
    return campaign.coupon_id is None or await find_good(connection, campaign, now) is not None


async def find_good(connection: Connection, campaign: Campaign, now: datetime) -> promotion.Coupon | None:
    """The coupon that comes with the message; None: there is none that can still be used."""
    if campaign.coupon_id is None:
        return None
    coupon = await promotion.find_coupon(connection, campaign.shop_id, campaign.coupon_id)
    if coupon is None or coupon.ended_at is not None or coupon.valid_until <= now or coupon.redeemed >= coupon.quota:
        return None
    return coupon


def terms_of(coupon: promotion.Coupon | None) -> dict[str, object]:
    """What it takes off, from what sum on and until when, as a notice tells the fan."""
    if coupon is None:
        return {}
    return {
        "coupon_off_minor": coupon.off_minor,
        "coupon_min_minor": coupon.min_spend_minor,
        "coupon_until_ms": to_epoch_ms(coupon.valid_until),
    }


async def make_out(connection: Connection, campaign: Campaign, fans: Sequence[AccountId], now: datetime) -> None:
    """Who gets the message can use its coupon, if it has one."""
    if campaign.coupon_id is not None and fans:
        await promotion.give_coupon(connection, campaign.coupon_id, fans, now)
