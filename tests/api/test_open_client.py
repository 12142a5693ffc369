"""The Python client and its examples, against the platform."""

import asyncio
import csv
from collections.abc import AsyncIterator, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from scripts.make_client import TARGET, render
from ship_paid_orders import ship_paid_orders
from standardwebhooks import Webhook
from stock_from_csv import set_stock_from
from tests.api.open_world import OpenWorld
from tests.api.world import World
from xiaodian_client import ApiError, ClientCredentials, Xiaodian, verify_webhook
from xiaodian_client.models import (
    Attribute,
    NewProduct,
    NewSku,
    Product,
    ProductEdit,
    ProductOption,
    SkuEdit,
    Stage,
    StageKind,
    StockDelta,
)
from xiaodian_client.webhooks import WebhookVerificationError
from yesterdays_statement import pull_statement, yesterday

from xiaodian.app import create_app
from xiaodian.contracts.apps import APP_SCOPES
from xiaodian.kit.clock import utc_now
from xiaodian.modules.integrations.describe import describe


class Bridge(httpx.BaseTransport):
    """Hands the calls of a client that waits to the app, which runs in the test's loop."""

    def __init__(self, app: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._app = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._loop = loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        return asyncio.run_coroutine_threadsafe(self._call(request), self._loop).result(timeout=60)

    async def _call(self, request: httpx.Request) -> httpx.Response:
        async def _content() -> AsyncIterator[bytes]:
            yield request.read()

        asked = httpx.Request(request.method, request.url, headers=request.headers, content=_content())
        answer = await self._app.handle_async_request(asked)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


@pytest.fixture
async def shop(open_world: OpenWorld, world: World, app: Any) -> Xiaodian:
    """The client, let in as a system of the shop's own."""
    made = await world.clients["owner"].post(
        f"/api/shops/{open_world.ids['shop_id']}/systems", json={"name": "ERP", "scopes": sorted(APP_SCOPES)}
    )
    assert made.status_code == 201, made.text
    auth = ClientCredentials(made.json()["client_id"], made.json()["client_secret"])
    return Xiaodian("http://test", auth, transport=Bridge(app, asyncio.get_running_loop()))


def test_the_generated_parts_are_those_of_the_present_description() -> None:
    for name, text in render(describe(create_app())).items():
        assert (TARGET / name).read_text(encoding="utf-8") == text, "run: make client"


async def test_all_paid_orders_are_shipped_by_the_example(open_world: OpenWorld, shop: Xiaodian) -> None:
    numbers = count(1_000_000_000)
    outcomes = await asyncio.to_thread(ship_paid_orders, shop, "顺丰速运", lambda: f"SF{next(numbers)}")
    assert {outcome.outcome for outcome in outcomes} == {"shipped"}
    assert {str(outcome.order_id) for outcome in outcomes} >= {
        open_world.ids["to_ship_id"],
        open_world.ids["to_batch_id"],
    }
    assert await asyncio.to_thread(lambda: list(shop.iter_orders(state="paid"))) == []


async def test_stock_follows_the_file_of_an_erp_by_the_example(
    open_world: OpenWorld, shop: Xiaodian, tmp_path: Path
) -> None:
    file = tmp_path / "stock.csv"
    with file.open("w", newline="", encoding="utf-8-sig") as stream:
        csv.writer(stream).writerows([("sku_id", "available"), (open_world.ids["sku_id"], 17)])
    assert await asyncio.to_thread(set_stock_from, shop, file) == 1
    sku = await asyncio.to_thread(shop.get_sku, UUID(open_world.ids["sku_id"]))
    assert sku.available == 17


async def test_yesterdays_statement_is_pulled_by_the_example(shop: Xiaodian) -> None:
    table = await asyncio.to_thread(pull_statement, shop, yesterday(utc_now()))
    assert "opening" in table.decode("utf-8-sig")
    assert "closing" in table.decode()


async def test_a_product_of_options_keeps_all_that_the_client_says_of_it(shop: Xiaodian) -> None:
    new = NewProduct(
        title="短袖",
        options=[ProductOption(name="颜色", values=["红", "白"])],
        skus=[
            NewSku(price_minor=5990, option_values=[color], code=f"API-TEE-{number}", barcode=f"690123456789{number}")
            for number, color in enumerate(["红", "白"])
        ],
        attributes=[Attribute(name="材质", value="棉")],
        provenance=[Stage(kind=StageKind.GROWN, place="阿克苏", day=date(2026, 9, 20))],
        handle="api-tee",
    )

    def _write() -> Product:
        made = shop.create_product(new)
        red, white = made.skus
        assert (red.name, red.option_values, red.code, red.barcode) == ("红", ["红"], "API-TEE-0", "6901234567890")
        wish = ProductEdit(
            skus=[SkuEdit(id=red.id, price_minor=4990), SkuEdit(id=white.id, price_minor=5990, code=None)]
        )
        shop.edit_product(made.id, wish)
        return shop.get_product(made.id)

    found = await asyncio.to_thread(_write)
    assert [(sku.price_minor, sku.code, sku.option_values) for sku in found.skus] == [
        (4990, "API-TEE-0", ["红"]),
        (5990, None, ["白"]),
    ]
    assert (found.options, found.attributes, found.handle, found.version) == (new.options, new.attributes, "api-tee", 2)
    assert (found.provenance[0].kind, found.provenance[0].day) == ("grown", date(2026, 9, 20))


async def test_a_refusal_says_its_code_and_an_update_in_ignorance_is_refused(shop: Xiaodian) -> None:
    def _edit_twice() -> ApiError:
        new = NewProduct(title="苹果", skus=[NewSku(name="一箱", price_minor=4900)])
        product = shop.create_product(new)
        shop.get_product(product.id)
        assert shop.last_response is not None
        etag = shop.last_response.headers["etag"]
        shop.edit_product(product.id, ProductEdit(title="红富士"), if_match=etag)
        with pytest.raises(ApiError) as refused:
            shop.edit_product(product.id, ProductEdit(title="国光"), if_match=etag)
        return refused.value

    error = await asyncio.to_thread(_edit_twice)
    assert (error.status, error.code, error.field) == (412, "changed_meanwhile", "If-Match")


def _shop_that_answers(answers: Iterator[httpx.Response], seen: list[httpx.Request], pauses: list[float]) -> Xiaodian:
    def _answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return next(answers)

    return Xiaodian("http://test", "token", transport=httpx.MockTransport(_answer), sleep=pauses.append)


@pytest.mark.parametrize("status", [429, 503])
def test_what_is_refused_for_the_moment_is_sent_again_with_the_same_key(status: int) -> None:
    seen: list[httpx.Request] = []
    pauses: list[float] = []
    level = {"sku_id": str(UUID(int=1)), "available": 3}
    answers = iter([httpx.Response(status, headers={"retry-after": "7"}), httpx.Response(200, json=level)])
    shop = _shop_that_answers(answers, seen, pauses)
    assert shop.add_stock(UUID(int=1), StockDelta(delta=1)).available == 3
    assert pauses == [7.0]
    assert len({request.headers["idempotency-key"] for request in seen}) == 1


def test_a_delivery_is_believed_only_with_the_secret() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = (
        b'{"id":"01939f2e-5c6a-7b1e-9d2f-0a1b2c3d4e5f","type":"order.paid","timestamp":"2026-11-28T08:30:00Z",'
        b'"subject":{"kind":"order","id":"01939f2e-5c6a-7b1e-9d2f-0a1b2c3d4e5f"},"sequence":1,"data":{}}'
    )
    now = utc_now()
    signature = Webhook(secret).sign("msg_1", now, body.decode())
    headers: dict[str, str] = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": signature,
    }
    assert verify_webhook(secret, body, headers).type == "order.paid"
    with pytest.raises(WebhookVerificationError):
        verify_webhook(secret, body.replace(b"order.paid", b"order.sent"), headers)
