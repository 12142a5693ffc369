"""Who may call which route: payments."""

from tests.api.row import NOWHERE, Row

OPERATOR_ONLY = (401, 403, 403)

ROWS: list[Row] = [
    Row("GET", "/api/operator/refunds", (*OPERATOR_ONLY, 200, 403)),
    Row(
        "POST",
        "/api/operator/refunds/{refund_id}/retry",
        (*OPERATOR_ONLY, 404, 403),
        address=f"/api/operator/refunds/{NOWHERE}/retry",
    ),
]
