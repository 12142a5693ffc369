"""A small world to call routes in: a seller with everything, a stranger, an operator, a token, nobody."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
from tests.conftest import SignUp
from tests.films import put_film

from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context
from xiaodian.modules.accounts import api as accounts

ADDRESS = {"recipient": "王小丹", "phone": "13800000001", "region": "辽宁省 丹东市", "detail": "锦山大街 1 号"}
PRICE_MINOR = 2990
DAY_S = 24 * 3600

CALLERS = ("anonymous", "token", "other", "operator", "owner")


class World(NamedTuple):
    """Clients by the kind of caller, and the ids of what the owner has."""

    clients: dict[str, httpx.AsyncClient]
    ids: dict[str, str]

    def fill(self, template: Any) -> Any:
        """Replace `{shop_id}` and the like, in a path or deep in a body."""
        if isinstance(template, str):
            for name, value in self.ids.items():
                template = template.replace("{" + name + "}", value)
            return template
        if isinstance(template, dict):
            return {key: self.fill(value) for key, value in template.items()}
        if isinstance(template, list):
            return [self.fill(value) for value in template]
        return template


MakeWorld = Callable[[], Awaitable[World]]


async def make_world(ctx: Context, sign_up: SignUp, make_client: Callable[[], httpx.AsyncClient]) -> World:
    """Everything is made through the public API, but for the operator, whom only the command line makes."""
    owner, owner_id = await sign_up("卖家")
    other, other_id = await sign_up("路人")
    operator, operator_id = await sign_up("运营")
    async with ctx.database.connection() as connection:
        await accounts.grant_operator(connection, operator_id)
    ids = await _make_belongings(owner, owner_id)
    ids |= await _make_video(ctx, owner, owner_id)
    ids |= await _make_promotions(owner, ids, other_id)
    ids |= await _make_after_sale(owner, ids)
    ids |= await _make_apps(owner, ids)
    ids |= await _make_webhook(owner, ids)
    token = make_client()
    made = await _post(owner, "/api/me/tokens", {"name": "OBS", "scopes": ["room:control"]})
    token.headers["authorization"] = f"Bearer {made['token']}"
    ids |= {"token_id": made["token_id"]}
    clients = {"anonymous": make_client(), "token": token, "other": other, "operator": operator, "owner": owner}
    return World(clients, ids)


async def _make_belongings(owner: httpx.AsyncClient, owner_id: AccountId) -> dict[str, str]:
    shop = await _post(owner, "/api/shops", {"name": "丹东草莓"})
    product = await _post(
        owner,
        f"/api/shops/{shop['shop_id']}/products",
        {
            "title": "草莓",
            "description": "",
            "picture_urls": [],
            "state": "on_sale",
            "skus": [{"name": "3斤装", "price_minor": PRICE_MINOR, "stock": 100}],
        },
    )
    rate = {"first_g": 1000, "first_minor": 800, "more_g": 500, "more_minor": 300}
    template = await _post(
        owner,
        f"/api/shops/{shop['shop_id']}/freight-templates",
        {"name": "普通快递", "is_default": False, "rate": rate, "exceptions": []},
    )
    room = await _post(owner, "/api/rooms", {"title": "开播"})
    address = await _post(owner, "/api/me/addresses", ADDRESS)
    sku_id = product["skus"][0]["sku_id"]
    bag = await owner.put(f"/api/rooms/{room['room_id']}/control/bag", json={"product_ids": [product["product_id"]]})
    assert bag.is_success, bag.text
    comment = await _post(owner, f"/api/rooms/{room['room_id']}/comments", {"text": "你好"})
    line = {"sku_id": sku_id, "quantity": 1, "price_minor": PRICE_MINOR}
    placed = await _post(owner, "/api/checkout", {"address_id": address["address_id"], "lines": [line]})
    order = placed["orders"][0]
    charge = await _post(owner, "/api/payments", {"order_ids": [order["order_id"]], "provider": "sandbox"})
    return {
        "account_id": str(owner_id),
        "address_id": address["address_id"],
        "charge_id": charge["charge_id"],
        "comment_id": comment["comment_id"],
        "order_id": order["order_id"],
        "product_id": product["product_id"],
        "room_id": room["room_id"],
        "shop_id": shop["shop_id"],
        "sku_id": sku_id,
        "template_id": template["template_id"],
    }


async def _make_video(ctx: Context, owner: httpx.AsyncClient, owner_id: AccountId) -> dict[str, str]:
    """A published short video with a comment, a draft, and a film that is not ready."""
    made = [await _post(owner, "/api/me/videos", {"vod_id": str(await put_film(ctx, owner_id))}) for _ in range(2)]
    published = await owner.post(f"/api/me/videos/{made[0]['video_id']}/publish")
    assert published.status_code == 200, published.text
    comment = await _post(owner, f"/api/videos/{made[0]['video_id']}/comments", {"text": "好看"})
    return {
        "draft_id": made[1]["video_id"],
        "new_vod_id": str(await put_film(ctx, owner_id, is_ready=False)),
        "video_comment_id": comment["comment_id"],
        "video_id": made[0]["video_id"],
    }


async def _make_promotions(owner: httpx.AsyncClient, ids: dict[str, str], other_id: AccountId) -> dict[str, str]:
    """A coupon, a flash sale that is long in coming, and a commission proposed to the stranger."""
    shop = f"/api/shops/{ids['shop_id']}"
    coupon = await _post(
        owner,
        f"{shop}/coupons",
        {
            "code": "WORLD",
            "off_minor": 100,
            "min_spend_minor": 1000,
            "quota": 10,
            "per_account": 1,
            "valid_until_ms": 4_102_444_800_000,
        },
    )
    starts_at_ms = int((time.time() + 100 * DAY_S) * 1000)
    sale = {
        "sku_id": ids["sku_id"],
        "price_minor": PRICE_MINOR - 1000,
        "set_aside": 1,
        "starts_at_ms": starts_at_ms,
        "ends_at_ms": starts_at_ms + DAY_S * 1000,
    }
    flash_sale = await _post(owner, f"{shop}/flash-sales", sale)
    proposal = {"product_id": ids["product_id"], "creator_id": str(other_id), "rate_bp": 1000}
    commission = await _post(owner, f"{shop}/commission-agreements", proposal)
    message = {"name": "上新", "text": "新草莓到了", "segment": "buyers"}
    campaign = await _post(owner, f"{shop}/campaigns", {**message, "send_at_ms": starts_at_ms - 50 * DAY_S * 1000})
    segment = await _post(owner, f"{shop}/segments", {"name": "没买过的", "cel": "orders == 0"})
    return {
        "segment_id": segment["segment_id"],
        "campaign_id": campaign["campaign_id"],
        "commission_id": commission["commission_id"],
        "coupon_id": coupon["coupon_id"],
        "flash_sale_id": flash_sale["flash_sale_id"],
        "other_id": str(other_id),
    }


async def _make_after_sale(owner: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    """An exchange, asked for an order that was paid and shipped."""
    line = {"sku_id": ids["sku_id"], "quantity": 1, "price_minor": PRICE_MINOR}
    placed = await _post(owner, "/api/checkout", {"address_id": ids["address_id"], "lines": [line]})
    order_id = placed["orders"][0]["order_id"]
    charge = await _post(owner, "/api/payments", {"order_ids": [order_id], "provider": "sandbox"})
    decision = f"/api/sandbox/charges/{charge['charge_id']}/decision"
    shipment = {"carrier": "顺丰速运", "tracking_number": "SF1234567890"}
    for path, body in ((decision, {"outcome": "succeed"}), (f"/api/orders/{order_id}/shipment", shipment)):
        answer = await owner.post(path, json=body)
        assert answer.status_code == 200, (path, answer.text)
    wish = {"line_no": 0, "kind": "exchange", "quantity": 1, "reason": "damaged"}
    after_sale = await _post(owner, f"/api/orders/{order_id}/after-sales", wish)
    return {"after_sale_id": after_sale["after_sale_id"], "shipped_order_id": order_id}


async def _make_apps(owner: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    """An app that the owner develops, and a system of their shop."""
    wish = {"name": "助手", "redirect_uris": ["https://erp.example/cb"], "scopes": ["orders:read"]}
    app = await _post(owner, "/api/me/apps", wish)
    secret = await _post(owner, f"/api/me/apps/{app['app_id']}/secrets", None)
    system = await _post(owner, f"/api/shops/{ids['shop_id']}/systems", {"name": "ERP", "scopes": ["orders:read"]})
    return {
        "app_id": app["app_id"],
        "secret_id": secret["secret_id"],
        "system_id": system["client_id"],
        "system_secret_id": system["app"]["secrets"][0]["secret_id"],
    }


async def _make_webhook(owner: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    """An endpoint, and a message that waits to be sent there."""
    path = f"/api/shops/{ids['shop_id']}/webhooks"
    made = await _post(owner, path, {"url": "https://1.1.1.1/hook", "types": ["order.paid"]})
    endpoint_id = made["endpoint"]["endpoint_id"]
    delivery = await _post(owner, f"{path}/{endpoint_id}/test", None)
    return {"endpoint_id": endpoint_id, "event_id": delivery["event_id"]}


async def _post(client: httpx.AsyncClient, path: str, body: Any) -> Any:
    answer = await client.post(path, json=body, headers={"idempotency-key": uuid4().hex})
    assert answer.status_code == 201, (path, answer.text)
    return answer.json()
