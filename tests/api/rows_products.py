"""Who may look through a shop's products, what they were, and what waits for the platform."""

from tests.api.row import Row, owner_only
from tests.api.rows_settlement import operator_only

_SHOP = "/api/shops/{shop_id}"
_VERSIONS = "/api/products/{product_id}/versions"
_REVIEWS = "/api/operator/product-reviews"

ROWS = [
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
