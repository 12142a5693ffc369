"""Who may look through a shop's products, what they were, and what waits for the platform."""

from tests.api.row import NOWHERE, Row, members, owner_only
from tests.api.rows_settlement import operator_only

_SHOP = "/api/shops/{shop_id}"
_VERSIONS = "/api/products/{product_id}/versions"
_REVIEWS = "/api/operator/product-reviews"

ROWS = [
    # No file is there to be read, and none is found.
    Row("POST", "/api/media/videos", members(422)),
    Row("GET", "/api/media/videos/{video_id}", members(404), address=f"/api/media/videos/{NOWHERE}"),
    Row(
        "POST",
        f"{_SHOP}/product-commissions",
        owner_only(200),
        {"product_ids": ["{product_id}"], "rate_bp": 1000},
    ),
    Row("GET", "/api/products/{product_id}/own", owner_only(200)),
    Row("GET", f"{_SHOP}/product-rows", owner_only(200)),
    Row("GET", f"{_SHOP}/product-counts", owner_only(200)),
    Row("POST", f"{_SHOP}/product-deeds", owner_only(200), {"deed": "take_off", "product_ids": ["{product_id}"]}),
    Row("GET", _VERSIONS, owner_only(200)),
    Row("GET", f"{_VERSIONS}/{{version}}", owner_only(200), address="/api/products/{product_id}/versions/1"),
    Row(
        "POST",
        f"{_VERSIONS}/{{version}}/restoration",
        owner_only(200),
        address="/api/products/{product_id}/versions/1/restoration",
    ),
    Row("GET", _REVIEWS, operator_only(200)),
    # Nothing waits where the platform does not review.
    Row("POST", f"{_REVIEWS}/{{product_id}}/approval", operator_only(409), {"version": 1}),
    Row("POST", f"{_REVIEWS}/{{product_id}}/rejection", operator_only(409), {"version": 1, "reason": "图片不清楚"}),
]
