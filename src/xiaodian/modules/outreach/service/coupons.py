"""The coupon that comes with a message."""

from collections.abc import Sequence
from datetime import datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import Campaign
from xiaodian.infra.database import Connection
from xiaodian.modules.promotion import api as promotion


async def is_good(connection: Connection, campaign: Campaign, now: datetime) -> bool:
    """Whether the message can go: its coupon, if it has one, can still be used."""
    if campaign.coupon_id is None:
        return True
    coupon = await promotion.find_coupon(connection, campaign.shop_id, campaign.coupon_id)
    return (
        coupon is not None and coupon.ended_at is None and coupon.valid_until > now and coupon.redeemed < coupon.quota
    )


async def make_out(connection: Connection, campaign: Campaign, fans: Sequence[AccountId], now: datetime) -> None:
    """Who gets the message can use its coupon, if it has one."""
    if campaign.coupon_id is not None and fans:
        await promotion.give_coupon(connection, campaign.coupon_id, fans, now)
