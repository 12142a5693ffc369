"""Flash sales for tests, made as a shop's staff makes them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from tests.modules.orders.market import Market

from xiaodian.contracts.catalog import SkuId, StockId
from xiaodian.kit.clock import to_epoch_ms, utc_now

FLASH_MINOR = 1990
HOUR = timedelta(hours=1)


async def plan(market: Market, sku_id: SkuId, /, **more: Any) -> httpx.Response:
    """Plan a sale of 5 pieces at 19.90, from now on for an hour."""
    now = utc_now()
    body = {
        "sku_id": str(sku_id),
        "price_minor": FLASH_MINOR,
        "set_aside": 5,
        "limit_per_buyer": None,
        "starts_at_ms": to_epoch_ms(now),
        "ends_at_ms": to_epoch_ms(now + HOUR),
    }
    return await market.seller.post(f"/api/shops/{market.shop_id}/flash-sales", json={**body, **more})


async def open_sale(market: Market, sku_id: SkuId, /, **more: Any) -> StockId:
    """A sale that must succeed."""
    answer = await plan(market, sku_id, **more)
    assert answer.status_code == 201, answer.text
    return StockId(UUID(answer.json()["flash_sale_id"]))
