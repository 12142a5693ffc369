"""Who may call which route: order life."""

from tests.api.row import Row, members, owner_only

EVENT = {"kind": "in_transit", "at_ms": 1, "place": "丹东", "text": "运输中"}
FILE = {"file": ("发货.csv", "订单号,快递公司,运单号\nZZZZ-ZZZZ,顺丰,SF1234567890123".encode(), "text/csv")}

ROWS: list[Row] = [
    Row("GET", "/api/payment-methods", members(200)),
    Row(
        "POST",
        "/api/payments",
        owner_only(201),
        {"order_ids": ["{order_id}"], "provider": "sandbox"},
    ),
    Row("GET", "/api/payments/{charge_id}", owner_only(200)),
    Row("GET", "/api/orders/{order_id}/money", owner_only(200)),
    Row("GET", "/api/me/money", members(200)),
    # The order is not shipped, so its own shop is told that it cannot be tracked yet.
    Row("POST", "/api/orders/{order_id}/tracking", owner_only(409), {"events": [EVENT]}),
    Row("POST", "/api/shops/{shop_id}/shipment-files", owner_only(200), files=FILE),
]
