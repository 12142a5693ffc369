"""Where the platform looks at goods before they go on sale."""

from typing import Any

import httpx
import msgspec
import pytest
from tests.conftest import SignUp
from tests.modules.catalog.test_products import create
from tests.modules.catalog.test_versions import own
from tests.modules.orders.market import PRICE_MINOR, Market

from xiaodian.edge.context import Context
from xiaodian.modules.accounts import api as accounts

REVIEWS = "/api/operator/product-reviews"


@pytest.fixture
def ctx(ctx: Context) -> Context:
    """A platform that reviews."""
    settings = msgspec.structs.replace(ctx.settings, product_review=True)
    return msgspec.structs.replace(ctx, settings=settings)


@pytest.fixture
async def operator(ctx: Context, sign_up: SignUp) -> httpx.AsyncClient:
    """Somebody of the platform."""
    client, account_id = await sign_up("运营")
    async with ctx.database.connection() as connection:
        await accounts.grant_operator(connection, account_id)
    return client


async def waiting(operator: httpx.AsyncClient) -> list[dict[str, Any]]:
    """What the operator has to look at."""
    answer = await operator.get(REVIEWS)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def approve(operator: httpx.AsyncClient, product: dict[str, Any]) -> dict[str, Any]:
    """Let it go on sale, as it is now."""
    version = product["version"]
    answer = await operator.post(f"{REVIEWS}/{product['product_id']}/approval", json={"version": version})
    assert answer.status_code == 200, answer.text
    approved: dict[str, Any] = answer.json()
    return approved


async def test_nothing_is_sold_before_the_platform_has_looked_at_it(
    market: Market, operator: httpx.AsyncClient
) -> None:
    product = await create(market)
    assert product["state"] == "in_review"
    buyer = await market.buyer()
    sku = product["skus"][0]
    assert (await buyer.client.get(f"/api/products/{product['product_id']}")).status_code == 404
    assert (await buyer.checkout([(sku["sku_id"], 1, PRICE_MINOR)])).json()["code"] == "not_on_sale"
    assert [one["product"]["product_id"] for one in await waiting(operator)] == [product["product_id"]]
    approved = await approve(operator, product)
    assert (approved["state"], approved["version"]) == ("on_sale", 2)
    assert await waiting(operator) == []
    await buyer.order(sku["sku_id"])


async def test_a_rejected_product_says_why_and_can_be_sent_in_again(
    market: Market, operator: httpx.AsyncClient
) -> None:
    product = await create(market)
    path = f"{REVIEWS}/{product['product_id']}/rejection"
    rejected = await operator.post(path, json={"version": 1, "reason": "图片不清楚"})
    assert (rejected.status_code, rejected.json()["state"]) == (200, "rejected")
    assert (await own(market, product))["rejected_reason"] == "图片不清楚"
    assert (await operator.post(path, json={"version": 2, "reason": "again"})).status_code == 409
    edit = {"title": "更清楚", "state": "on_sale"}
    again = (await market.seller.patch(f"/api/products/{product['product_id']}", json=edit)).json()
    assert (again["state"], again["rejected_reason"]) == ("in_review", None)


async def test_an_operator_approves_only_what_was_looked_at(market: Market, operator: httpx.AsyncClient) -> None:
    product = await create(market)
    await market.seller.patch(f"/api/products/{product['product_id']}", json={"title": "换了"})
    late = await operator.post(f"{REVIEWS}/{product['product_id']}/approval", json={"version": 1})
    assert (late.status_code, late.json()["code"]) == (412, "version_conflict")
    assert (await own(market, product))["state"] == "in_review"


async def test_a_new_content_waits_beside_what_is_on_sale_and_prices_do_not(
    market: Market, operator: httpx.AsyncClient
) -> None:
    product = await approve(operator, await create(market))
    path = f"/api/products/{product['product_id']}"
    sku = {"sku_id": product["skus"][0]["sku_id"], "price_minor": 2590}
    edited = (await market.seller.patch(path, json={"title": "新名", "skus": [sku]})).json()
    assert (edited["state"], edited["title"], edited["pending"]["title"]) == ("on_sale", "丹东草莓", "新名")
    assert edited["skus"][0]["price_minor"] == 2590
    buyer = await market.buyer()
    seen = (await buyer.client.get(path)).json()
    assert (seen["title"], seen["pending"]) == ("丹东草莓", None)
    (item,) = await waiting(operator)
    assert item["product"]["pending"]["title"] == "新名"
    # Another price does not send it in again, and does not make it wait longer.
    priced = (await market.seller.patch(path, json={"skus": [{**sku, "price_minor": 2490}]})).json()
    assert (await waiting(operator))[0]["waiting_since_ms"] == item["waiting_since_ms"]
    approved = await approve(operator, priced)
    assert (approved["title"], approved["pending"], approved["state"]) == ("新名", None, "on_sale")


async def test_a_refused_content_leaves_the_old_one_on_sale(market: Market, operator: httpx.AsyncClient) -> None:
    product = await approve(operator, await create(market))
    path = f"/api/products/{product['product_id']}"
    edited = (await market.seller.patch(path, json={"title": "最好的草莓"})).json()
    refused = await operator.post(
        f"{REVIEWS}/{product['product_id']}/rejection", json={"version": edited["version"], "reason": "夸大"}
    )
    assert refused.json()["pending"]["refused_reason"] == "夸大"
    assert (await own(market, product))["state"] == "on_sale"
    assert await waiting(operator) == []
    withdrawn = (await market.seller.patch(path, json={"title": "丹东草莓"})).json()
    assert withdrawn["pending"] is None
    # Off and on again is no way round.
    await market.seller.patch(path, json={"title": "最好的草莓", "state": "off"})
    again = (await market.seller.patch(path, json={"state": "on_sale"})).json()
    assert (again["title"], again["state"]) == ("丹东草莓", "on_sale")
