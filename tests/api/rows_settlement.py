"""Who may call which route: settlement."""

from tests.api.row import NOWHERE, Row, members, owner_only

BANK = {"holder": "王小丹", "bank": "丹东银行", "number": "6222020200001234"}
SHOP = "/api/shops/{shop_id}"
OPERATOR = "/api/operator"


def operator_only(status: int) -> tuple[int, int, int, int, int]:
    """Everybody else is told that it is not allowed."""
    return (401, 403, 403, status, 403)


ROWS: list[Row] = [
    Row("GET", f"{SHOP}/balance", owner_only(200)),
    Row("GET", f"{SHOP}/settlements", owner_only(200)),
    Row("GET", f"{SHOP}/statement", owner_only(200), address=f"{SHOP}/statement?month=2026-11"),
    Row(
        "GET",
        f"{SHOP}/statement/{{part}}",
        owner_only(200),
        address=f"{SHOP}/statement/refunded?month=2026-11",
    ),
    Row("GET", f"{SHOP}/statement.csv", owner_only(200), address=f"{SHOP}/statement.csv?month=2026-11"),
    Row("GET", f"{SHOP}/fee-invoices", owner_only(200)),
    Row("GET", f"{SHOP}/bank-account", owner_only(200)),
    Row("PUT", f"{SHOP}/bank-account", owner_only(200), BANK),
    Row("POST", f"{SHOP}/payouts", owner_only(409), {"amount_minor": 100}),
    Row("GET", f"{SHOP}/payouts", owner_only(200)),
    Row("POST", f"{SHOP}/deposit", owner_only(409), {"amount_minor": 100}),
    Row("POST", f"{SHOP}/deposit/withdrawal", owner_only(409), {"amount_minor": 100}),
    Row("POST", f"{SHOP}/service-shares", owner_only(422), {"provider_id": NOWHERE, "rate_bp": 300}),
    Row("GET", f"{SHOP}/service-shares", owner_only(200)),
    Row(
        "DELETE",
        f"{SHOP}/service-shares/{{share_id}}",
        owner_only(404),
        address=f"{SHOP}/service-shares/{NOWHERE}",
    ),
    Row("GET", "/api/me/earnings", members(200)),
    Row("GET", "/api/me/earnings/lines", members(200)),
    Row("GET", "/api/me/bank-account", members(200)),
    Row("PUT", "/api/me/bank-account", members(200), BANK),
    Row("POST", "/api/me/payouts", members(409), {"amount_minor": 100}),
    Row("GET", "/api/me/payouts", members(200)),
    Row("GET", f"{OPERATOR}/payouts", operator_only(200)),
    Row(
        "POST",
        f"{OPERATOR}/payouts/{{payout_id}}/release",
        operator_only(404),
        address=f"{OPERATOR}/payouts/{NOWHERE}/release",
    ),
    Row(
        "POST",
        f"{OPERATOR}/payouts/{{payout_id}}/rejection",
        operator_only(404),
        {"reason": "账户名不符"},
        address=f"{OPERATOR}/payouts/{NOWHERE}/rejection",
    ),
    Row("POST", f"{OPERATOR}/payout-batches", operator_only(409)),
    Row("GET", f"{OPERATOR}/payout-batches", operator_only(200)),
    Row(
        "GET",
        f"{OPERATOR}/payout-batches/{{batch_id}}/file",
        operator_only(404),
        address=f"{OPERATOR}/payout-batches/{NOWHERE}/file",
    ),
    Row(
        "POST",
        f"{OPERATOR}/payout-batches/{{batch_id}}/results",
        operator_only(404),
        address=f"{OPERATOR}/payout-batches/{NOWHERE}/results",
        files={"file": ("results.csv", b"x,paid,", "text/csv")},
    ),
    Row(
        "POST",
        f"{OPERATOR}/freezes",
        operator_only(404),
        {"kind": "shop", "owner_id": NOWHERE, "reason": "涉嫌欺诈"},
    ),
    Row(
        "POST",
        f"{OPERATOR}/freezes/{{freeze_id}}/lift",
        operator_only(404),
        {"reason": "已核实"},
        address=f"{OPERATOR}/freezes/{NOWHERE}/lift",
    ),
    Row("GET", f"{OPERATOR}/freezes", operator_only(200)),
    Row(
        "GET",
        f"{OPERATOR}/reconciliation",
        operator_only(200),
        address=f"{OPERATOR}/reconciliation?day=2026-11-11",
    ),
]
