"""Who may call which route: a shop's staff, its log, its settings, notices of the platform."""

from tests.api.row import NOWHERE, Row, everybody, members, owner_only
from tests.api.world import ADDRESS

SHOP = "/api/shops/{shop_id}"
LINK = {"token": "x" * 43}
_PAGE = {"avatar_url": None, "description": "凌晨采摘", "contact": "微信 dandong"}


def operator_only(status: int) -> tuple[int, int, int, int, int]:
    """Everybody else is told that it is not allowed."""
    return (401, 403, 403, status, 403)


ROWS: list[Row] = [
    Row("GET", f"{SHOP}/staff", owner_only(200)),
    Row("PUT", f"{SHOP}/staff/{{account_id}}/role", owner_only(409), {"role": "manager"}),
    Row("DELETE", f"{SHOP}/staff/{{account_id}}", owner_only(409)),
    Row("POST", f"{SHOP}/staff-invitations", owner_only(201), {"role": "warehouse", "note": "小李"}),
    Row(
        "DELETE",
        f"{SHOP}/staff-invitations/{{invitation_id}}",
        owner_only(404),
        address=f"{SHOP}/staff-invitations/{NOWHERE}",
    ),
    Row("POST", "/api/staff-invitations/lookup", members(404), LINK),
    Row("POST", "/api/staff-invitations/acceptance", members(404), LINK),
    Row("POST", "/api/staff-invitations/refusal", members(404), LINK),
    Row("GET", f"{SHOP}/deeds", owner_only(200)),
    Row("GET", f"{SHOP}/deeds.csv", owner_only(200)),
    Row("GET", f"{SHOP}/page", everybody(200)),
    Row("GET", f"{SHOP}/goods", everybody(200)),
    Row("PUT", f"{SHOP}/page", owner_only(200), _PAGE),
    Row("GET", f"{SHOP}/return-address", owner_only(200)),
    Row("PUT", f"{SHOP}/return-address", owner_only(200), ADDRESS),
    Row("GET", f"{SHOP}/notice-settings", owner_only(200)),
    Row("PUT", f"{SHOP}/notice-settings/wanted", owner_only(204), {"wanted": ["to_ship"]}),
    Row("PUT", f"{SHOP}/notice-settings/low-stock", owner_only(204), {"below": 5}),
    Row("GET", f"{SHOP}/rule-notices", owner_only(200)),
    Row(
        "POST",
        f"{SHOP}/rule-notices/{{notice_id}}/confirmation",
        owner_only(404),
        address=f"{SHOP}/rule-notices/{NOWHERE}/confirmation",
    ),
    Row("GET", "/api/operator/rule-notices", operator_only(200)),
    Row(
        "POST",
        "/api/operator/rule-notices",
        operator_only(201),
        {"shop_id": "{shop_id}", "kind": "goods", "text": "请补齐产地证明"},
    ),
    Row("GET", "/api/operator/shops", operator_only(200), address="/api/operator/shops?name=丹东"),
]
