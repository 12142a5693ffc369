"""Who may call which route: the shop's desk."""

from tests.api.row import NOWHERE, Row, owner_only
from tests.api.world import ADDRESS

SHOP = "/api/shops/{shop_id}"
ORDER = "/api/orders/{order_id}"

ROWS: list[Row] = [
    Row("GET", f"{SHOP}/orders/counts", owner_only(200)),
    Row("GET", f"{SHOP}/order-tags", owner_only(200)),
    Row("GET", f"{SHOP}/order-filters", owner_only(200)),
    Row("POST", f"{SHOP}/order-filters", owner_only(201), {"name": "待发货", "filter": {"state": "paid"}}),
    Row(
        "DELETE",
        f"{SHOP}/order-filters/{{filter_id}}",
        owner_only(404),
        address=f"{SHOP}/order-filters/{NOWHERE}",
    ),
    # The order of the world is not paid.
    Row("POST", f"{SHOP}/order-prints", owner_only(422), {"kind": "label", "order_ids": ["{order_id}"]}),
    Row("POST", f"{ORDER}/notes", owner_only(201), {"text": "客户要求周末送"}),
    Row("PUT", f"{ORDER}/tags", owner_only(200), {"tags": ["加急"]}),
    Row("PUT", f"{ORDER}/address-change", owner_only(200), ADDRESS),
    Row("POST", f"{ORDER}/address-change/answer", owner_only(200), {"accepts": True}),
    # The owner has just answered, so nothing is asked any more.
    Row("DELETE", f"{ORDER}/address-change", owner_only(404)),
]
