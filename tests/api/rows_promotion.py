"""Who may call which route: promotion."""

import time

from tests.api.row import Row, everybody, members, owner_only
from tests.api.world import PRICE_MINOR

COUPON = {
    "code": "ALLSHOPS",
    "off_minor": 100,
    "min_spend_minor": 1000,
    "quota": 10,
    "per_account": 1,
    "valid_from_ms": 0,
    "valid_until_ms": 4_102_444_800_000,
    "title": "全场满减",
    "is_listed": True,
}
SOON_MS = int(time.time() + 24 * 3600) * 1000
FLASH_SALE = {
    "sku_id": "{sku_id}",
    "price_minor": PRICE_MINOR - 1000,
    "set_aside": 1,
    "limit_per_buyer": 1,
    "starts_at_ms": SOON_MS,
    "ends_at_ms": SOON_MS + 3_600_000,
}
AGREEMENT = "/api/commission-agreements/{commission_id}"

ROWS: list[Row] = [
    Row("GET", "/api/coupons", everybody(200)),
    Row("POST", "/api/operator/coupons", (401, 403, 403, 201, 403), COUPON),
    Row("GET", "/api/operator/coupons", (401, 403, 403, 200, 403)),
    Row("POST", "/api/coupons/{coupon_id}/end", owner_only(200)),
    Row("POST", "/api/shops/{shop_id}/flash-sales", owner_only(201), FLASH_SALE),
    Row("GET", "/api/shops/{shop_id}/flash-sales", owner_only(200)),
    Row("POST", "/api/flash-sales/{flash_sale_id}/end", owner_only(200)),
    Row("PUT", "/api/products/{product_id}/commission", owner_only(200), {"rate_bp": 1000}),
    Row("DELETE", "/api/products/{product_id}/commission", owner_only(204)),
    Row("GET", "/api/commission-market", members(200)),
    Row("GET", "/api/me/commission-agreements", members(200)),
    Row("GET", "/api/shops/{shop_id}/commissions", owner_only(200)),
    # The stranger is the creator to whom it was proposed.
    Row("POST", AGREEMENT + "/acceptance", (401, 403, 200, 404, 404)),
    Row("POST", AGREEMENT + "/refusal", (401, 403, 409, 404, 404)),
    Row("DELETE", AGREEMENT, (401, 403, 204, 404, 204)),
    Row(
        "POST",
        "/api/shops/{shop_id}/commission-agreements",
        owner_only(201),
        {"product_id": "{product_id}", "creator_id": "{other_id}", "rate_bp": 1000},
    ),
]
