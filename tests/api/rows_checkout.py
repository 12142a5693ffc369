"""Who may call which route: checkout and cart."""

from tests.api.row import LINE, Row, members, owner_only

ROWS: list[Row] = [
    Row("POST", "/api/checkout/quote", members(200), {"lines": [LINE]}),
    Row("POST", "/api/checkout", owner_only(201, others=422), {"address_id": "{address_id}", "lines": [LINE]}),
    Row("GET", "/api/me/cart", members(200)),
    Row("PUT", "/api/me/cart/items/{sku_id}", members(204), {"quantity": 2}),
    Row("DELETE", "/api/me/cart/items/{sku_id}", members(204)),
]
