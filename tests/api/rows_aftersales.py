"""Who may call which route: aftersales. The owner, buyer and seller in one, takes an exchange through its states."""

from tests.api.row import Row, members, owner_only
from tests.api.world import ADDRESS

ONE = "/api/after-sales/{after_sale_id}"
WISH = {"line_no": 0, "kind": "refund_only", "quantity": 1, "reason": "other"}
PARCEL = {"carrier": "顺丰速运", "tracking_number": "SF1234567891"}
ROWS: list[Row] = [
    # The order of the row is not paid, so its buyer is refused for another reason than the others.
    Row("POST", "/api/orders/{order_id}/after-sales", owner_only(409), WISH),
    Row("GET", "/api/orders/{order_id}/after-sales", (401, 403, 404, 200, 200)),
    Row("GET", "/api/me/after-sales", members(200)),
    Row("GET", "/api/shops/{shop_id}/after-sales", owner_only(200)),
    Row("GET", "/api/operator/after-sales", (401, 403, 403, 200, 403)),
    Row("GET", ONE, (401, 403, 404, 200, 200)),
    Row("POST", f"{ONE}/offer", owner_only(200), {"kind": "refund_only", "refund_minor": 100, "note": "补偿一元"}),
    Row("POST", f"{ONE}/offer/refusal", owner_only(200)),
    Row("POST", f"{ONE}/offer/acceptance", owner_only(409)),
    Row("POST", f"{ONE}/refusal", owner_only(200), {"reason": "已拆封"}),
    Row("POST", f"{ONE}/request-again", owner_only(200), {"description": "请看照片"}),
    Row("POST", f"{ONE}/agreement", owner_only(200), {"return_address": ADDRESS}),
    Row("POST", f"{ONE}/return-shipment", owner_only(200), PARCEL),
    Row("POST", f"{ONE}/return-receipt", owner_only(200), {"is_for_sale": True}),
    Row("POST", f"{ONE}/resend", owner_only(200), PARCEL),
    Row("POST", f"{ONE}/escalation", owner_only(200), {"note": "又坏了"}),
    Row("POST", f"{ONE}/evidence", owner_only(200), {"text": "照片"}),
    Row("POST", f"{ONE}/ruling", (401, 403, 403, 200, 403), {"outcome": "negotiate", "note": "再商量"}),
    Row("POST", f"{ONE}/exchange-receipt", owner_only(200)),
    Row("POST", f"{ONE}/withdrawal", owner_only(409)),
]
