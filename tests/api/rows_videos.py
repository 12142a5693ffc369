"""Who may call which route: short videos, creators, notices."""

from tests.api.row import NOWHERE, Row, everybody, members, owner_only

_OWN = "/api/me/videos/{video_id}"
_VIDEO = "/api/videos/{video_id}"
_COMMENTS = f"{_VIDEO}/comments"
_COMMENT = f"{_COMMENTS}/{{video_comment_id}}"
_CREATOR = "/api/creators/{creator_id}"
_MUTED = f"{_CREATOR}/muted/{{account_id}}"
_MUTED_SELF = "/api/creators/{account_id}/muted/{account_id}"
_RULING = {"reason": "不实宣传"}
_OPERATOR = "/api/operator/videos/{video_id}"


def _operator(status: int) -> tuple[int, int, int, int, int]:
    return (401, 403, 403, status, 403)


CREATORS: list[Row] = [
    Row("GET", "/api/me/following", members(200)),
    Row("GET", "/api/creators/{account_id}/videos", everybody(200)),
    Row("GET", "/api/creators/{account_id}/rooms", everybody(200)),
    Row("PUT", "/api/rooms/{room_id}/reminder", members(204)),
    Row("DELETE", "/api/rooms/{room_id}/reminder", members(204)),
    Row("GET", "/api/me/notices", members(200)),
    Row("GET", "/api/me/notices/bell", members(200)),
    Row("POST", "/api/me/notices/read", members(204), {"up_to": NOWHERE}),
]
OWN: list[Row] = [
    Row("GET", "/api/me/videos", members(200)),
    Row("POST", "/api/me/videos", owner_only(201), {"vod_id": "{new_vod_id}"}),
    Row(
        "POST",
        "/api/me/videos/clips",
        owner_only(422, others=403),
        {"room_id": "{room_id}", "from_ms": 0, "to_ms": 10_000},
    ),
    Row("GET", _OWN, owner_only(200)),
    Row("PATCH", _OWN, owner_only(200), {"title": "今天的草莓 #丹东草莓"}),
    Row("POST", f"{_OWN}/covers", owner_only(422), files={"file": ("x.png", b"no picture", "image/png")}),
    Row("POST", f"{_OWN}/hide", owner_only(200)),
    Row("POST", f"{_OWN}/publish", owner_only(200)),
    Row("DELETE", _OWN, owner_only(204), address="/api/me/videos/{draft_id}"),
]
PUBLIC: list[Row] = [
    Row("GET", _VIDEO, everybody(200)),
    Row("PUT", f"{_VIDEO}/like", members(204)),
    Row("DELETE", f"{_VIDEO}/like", members(204)),
    Row("POST", f"{_VIDEO}/shares", everybody(204)),
    Row("GET", "/api/topics/{topic}", everybody(200), address="/api/topics/草莓"),
    Row("GET", "/api/topics/{topic}/videos", everybody(200), address="/api/topics/草莓/videos?sort=hot"),
    Row("GET", _COMMENTS, everybody(200)),
    Row("POST", _COMMENTS, members(201), {"text": "多少钱"}),
    Row("GET", "/api/report-reasons", everybody(200)),
    Row("POST", f"{_VIDEO}/reports", members(204), {"reason": "spam"}),
    Row("POST", "/api/rooms/{room_id}/reports", members(204), {"reason": "spam"}),
    Row("GET", "/api/rooms/{room_id}/rulings", owner_only(200, others=403)),
    Row("POST", f"{_VIDEO}/comments/{{comment_id}}/reports", members(204), {"reason": "spam"}, f"{_COMMENT}/reports"),
    Row(
        "GET",
        "/api/creators/{creator_id}/muted",
        owner_only(200, others=403),
        address="/api/creators/{account_id}/muted",
    ),
    Row("PUT", _MUTED, owner_only(422, others=403), address=_MUTED_SELF),
    Row("DELETE", _MUTED, owner_only(204, others=403), address=_MUTED_SELF),
]
OPERATOR: list[Row] = [
    Row("GET", "/api/operator/reports", _operator(200)),
    Row("POST", f"{_OPERATOR}/dismissal", _operator(204), {}),
    Row("POST", "/api/operator/rooms/{room_id}/dismissal", _operator(204)),
    Row("POST", "/api/operator/rooms/{room_id}/end", _operator(204), {"rule": "fraud"}),
    Row("GET", "/api/operator/room-rulings", _operator(200)),
    Row("POST", f"{_OPERATOR}/take-down", _operator(204), _RULING),
    Row("POST", f"{_OPERATOR}/restore", _operator(204), _RULING),
    Row(
        "DELETE",
        f"{_VIDEO}/comments/{{comment_id}}",
        (401, 403, 403, 204, 404),
        address=_COMMENT,
    ),
    Row("DELETE", f"{_OPERATOR}/comments/{{comment_id}}", _operator(404), address=f"{_OPERATOR}/comments/{NOWHERE}"),
]
ROWS = [*CREATORS, *OWN, *PUBLIC, *OPERATOR]
