"""Who may call which route: bulk jobs."""

from tests.api.row import NOWHERE, Row, everybody, members, owner_only

_SHOP = "/api/shops/{shop_id}"
_JOB = _SHOP + "/jobs/{job_id}"
_NO_JOB = f"{_SHOP}/jobs/{NOWHERE}"

ROWS: list[Row] = [
    Row("POST", f"{_SHOP}/job-files", owner_only(201), {"a": 1}, address=f"{_SHOP}/job-files?name=rows.csv"),
    Row("POST", f"{_SHOP}/jobs", members(422), {"kind": "none"}),
    Row("GET", f"{_SHOP}/jobs", owner_only(200)),
    Row("GET", _JOB, owner_only(404), address=_NO_JOB),
    Row("GET", f"{_JOB}/rows", owner_only(404), address=f"{_NO_JOB}/rows"),
    Row("POST", f"{_JOB}/cancellation", owner_only(404), address=f"{_NO_JOB}/cancellation"),
    Row("GET", f"{_SHOP}/sources", owner_only(200)),
    Row(
        "POST",
        f"{_SHOP}/sources",
        owner_only(422),
        {"kind": "woocommerce", "name": "旧店", "address": "http://shop.example", "key": "ck", "secret": "cs"},
    ),
    Row("GET", f"{_SHOP}/order-sources", owner_only(200)),
    Row("POST", f"{_SHOP}/order-sources", owner_only(201), {"name": "别处"}),
    Row(
        "POST",
        f"{_SHOP}/order-sources/{{source_id}}/secret",
        owner_only(404),
        address=f"{_SHOP}/order-sources/{NOWHERE}/secret",
    ),
    Row(
        "GET",
        f"{_SHOP}/order-sources/{{source_id}}/orders",
        owner_only(404),
        address=f"{_SHOP}/order-sources/{NOWHERE}/orders",
    ),
    Row(
        "POST",
        "/api/imports/external-orders/{source_id}",
        everybody(403),
        {"orders": []},
        address=f"/api/imports/external-orders/{NOWHERE}",
    ),
    Row("DELETE", f"{_SHOP}/sources/{{source_id}}", owner_only(404), address=f"{_SHOP}/sources/{NOWHERE}"),
    Row("GET", f"{_SHOP}/product-template", owner_only(200)),
    Row("GET", f"{_JOB}/files/{{which}}", owner_only(404), address=f"{_NO_JOB}/files/result"),
]
