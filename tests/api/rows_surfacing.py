"""Who may call which route: surfacing in rooms."""

from tests.api.row import NOWHERE, Row, control, everybody, members, owner_only

_ROOM = "/api/rooms/{room_id}"
_SURFACING = f"{_ROOM}/surfacing"
_SUGGESTION = f"{_SURFACING}/suggestions/{{suggestion_id}}"
_THIS = f"{_SURFACING}/suggestions/{NOWHERE}"
_QUIET = f"{_SURFACING}/quiet/{{product_id}}"
_MOMENTS = f"{_SURFACING}/moments"
_MOMENT = f"{_MOMENTS}/{{product_id}}/{{at_ms}}"
LINES = {"lines": [{"text": "三号链接", "end_ms": 1_000}], "clock": "room"}

ROWS: list[Row] = [
    Row("GET", _SURFACING, control(200)),
    Row("PUT", _SURFACING, control(204), {"mode": "suggest"}),
    # The world's room is planned only: nobody can have spoken in it yet.
    Row("POST", f"{_ROOM}/transcript", control(422), LINES),
    Row("PUT", f"{_SUGGESTION}/acceptance", control(404), address=f"{_THIS}/acceptance"),
    Row("DELETE", _SUGGESTION, control(404), address=_THIS),
    Row("PUT", _QUIET, control(204)),
    Row("DELETE", _QUIET, control(204)),
    Row("GET", _MOMENTS, control(200)),
    # Nothing is tried in it: it is not over.
    Row("PUT", _MOMENT, control(404), address=f"{_MOMENTS}/{{product_id}}/1000"),
    Row("DELETE", _MOMENT, control(204), address=f"{_MOMENTS}/{{product_id}}/1000"),
    Row("GET", f"{_MOMENT}/orders", owner_only(404, others=403), address=f"{_MOMENTS}/{{product_id}}/1000/orders"),
    # A transcript is WebVTT, and nothing else.
    Row("POST", "/api/me/videos/{video_id}/transcript", (401, 403, 415, 415, 415), {}),
    Row("DELETE", "/api/me/videos/{video_id}/transcript", owner_only(204)),
    Row("GET", "/api/me/videos/{video_id}/captions", owner_only(200)),
    Row("GET", "/api/me/videos/{video_id}/moments", owner_only(200)),
    Row(
        "GET",
        "/api/me/videos/{video_id}/moments/{product_id}/{at_ms}/orders",
        members(404),
        address="/api/me/videos/{video_id}/moments/{product_id}/1000/orders",
    ),
    Row("GET", f"{_ROOM}/captions", everybody(200)),
    Row("GET", "/api/videos/{video_id}/captions", everybody(200)),
    Row("GET", f"{_ROOM}/bag-order", members(200)),
    Row("GET", "/api/videos/{video_id}/bag-order", members(200)),
]
