"""Who may call which route of the open API. Every route has a row; one without fails the test."""

from typing import Any, NamedTuple

from tests.api.row import Row, everybody

BASE = "/open/v1"
HIDDEN = 404
"""What another shop's token is told of a thing that is not its shop's."""


class OpenRow(NamedTuple):
    """A call, what the right token gets, and what another shop's gets; all others are refused alike."""

    method: str
    path: str
    status: int
    other: int
    body: Any = None
    address: str = ""
    query: str = ""


PRODUCTS = [
    OpenRow("GET", "/products", 200, 200),
    OpenRow("POST", "/products", 201, 201, {"title": "苹果", "skus": [{"name": "一箱", "price_minor": 1}]}),
    OpenRow("GET", "/products/{product_id}", 200, HIDDEN),
    OpenRow("PATCH", "/products/{product_id}", 200, HIDDEN, {"title": "红草莓"}),
    OpenRow("POST", "/prices", 200, 422, {"prices": [{"sku_id": "{sku_id}", "price_minor": 2890}]}),
]
STOCK = [
    OpenRow("GET", "/skus/{sku_id}", 200, HIDDEN),
    OpenRow("PUT", "/skus/{sku_id}/stock", 200, HIDDEN, {"available": 70}),
    OpenRow("POST", "/skus/{sku_id}/stock-deltas", 200, HIDDEN, {"delta": 5, "reason": "到货"}),
    OpenRow("POST", "/stock-batches", 200, 422, {"changes": [{"sku_id": "{sku_id}", "delta": 5}]}),
    OpenRow("GET", "/skus/{sku_id}/stock-moves", 200, HIDDEN),
]
PARCEL = {"carrier": "顺丰速运", "tracking_number": "SF9990000001"}
EVENT = {"kind": "in_transit", "at": "2026-11-28T08:30:00Z", "place": "沈阳"}
ORDERS = [
    OpenRow("GET", "/orders", 200, 200),
    OpenRow("GET", "/orders/{order_id}", 200, HIDDEN),
    OpenRow(
        "POST",
        "/orders/{order_id}/cancellation",
        200,
        HIDDEN,
        {"reason": "缺货"},
        "/orders/{to_cancel_id}/cancellation",
    ),
    OpenRow("POST", "/orders/{order_id}/shipment", 200, HIDDEN, PARCEL, "/orders/{to_ship_id}/shipment"),
    OpenRow(
        "POST",
        "/shipment-batches",
        200,
        200,
        {"shipments": [{"order_id": "{to_batch_id}", "carrier": "顺丰速运", "tracking_number": "SF9990000002"}]},
    ),
    OpenRow(
        "POST",
        "/orders/{order_id}/tracking-events",
        200,
        HIDDEN,
        {"events": [{"kind": "problem", "at": "{now}", "text": "地址不详"}]},
        "/orders/{shipped_order_id}/tracking-events",
    ),
]

OPEN_ROWS: list[OpenRow] = [*PRODUCTS, *STOCK, *ORDERS]

# A browser's session and a personal token are no tokens of an app.
NOT_FOR_PEOPLE = (401, 403, 403, 403, 403)
ROWS: list[Row] = [
    Row("GET", f"{BASE}/openapi.json", everybody(200)),
    *(Row(row.method, BASE + row.path, NOT_FOR_PEOPLE, row.body) for row in OPEN_ROWS),
]
