"""The flash sales of a demo host: one soon after the show begins, then another every now and then."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

import httpx

from xiaodian.cli.show.catalogue import HostSample, ProductSample
from xiaodian.cli.show.client import ApiError, Json, Member

STARTS_IN_S = 60
"""Long enough to be announced in the room, short enough to be waited for."""
LASTS_S = 300
EARLY = {"level": 2, "seconds": 40}
"""Regulars of the fan club buy before others."""
REST_S = 600


async def hold_flash_sales(sample: HostSample, member: Member, products: Sequence[Json]) -> None:
    """Plan sales of what the catalogue has on offer, one after the other, until cancelled."""
    offers = [pair for pair in zip(sample.products, products, strict=True) if pair[0].flash is not None]
    while offers:
        for offered, product in offers:
            # One that an earlier run of the demo has planned may be still to come, or stock be short: later, then.
            pause_s = STARTS_IN_S
            with suppress(ApiError, httpx.HTTPError):
                await _plan(offered, member, product)
                pause_s += LASTS_S + REST_S
            await asyncio.sleep(pause_s)


async def _plan(offered: ProductSample, member: Member, product: Json) -> None:
    assert offered.flash is not None
    starts_at_ms = int((time.time() + STARTS_IN_S) * 1000)
    sale = {
        "sku_id": product["skus"][0]["sku_id"],
        "price_minor": offered.flash.price_minor,
        "set_aside": offered.flash.pieces,
        "limit_per_buyer": offered.flash.per_buyer,
        "starts_at_ms": starts_at_ms,
        "ends_at_ms": starts_at_ms + LASTS_S * 1000,
        "early": EARLY,
    }
    await member.call("POST", f"/api/shops/{product['shop_id']}/flash-sales", sale)
