"""Who may upload short videos and see how far they are."""

from tests.api.row import NOWHERE, Row, members

_UPLOAD = f"/api/uploads/{NOWHERE}"

# Without the header of the tus protocol all who may call are told its version.
ROWS = [
    Row("POST", "/api/uploads", members(412)),
    Row("HEAD", "/api/uploads/{upload_id}", members(412), address=_UPLOAD),
    Row("PATCH", "/api/uploads/{upload_id}", members(412), address=_UPLOAD),
    Row("DELETE", "/api/uploads/{upload_id}", members(412), address=_UPLOAD),
    Row("POST", "/api/uploads/{upload_id}", members(412), address=_UPLOAD),
    Row("GET", "/api/vods/{vod_id}", members(404), address=f"/api/vods/{NOWHERE}"),
]
