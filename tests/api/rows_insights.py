"""Who may call which route: insights."""

from tests.api.row import NOWHERE, Row, everybody, members, owner_only

_METRICS = "/api/rooms/{room_id}/metrics"
_LINKS = "/api/rooms/{room_id}/report/links"
_DAYS = "/api/shops/{shop_id}/days"
REPORT = {
    "viewer_id": "00000000-0000-4000-8000-000000000001",
    "items": [{"kind": "entered", "room_id": "{room_id}"}],
}

ROWS: list[Row] = [
    Row("POST", "/api/behaviour", everybody(204), REPORT),
    Row("GET", "/api/metrics/definitions", everybody(200)),
    Row("GET", _METRICS, owner_only(200)),
    Row("GET", f"{_METRICS}/minutes", owner_only(200)),
    Row("GET", f"{_METRICS}/products", owner_only(200)),
    Row("GET", f"{_METRICS}/board", owner_only(200)),
    Row("GET", f"{_METRICS}/board/stream", owner_only(200)),
    # The world's room is planned only: it has no report yet.
    Row("GET", "/api/rooms/{room_id}/report", owner_only(409)),
    Row("GET", "/api/rooms/{room_id}/report/pdf", owner_only(409)),
    Row("GET", "/api/rooms/{room_id}/report/picture", owner_only(409)),
    Row("POST", _LINKS, owner_only(409), {"parts": ["money"], "days": 7}),
    Row("GET", _LINKS, owner_only(200)),
    Row("DELETE", f"{_LINKS}/{{link_id}}", owner_only(404), address=f"{_LINKS}/{NOWHERE}"),
    Row("GET", "/api/reports/{token}", everybody(404), address="/api/reports/none"),
    Row("GET", "/api/reports/{token}/pdf", everybody(404), address="/api/reports/none/pdf"),
    Row("GET", "/api/reports/{token}/picture", everybody(404), address="/api/reports/none/picture"),
    Row("GET", "/api/me/videos/{video_id}/metrics", members(404), address=f"/api/me/videos/{NOWHERE}/metrics"),
    Row("GET", "/api/me/videos/orders", members(200), address=f"/api/me/videos/orders?video_id={NOWHERE}"),
    Row("GET", "/api/shops/{shop_id}/home", owner_only(200)),
    Row("GET", _DAYS, owner_only(200), address=f"{_DAYS}?from=2026-11-01&to=2026-11-30"),
    Row("GET", "/api/shops/{shop_id}/rooms", owner_only(200)),
    Row("GET", "/api/shops/{shop_id}/rooms/{room_id}/seen-orders", owner_only(200)),
    Row("GET", f"{_DAYS}/{{day}}/visitor-orders", owner_only(200), address=f"{_DAYS}/2026-11-29/visitor-orders"),
]
