"""Who may call which route: the table. A route that is not in it fails the test."""

from tests.api import (
    rows_aftersales,
    rows_apps,
    rows_checkout,
    rows_desk,
    rows_feed,
    rows_goods,
    rows_imports,
    rows_insights,
    rows_open,
    rows_order_life,
    rows_payments,
    rows_products,
    rows_promotion,
    rows_settlement,
    rows_staff,
    rows_surfacing,
    rows_videos,
    rows_vods,
    rows_webhooks,
)
from tests.api.row import NOWHERE, Row, control, everybody, members, owner_only
from tests.api.world import ADDRESS

PAGES = [
    Row("GET", path, everybody(200), address=address)
    for path, address in (
        ("/", ""),
        ("/rooms/{rest}", "/rooms/x"),
        ("/pay/{rest}", "/pay/sandbox/x"),
        ("/console", ""),
        ("/console/{rest}", "/console/x"),
        ("/open", ""),
    )
]
FILES = [
    Row("GET", "/assets/{name}", everybody(404), address="/assets/none.js"),
    *(Row("GET", f"/{name}", everybody(404)) for name in ("favicon.ico", "robots.txt", "manifest.webmanifest")),
    Row("GET", "/favicon.svg", everybody(200)),
    Row("GET", "/media/streams", everybody(404), address=f"/media/streams/{NOWHERE}/index.m3u8"),
    Row("GET", "/media/pictures", everybody(404), address="/media/pictures/none.webp"),
    Row("GET", "/media/vods", everybody(404), address=f"/media/vods/{NOWHERE}/master.m3u8"),
    Row("GET", "/media/videos", everybody(404), address="/media/videos/none.mp4"),
    Row("GET", "/healthz", everybody(200)),
    Row("GET", "/readyz", everybody(200)),
    Row("GET", "/metrics", everybody(200)),
    Row("GET", "/api", everybody(200)),
    Row("GET", "/api/openapi.json", everybody(200)),
]
ACCOUNTS = [
    Row("GET", "/api/me", members(200)),
    Row("PATCH", "/api/me", members(200), {"display_name": "新名"}),
    Row("GET", "/api/me/addresses", members(200)),
    Row("POST", "/api/me/addresses", members(201), ADDRESS),
    Row("PUT", "/api/me/addresses/{address_id}", owner_only(200), ADDRESS),
    Row("DELETE", "/api/me/addresses/{address_id}", owner_only(204)),
    Row("GET", "/api/me/tokens", members(200)),
    Row("POST", "/api/me/tokens", members(201), {"name": "x", "scopes": ["room:control"]}),
    Row("DELETE", "/api/me/tokens/{token_id}", owner_only(204)),
    Row("POST", "/api/accounts", everybody(422), {"sign_in": "x", "password": "12345678", "display_name": "x"}),
    Row("POST", "/api/sessions", everybody(401), {"sign_in": "x", "password": "12345678"}),
    Row("DELETE", "/api/sessions/current", everybody(204)),
]
SHOPS = [
    Row("POST", "/api/shops", (401, 403, 422, 422, 422), {"name": "x"}),
    Row("GET", "/api/shops/mine", members(200)),
    Row("GET", "/api/shops/{shop_id}", everybody(200)),
    Row("PATCH", "/api/shops/{shop_id}", owner_only(200), {"name": "新店名"}),
    Row("GET", "/api/creators/{account_id}", everybody(200)),
    Row("PUT", "/api/creators/{account_id}/follow", owner_only(422, others=204)),
    Row("DELETE", "/api/creators/{account_id}/follow", members(204)),
]
CATALOG = [
    Row("GET", "/api/shops/{shop_id}/products", owner_only(200)),
    Row(
        "POST",
        "/api/shops/{shop_id}/products",
        owner_only(201),
        {
            "title": "苹果",
            "description": "",
            "picture_urls": [],
            "state": "draft",
            "skus": [{"name": "一箱", "price_minor": 1, "stock": 0}],
        },
    ),
    Row("GET", "/api/products/{product_id}", everybody(200)),
    Row("PATCH", "/api/products/{product_id}", owner_only(200), {"title": "红草莓"}),
    Row("PUT", "/api/skus/{sku_id}/stock", owner_only(200), {"available": 7}),
    Row("GET", "/api/shops/{shop_id}/coupons", owner_only(200)),
    Row(
        "POST",
        "/api/shops/{shop_id}/coupons",
        owner_only(201),
        {
            "code": "MAI10",
            "off_minor": 100,
            "min_spend_minor": 1000,
            "quota": 10,
            "per_account": 1,
            "valid_until_ms": 4_102_444_800_000,
        },
    ),
]
MEDIA = [
    Row("GET", "/api/me/stream-key", members(200)),
    Row("POST", "/api/me/stream-key/rotation", members(200)),
    Row("POST", "/api/media/pictures", members(422), files={"file": ("x.png", b"no picture", "image/png")}),
    Row("POST", "/api/ingest/publish-callback", everybody(403), {"action": "on_publish", "stream": "x"}),
]
LIVE = [
    Row("GET", "/api/rooms", everybody(200)),
    Row("POST", "/api/rooms", members(201), {"title": "又一场"}),
    Row("GET", "/api/me/rooms", members(200)),
    Row("GET", "/api/rooms/{room_id}", everybody(200)),
    Row("PATCH", "/api/rooms/{room_id}", owner_only(200, others=403), {"title": "新标题"}),
    Row("GET", "/api/rooms/{room_id}/cues", everybody(200)),
    Row("GET", "/live/{room_id}/snapshot", everybody(200)),
    Row("GET", "/live/{room_id}/ticks/{tick}", everybody(200), address="/live/{room_id}/ticks/0?count=4"),
    Row("POST", "/api/rooms/{room_id}/comments", members(201), {"text": "好"}),
    Row("POST", "/api/rooms/{room_id}/likes", everybody(204), {"count": 1}),
]
_CONTROL = "/api/rooms/{room_id}/control"
CONTROL = [
    Row("PUT", f"{_CONTROL}/bag", control(204), {"product_ids": ["{product_id}"]}),
    Row("PUT", f"{_CONTROL}/featured", control(200), {"product_id": "{product_id}"}),
    Row("DELETE", f"{_CONTROL}/featured", control(204)),
    Row("PUT", f"{_CONTROL}/skus/{{sku_id}}/price", control(204), {"price_minor": 1990}),
    Row("DELETE", f"{_CONTROL}/skus/{{sku_id}}/price", control(204)),
    Row("PUT", f"{_CONTROL}/skus/{{sku_id}}/stock", control(204), {"available": 50}),
    Row("PUT", f"{_CONTROL}/pinned", control(204), {"comment_id": "{comment_id}"}),
    Row("DELETE", f"{_CONTROL}/pinned", control(204)),
    Row("DELETE", f"{_CONTROL}/comments/{{comment_id}}", control(204)),
    Row("GET", f"{_CONTROL}/muted", control(200)),
    Row("PUT", f"{_CONTROL}/muted/{{account_id}}", control(422)),
    Row("DELETE", f"{_CONTROL}/muted/{{account_id}}", control(204)),
    Row("GET", f"{_CONTROL}/log", control(200)),
    Row("GET", "/api/rooms/{room_id}/sales", owner_only(200)),
    Row("POST", f"{_CONTROL}/end", control(204)),
]
ORDERS = [
    Row("GET", "/api/me/orders", members(200)),
    Row("GET", "/api/shops/{shop_id}/orders", owner_only(200)),
    Row("GET", "/api/orders/{order_id}", owner_only(200)),
    Row("GET", "/api/sandbox/charges/{charge_id}", owner_only(200)),
    Row("POST", "/api/sandbox/charges/{charge_id}/decision", owner_only(200), {"outcome": "succeed"}),
    Row("POST", "/api/payments/callbacks/{provider}", everybody(400), {}, address="/api/payments/callbacks/sandbox"),
    Row(
        "POST",
        "/api/orders/{order_id}/shipment",
        owner_only(200),
        {"carrier": "顺丰", "tracking_number": "SF1234567890"},
    ),
    Row("POST", "/api/orders/{order_id}/receipt", owner_only(200)),
    Row("POST", "/api/orders/{order_id}/cancel", owner_only(409), {}),
]

TABLES: dict[str, list[Row]] = {
    "pages and files": [*PAGES, *FILES],
    "accounts": ACCOUNTS,
    "shops and creators": SHOPS,
    "catalog and coupons": CATALOG,
    "media": [*MEDIA, *rows_vods.ROWS],
    "live": LIVE,
    "room control": CONTROL,
    "orders": ORDERS,
    "checkout": rows_checkout.ROWS,
    "order life": rows_order_life.ROWS,
    "orders' desk": rows_desk.ROWS,
    "goods": rows_goods.ROWS,
    "products": rows_products.ROWS,
    "promotion": rows_promotion.ROWS,
    "payments": rows_payments.ROWS,
    "after-sales": rows_aftersales.ROWS,
    "settlement": rows_settlement.ROWS,
    "staff": rows_staff.ROWS,
    "short videos": rows_videos.ROWS,
    "imports": rows_imports.ROWS,
    "apps": rows_apps.ROWS,
    "insights": rows_insights.ROWS,
    "surfacing": rows_surfacing.ROWS,
    "feed": rows_feed.ROWS,
    "webhooks": rows_webhooks.ROWS,
    "open API": rows_open.ROWS,
}
