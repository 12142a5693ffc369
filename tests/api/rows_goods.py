"""Who may call which route: goods."""

from tests.api.row import Row, everybody, owner_only

CATEGORY = {"name_zh": "茶", "name_en": "Tea", "fee_bp": 300}
RATE = {"first_g": 1000, "first_minor": 800, "more_g": 500, "more_minor": 300, "free_above_minor": 9900}
TEMPLATE = {
    "name": "普通快递",
    "is_default": False,
    "rate": RATE,
    "exceptions": [{"regions": ["新疆", "西藏"], "rate": {**RATE, "free_above_minor": None}}],
}
TEMPLATES = "/api/shops/{shop_id}/freight-templates"

ROWS: list[Row] = [
    Row("GET", "/api/categories", everybody(200)),
    Row(
        "PUT",
        "/api/operator/categories/{code}",
        (401, 403, 403, 200, 403),
        CATEGORY,
        address="/api/operator/categories/tea",
    ),
    Row(
        "POST",
        "/api/skus/{sku_id}/stock-corrections",
        owner_only(201),
        {"delta": 5, "kind": "restock", "reason": "到货"},
    ),
    Row("GET", "/api/skus/{sku_id}/stock-journal", owner_only(200)),
    Row("GET", TEMPLATES, owner_only(200)),
    Row("POST", TEMPLATES, owner_only(201), TEMPLATE),
    Row("PUT", TEMPLATES + "/{template_id}", owner_only(200), {**TEMPLATE, "name": "顺丰"}),
    Row("DELETE", TEMPLATES + "/{template_id}", owner_only(204)),
]
