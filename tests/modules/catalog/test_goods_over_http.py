"""Stock, categories and what a product says of itself, over HTTP."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.conftest import SignUp
from tests.modules.catalog.test_products import create
from tests.modules.orders.market import Market

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.shops import FreightTemplateRemoved
from xiaodian.infra.outbox import event_messages
from xiaodian.infra.work import decode_message
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog.handlers import consumers

RATE = {"first_g": 1000, "first_minor": 800, "more_g": 500, "more_minor": 300}
TEMPLATE = {"name": "普通快递", "is_default": True, "rate": RATE, "exceptions": []}


async def make_template(market: Market) -> str:
    """A freight template of the market's shop."""
    answer = await market.seller.post(f"/api/shops/{market.shop_id}/freight-templates", json=TEMPLATE)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["template_id"])


async def test_a_product_keeps_its_category_weights_limit_and_freight(market: Market) -> None:
    template_id = await make_template(market)
    product = await create(
        market,
        category="fresh",
        limit_per_buyer=5,
        freight_template_id=template_id,
        skus=[{"name": "3斤装", "price_minor": 100, "stock": 1, "weight_g": 1700}],
    )
    assert (product["category"], product["limit_per_buyer"], product["freight_template_id"]) == (
        "fresh",
        5,
        template_id,
    )
    assert product["skus"][0]["weight_g"] == 1700
    path = f"/api/products/{product['product_id']}"
    edit = {"category": "food", "limit_per_buyer": None, "freight_template_id": None}
    edited = (await market.seller.patch(path, json=edit)).json()
    assert edited == {**product, **edit, "version": 2}
    sku = {"sku_id": product["skus"][0]["sku_id"], "name": "3斤装", "price_minor": 100}
    assert (await market.seller.patch(path, json={"skus": [sku]})).json() == edited
    heavier = (await market.seller.patch(path, json={"skus": [{**sku, "weight_g": 1800}]})).json()
    assert heavier["skus"][0]["weight_g"] == 1800


@pytest.mark.parametrize(
    ("more", "field"),
    [({"category": "weapons"}, "category"), ({"freight_template_id": str(uuid4())}, "freight_template_id")],
)
async def test_a_product_names_only_what_there_is(market: Market, more: dict[str, Any], field: str) -> None:
    product = await create(market)
    answers = [
        await market.seller.patch(f"/api/products/{product['product_id']}", json=more),
        await market.seller.post(
            f"/api/shops/{market.shop_id}/products",
            json={
                "title": "x",
                "description": "",
                "picture_urls": [],
                "state": "draft",
                "skus": [{"name": "x", "price_minor": 1, "stock": 0}],
                **more,
            },
        ),
    ]
    assert [(answer.status_code, answer.json()["field"]) for answer in answers] == [(422, field)] * 2
    assert (await market.seller.get(f"/api/products/{product['product_id']}")).json() == product
    assert await market.count("catalog.product") == 1


async def test_a_product_cannot_travel_by_another_shops_template(market: Market, sign_up: SignUp) -> None:
    template_id = await make_template(market)
    rival, _ = await sign_up("同行")
    shop = (await rival.post("/api/shops", json={"name": "同行小店"})).json()
    answer = await rival.post(
        f"/api/shops/{shop['shop_id']}/products",
        json={
            "title": "x",
            "description": "",
            "picture_urls": [],
            "state": "draft",
            "skus": [{"name": "x", "price_minor": 1, "stock": 0}],
            "freight_template_id": template_id,
        },
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "freight_template_id")


async def test_products_forget_a_template_that_is_removed(market: Market) -> None:
    kept, gone = await make_template(market), await make_template(market)
    products = [await create(market, freight_template_id=template_id) for template_id in (kept, gone)]
    await market.seller.put(
        f"/api/shops/{market.shop_id}/freight-templates/{gone}", json={**TEMPLATE, "is_default": False}
    )
    await market.seller.delete(f"/api/shops/{market.shop_id}/freight-templates/{gone}")
    assert (await market.events())[-1] == "FreightTemplateRemoved"
    event = FreightTemplateRemoved(shop_id=market.shop_id, template_id=UUID(gone))
    (consumer,) = (one for one in consumers(market.ctx) if one.event_types == ("FreightTemplateRemoved",))
    for _ in range(2):
        await consumer.handle([_envelope(event)])
    after = [(await market.seller.get(f"/api/products/{product['product_id']}")).json() for product in products]
    assert [product["freight_template_id"] for product in after] == [kept, None]


async def correct(
    market: Market, sku_id: SkuId, *, by: httpx.AsyncClient | None = None, key: str | None = None, **body: Any
) -> httpx.Response:
    """A correction by the seller, or who else tries; each with a key of its own."""
    return await (by or market.seller).post(
        f"/api/skus/{sku_id}/stock-corrections", json=body, headers={"Idempotency-Key": key or uuid4().hex}
    )


async def test_stock_is_corrected_by_what_came_or_went_and_the_journal_says_why(market: Market) -> None:
    sku_id, buyer = await market.sku(stock=10), await market.buyer()
    await buyer.order(sku_id, 4)
    restocked = await correct(market, sku_id, delta=20, kind="restock", reason="到货 20 箱")
    assert (restocked.status_code, restocked.json()["available"]) == (201, 26)
    broken = await correct(market, sku_id, delta=-2, kind="correction", reason="压坏")
    assert broken.json()["available"] == 24
    assert await market.stock(sku_id) == (28, 4, 0)
    entries = (await market.seller.get(f"/api/skus/{sku_id}/stock-journal")).json()["items"]
    assert [(e["kind"], e["change"], e["available"], e["reason"]) for e in entries] == [
        ("correction", -2, 24, "压坏"),
        ("restock", 20, 26, "到货 20 箱"),
        ("opening", 10, 10, None),
    ]
    assert {entry["changed_by"] for entry in entries} == {str(market.seller_id)}


async def test_a_restock_that_is_sent_again_adds_its_pieces_once(market: Market) -> None:
    sku_id = await market.sku(stock=10)
    answers = [await correct(market, sku_id, key="k", delta=5, kind="restock", reason="到货") for _ in range(2)]
    assert [(answer.status_code, answer.json()["available"]) for answer in answers] == [(201, 15)] * 2
    assert await market.stock(sku_id) == (15, 0, 0)
    assert (await correct(market, sku_id, key="other", delta=5, kind="restock")).json()["available"] == 20


async def test_ten_retries_at_once_add_the_pieces_once(market: Market) -> None:
    sku_id = await market.sku(stock=10)
    answers = await asyncio.gather(*(correct(market, sku_id, key="k", delta=5, kind="restock") for _ in range(10)))
    assert {(answer.status_code, answer.json()["available"]) for answer in answers} == {(201, 15)}
    assert await market.stock(sku_id) == (15, 0, 0)


@pytest.mark.parametrize("other", [{"delta": 6}, {"kind": "correction"}, {"reason": "别的"}])
async def test_a_key_that_came_with_another_correction_is_refused(market: Market, other: dict[str, Any]) -> None:
    sku_id = await market.sku(stock=10)
    body: dict[str, Any] = {"delta": 5, "kind": "restock", "reason": "到货"}
    await correct(market, sku_id, key="k", **body)
    answer = await correct(market, sku_id, key="k", **(body | other))
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert await market.stock(sku_id) == (15, 0, 0)


async def test_a_key_of_another_sku_is_another_key(market: Market) -> None:
    for sku_id in (await market.sku(stock=10), await market.sku(stock=10)):
        await correct(market, sku_id, key="k", delta=5, kind="restock")
        assert await market.stock(sku_id) == (15, 0, 0)


async def test_a_correction_without_a_key_changes_nothing(market: Market) -> None:
    sku_id = await market.sku(stock=10)
    answer = await market.seller.post(
        f"/api/skus/{sku_id}/stock-corrections", json={"delta": 5, "kind": "restock", "reason": ""}
    )
    assert answer.status_code in (400, 422)
    assert await market.stock(sku_id) == (10, 0, 0)


@pytest.mark.parametrize(
    ("body", "params"),
    [
        ({"delta": -11, "kind": "correction"}, {"reason": "too_many", "available": 10}),
        ({"delta": 0, "kind": "correction"}, {"reason": "out_of_range"}),
        ({"delta": -1, "kind": "restock"}, {"reason": "out_of_range"}),
        ({"delta": 1, "kind": "returned"}, {"reason": "not_by_hand"}),
    ],
)
async def test_a_correction_that_cannot_be_changes_nothing(
    market: Market, body: dict[str, Any], params: dict[str, Any]
) -> None:
    sku_id = await market.sku(stock=10)
    events = await market.events()
    answer = await correct(market, sku_id, **body)
    assert (answer.status_code, answer.json()["params"]) == (422, params)
    assert await market.stock(sku_id) == (10, 0, 0)
    assert await market.events() == events


async def test_the_journal_pages_the_latest_first(market: Market) -> None:
    sku_id = await market.sku(stock=0)
    for delta in range(1, 6):
        await correct(market, sku_id, delta=delta, kind="restock")
    path = f"/api/skus/{sku_id}/stock-journal"
    first = (await market.seller.get(path, params={"limit": 4})).json()
    rest = (await market.seller.get(path, params={"limit": 4, "cursor": first["next_cursor"]})).json()
    assert [entry["change"] for entry in first["items"] + rest["items"]] == [5, 4, 3, 2, 1, 0]
    assert rest["next_cursor"] is None


async def test_the_journal_is_not_for_strangers(market: Market) -> None:
    sku_id, stranger = await market.sku(stock=1), (await market.buyer()).client
    assert (await stranger.get(f"/api/skus/{sku_id}/stock-journal")).status_code == 404
    answer = await correct(market, sku_id, by=stranger, delta=1, kind="restock")
    assert answer.status_code == 404
    assert await market.stock(sku_id) == (1, 0, 0)


async def operator(market: Market, sign_up: SignUp) -> httpx.AsyncClient:
    """Somebody who runs the platform."""
    client, account_id = await sign_up("运营")
    async with market.ctx.database.connection() as connection:
        await accounts.grant_operator(connection, account_id)
    return client


async def test_the_operator_sets_what_kinds_of_goods_there_are_and_what_each_pays(
    market: Market, sign_up: SignUp
) -> None:
    boss, tea = await operator(market, sign_up), {"name_zh": "茶", "name_en": "Tea", "fee_bp": 300}
    before = (await market.seller.get("/api/categories")).json()["items"]
    assert {item["code"] for item in before} >= {"fresh", "other"}
    for fee_bp in (300, 250):
        answer = await boss.put("/api/operator/categories/tea", json={**tea, "fee_bp": fee_bp})
        assert (answer.status_code, answer.json()) == (200, {**tea, "code": "tea", "fee_bp": fee_bp})
    after = (await market.seller.get("/api/categories")).json()["items"]
    assert [item for item in after if item not in before] == [{**tea, "code": "tea", "fee_bp": 250}]
    assert (await market.seller.put("/api/operator/categories/tea", json=tea)).status_code == 403


@pytest.mark.parametrize(("code", "fee_bp", "status"), [("Tea", 1, 422), ("tea", 5001, 400), ("tea", -1, 400)])
async def test_a_category_that_makes_no_sense_is_refused(
    market: Market, sign_up: SignUp, code: str, fee_bp: int, status: int
) -> None:
    boss = await operator(market, sign_up)
    count = await market.count("catalog.category")
    body = {"name_zh": "茶", "name_en": "Tea", "fee_bp": fee_bp}
    assert (await boss.put(f"/api/operator/categories/{code}", json=body)).status_code == status
    assert await market.count("catalog.category") == count


def _envelope(event: FreightTemplateRemoved) -> Envelope:
    [message] = event_messages([event])
    return decode_message(message.payload)[0]
