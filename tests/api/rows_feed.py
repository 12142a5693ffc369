"""Who may call which route: the feed."""

from tests.api.row import NOWHERE, Row, everybody, members

_DISMISSAL = "/api/videos/{video_id}/dismissal"

ROWS: list[Row] = [
    Row("GET", "/api/feed", everybody(200)),
    Row("PUT", _DISMISSAL, members(404), address=f"/api/videos/{NOWHERE}/dismissal"),
    Row("DELETE", _DISMISSAL, members(204), address=f"/api/videos/{NOWHERE}/dismissal"),
    Row("PUT", "/api/rooms/{room_id}/dismissal", members(204)),
    Row("DELETE", "/api/rooms/{room_id}/dismissal", members(204)),
]
