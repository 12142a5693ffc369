"""Who may call which route of the open API. Every route has a row; one without fails the test."""

import re
from typing import Any, NamedTuple

from tests.api.row import NOWHERE, Row, everybody

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
    OpenRow("DELETE", "/products/{product_id}", 409, HIDDEN),
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
    OpenRow("POST", "/orders/{order_id}/notes", 201, HIDDEN, {"text": "贺卡"}),
    OpenRow("PUT", "/orders/{order_id}/tags", 200, HIDDEN, {"tags": ["礼品"]}),
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

AFTER_SALE = "/after-sales/{after_sale_id}"
AFTER_SALES = [
    OpenRow("GET", "/after-sales", 200, 200),
    OpenRow("GET", AFTER_SALE, 200, HIDDEN),
    OpenRow("POST", f"{AFTER_SALE}/evidence", 409, HIDDEN, {"text": "录像"}),
    OpenRow("POST", f"{AFTER_SALE}/escalation", 409, HIDDEN, {"note": "空箱"}),
    OpenRow("POST", f"{AFTER_SALE}/return-receipt", 409, HIDDEN, {}),
    OpenRow("POST", f"{AFTER_SALE}/resend", 409, HIDDEN, PARCEL),
    OpenRow("POST", f"{AFTER_SALE}/offer", 422, HIDDEN, {"kind": "exchange", "refund_minor": 1, "note": "换货"}),
    OpenRow("POST", f"{AFTER_SALE}/refusal", 200, HIDDEN, {"reason": "没有损坏"}),
    OpenRow("POST", f"{AFTER_SALE}/agreement", 409, HIDDEN, {}),
]
UNTIL = "2099-12-31T00:00:00Z"
NEW_SALE = {
    "sku_id": "{sku_id}",
    "price_minor": 1000,
    "set_aside": 1,
    "starts_at": "2090-01-01T00:00:00Z",
    "ends_at": UNTIL,
}
PROMOTION = [
    OpenRow("GET", "/coupons", 200, 200),
    OpenRow("POST", "/coupons", 201, 201, {"code": "OPEN5", "off_minor": 500, "quota": 5, "valid_until": UNTIL}),
    OpenRow("POST", "/coupons/{coupon_id}/end", 200, HIDDEN),
    OpenRow("GET", "/flash-sales", 200, 200),
    OpenRow("POST", "/flash-sales", 422, 422, NEW_SALE),
    OpenRow("POST", "/flash-sales/{flash_sale_id}/end", 200, HIDDEN),
]
ROOM = "/rooms/{room_id}"
ROOMS = [
    OpenRow("GET", "/rooms", 200, 200),
    OpenRow("POST", "/rooms", 201, 201, {"title": "今晚八点"}),
    OpenRow("GET", ROOM, 200, HIDDEN),
    OpenRow("PATCH", ROOM, 200, HIDDEN, {"title": "今晚九点"}),
    OpenRow("PUT", f"{ROOM}/bag", 200, HIDDEN, {"product_ids": ["{product_id}"]}),
    OpenRow("PUT", f"{ROOM}/featured", 200, HIDDEN, {"product_id": "{product_id}"}),
    OpenRow("DELETE", f"{ROOM}/featured", 204, HIDDEN),
    OpenRow("PUT", f"{ROOM}/skus/{{sku_id}}/price", 204, HIDDEN, {"price_minor": 1990}),
    OpenRow("DELETE", f"{ROOM}/skus/{{sku_id}}/price", 204, HIDDEN),
    OpenRow("GET", f"{ROOM}/surfacing", 200, HIDDEN),
    OpenRow("PUT", f"{ROOM}/surfacing", 200, HIDDEN, {"mode": "suggest"}),
    OpenRow("POST", f"{ROOM}/transcript", 422, HIDDEN, {"lines": [{"text": "二号链接", "end_at": "{now}"}]}),
    OpenRow("GET", f"{ROOM}/metrics", 200, HIDDEN),
    OpenRow("GET", f"{ROOM}/product-metrics", 200, HIDDEN),
    # Its room is not over yet.
    OpenRow("GET", f"{ROOM}/report", 409, HIDDEN),
]
VIDEOS = [
    OpenRow("GET", "/short-videos", 200, 200),
    OpenRow("GET", "/short-videos/{video_id}", 200, HIDDEN, address="/short-videos/{draft_id}"),
]
SEGMENT = "/fan-segments/{segment_id}"
NEW_SEGMENT = {"name": "熟客", "cel": "orders >= 2"}
FANS = [
    OpenRow("GET", "/fan-segments", 200, 200),
    OpenRow("POST", "/fan-segments/count", 200, 200, {"cel": "orders >= 2"}),
    OpenRow("POST", "/fan-segments", 201, 201, NEW_SEGMENT),
    OpenRow("GET", SEGMENT, 200, HIDDEN),
    OpenRow("PUT", SEGMENT, 200, HIDDEN, {"name": "老友", "cel": "orders >= 3"}),
    OpenRow("GET", f"{SEGMENT}/fans", 200, HIDDEN),
    OpenRow("GET", "/fan-segments/ready/{code}/fans", 200, 200, address="/fan-segments/ready/loyal/fans"),
    OpenRow("GET", f"{SEGMENT}/fans/csv", 200, HIDDEN),
    # Nobody is a fan of the account that let the program in.
    OpenRow("GET", "/own-fans", 200, 200),
    OpenRow("GET", "/own-fans/groups", 200, 200),
    OpenRow("GET", "/own-fans/{account_id}", 404, HIDDEN, address=f"/own-fans/{NOWHERE}"),
    OpenRow("GET", "/fan-club", 200, HIDDEN),
    OpenRow("GET", "/fan-club/members", 200, 200),
    OpenRow("DELETE", SEGMENT, 204, HIDDEN),
]
FINANCE = [
    OpenRow("GET", "/shop", 200, 200),
    OpenRow("PATCH", "/shop", 200, 200, {"is_open": True}),
    OpenRow("GET", "/customers", 200, 200),
    OpenRow("GET", "/refunds", 200, 200),
    OpenRow(
        "POST",
        "/orders/{order_id}/refunds",
        200,
        HIDDEN,
        {"lines": [{"line_no": 0, "amount_minor": 100}]},
        "/orders/{to_ship_id}/refunds",
    ),
    OpenRow("GET", "/balance", 200, 200),
    OpenRow("GET", "/settlements", 200, 200),
    OpenRow("GET", "/statements/{period}", 200, 200, address="/statements/2026-11"),
    OpenRow("GET", "/statements/{period}/csv", 200, 200, address="/statements/2026-11-28/csv"),
]
WEBHOOK = "/webhooks/{webhook_id}"
HOOK = {"url": "https://1.1.1.1/hook", "types": ["order.paid"]}
WEBHOOKS = [
    OpenRow("GET", "/webhook-types", 200, 200),
    OpenRow("GET", "/webhooks", 200, 200),
    OpenRow("POST", "/webhooks", 201, 201, HOOK),
    OpenRow("GET", WEBHOOK, 200, HIDDEN),
    OpenRow("PATCH", WEBHOOK, 200, HIDDEN, {"description": "ERP"}),
    OpenRow("POST", f"{WEBHOOK}/secret-rotation", 200, HIDDEN),
    OpenRow("POST", f"{WEBHOOK}/test", 201, HIDDEN),
    OpenRow("GET", f"{WEBHOOK}/deliveries", 200, HIDDEN),
    OpenRow("POST", f"{WEBHOOK}/deliveries/{{event_id}}/redelivery", 200, HIDDEN),
    OpenRow("POST", f"{WEBHOOK}/redeliveries", 200, HIDDEN, {"since": "{now}"}),
    OpenRow("GET", "/events", 200, 200),
    OpenRow("DELETE", WEBHOOK, 204, HIDDEN),
]
JOBS = [
    OpenRow("POST", "/pictures", 415, 415, {}),
    OpenRow("POST", "/videos", 202, 202, {}),
    OpenRow("GET", "/videos/{video_id}", 404, HIDDEN),
    OpenRow("POST", "/job-files", 201, 201, {}, query="?name=products.csv"),
    OpenRow("POST", "/jobs", 422, 422, {"kind": "nothing"}),
    OpenRow("POST", "/sandbox/orders", 409, 409, {"lines": [{"sku_id": "{sku_id}"}]}),
    OpenRow("POST", "/sandbox/time", 409, 409, {"advance_s": 60}),
    OpenRow("GET", "/jobs", 200, 200),
    OpenRow("GET", "/jobs/{job_id}", 404, HIDDEN),
    OpenRow("GET", "/jobs/{job_id}/rows", 404, HIDDEN),
    OpenRow("POST", "/jobs/{job_id}/cancellation", 404, HIDDEN),
    OpenRow("GET", "/jobs/{job_id}/files/{which}", 404, HIDDEN),
]

OPEN_ROWS: list[OpenRow] = [
    *PRODUCTS,
    *STOCK,
    *FINANCE,
    *ORDERS,
    *AFTER_SALES,
    *PROMOTION,
    *ROOMS,
    *VIDEOS,
    *FANS,
    *WEBHOOKS,
    *JOBS,
]

UNKNOWN = {
    "webhook_id": NOWHERE,
    "job_id": NOWHERE,
    "video_id": NOWHERE,
    "which": "result",
    "period": "2026-11",
    "code": "loyal",
}
"""What the world of people has none of."""


def _address(row: OpenRow) -> str:
    return BASE + re.sub(r"\{(\w+)\}", lambda found: UNKNOWN.get(found[1], found[0]), row.path) + row.query


# A browser's session and a personal token are no tokens of an app.
NOT_FOR_PEOPLE = (401, 403, 403, 403, 403)
ROWS: list[Row] = [
    Row("GET", f"{BASE}/openapi.json", everybody(200)),
    *(Row(row.method, BASE + row.path, NOT_FOR_PEOPLE, row.body, _address(row)) for row in OPEN_ROWS),
]
