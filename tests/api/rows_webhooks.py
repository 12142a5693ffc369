"""Who may call the routes of webhooks."""

from tests.api.row import Row, owner_only

_ALL = "/api/shops/{shop_id}/webhooks"
_ONE = f"{_ALL}/{{endpoint_id}}"
_ENDPOINT = {"url": "https://1.1.1.1/hook", "types": ["order.paid"]}

ROWS = [
    Row("GET", "/api/shops/{shop_id}/webhook-types", owner_only(200)),
    Row("GET", "/api/shops/{shop_id}/events", owner_only(200)),
    Row("GET", _ALL, owner_only(200)),
    Row("POST", _ALL, owner_only(201), _ENDPOINT),
    Row("GET", _ONE, owner_only(200)),
    Row("PATCH", _ONE, owner_only(200), {"description": "库存系统"}),
    Row("POST", f"{_ONE}/secret-rotation", owner_only(200)),
    Row("POST", f"{_ONE}/test", owner_only(201)),
    Row("GET", f"{_ONE}/deliveries", owner_only(200)),
    Row("GET", f"{_ONE}/deliveries/{{event_id}}", owner_only(200)),
    Row("POST", f"{_ONE}/deliveries/{{event_id}}/redelivery", owner_only(200)),
    Row("POST", f"{_ONE}/redeliveries", owner_only(422), {"since_ms": 0}),
    Row("DELETE", _ONE, owner_only(204)),
]
