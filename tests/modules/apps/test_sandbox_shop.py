"""A sandbox shop lets a program be tried: made-up orders, time that passes when told to, and no money that gets out."""

from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from tests.conftest import SignUp, once
from tests.modules.apps.conftest import Stage
from tests.modules.apps.dance import make_app_token

from xiaodian.app import wire
from xiaodian.contracts.orders import OrderId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import api as settlement

MINUTE_S, DAY_S = 60, 86_400
PRICE_MINOR = 8900


class Play:
    """A developer with a sandbox shop that has a product, and a program with a token for it."""

    def __init__(self, developer: httpx.AsyncClient, program: httpx.AsyncClient, shop_id: str, product: Any) -> None:
        self.developer = developer
        self.program = program
        self.shop_id = shop_id
        self.product = product
        self.sku_id: str = product["skus"][0]["sku_id"]

    async def order(self, quantity: int = 1, *, is_paid: bool = True) -> str:
        """Have somebody made up order."""
        body = {"lines": [{"sku_id": self.sku_id, "quantity": quantity}], "is_paid": is_paid}
        answer = await self.program.post("/open/v1/sandbox/orders", json=body, headers=once())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["order_id"])

    async def pass_time(self, seconds: int) -> None:
        """Let time pass."""
        answer = await self.program.post("/open/v1/sandbox/time", json={"advance_s": seconds})
        assert answer.status_code == 200, answer.text

    async def state(self, order_id: str) -> str:
        """How an order stands, as the shop sees it."""
        answer = await self.developer.get(f"/api/orders/{order_id}")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["state"])

    async def stock(self) -> int:
        """How many pieces can be bought."""
        product = (await self.developer.get(f"/api/products/{self.product['product_id']}")).json()
        return int(product["skus"][0]["available"])


@pytest.fixture
async def play(stage: Stage) -> Play:
    """A sandbox shop, ready to be tried in."""
    made = await stage.developer.post("/api/me/sandbox-shop")
    assert made.status_code == 201, made.text
    shop = made.json()["shop"]
    return Play(
        stage.developer,
        await _program(stage, shop["shop_id"]),
        shop["shop_id"],
        await _make_product(stage.developer, shop["shop_id"]),
    )


async def _program(stage: Stage, shop_id: str) -> httpx.AsyncClient:
    token = await make_app_token(stage.developer, shop_id, ("orders:write", "orders:read"), stage.program)
    stage.program.headers["authorization"] = f"Bearer {token}"
    return stage.program


async def _make_product(client: httpx.AsyncClient, shop_id: str) -> Any:
    answer = await client.post(
        f"/api/shops/{shop_id}/products",
        json={
            "title": "试验苹果",
            "description": "",
            "picture_urls": [],
            "state": "on_sale",
            "skus": [{"name": "一箱", "price_minor": PRICE_MINOR, "stock": 10}],
        },
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _ship(play: Play, order_id: str) -> None:
    shipment = {"carrier": "顺丰", "tracking_number": "SF1234567890123"}
    answer = await play.developer.post(f"/api/orders/{order_id}/shipment", json=shipment)
    assert answer.status_code == 200, answer.text


async def test_each_developer_has_one_sandbox_that_says_what_it_is(stage: Stage) -> None:
    assert (await stage.developer.get("/api/me/sandbox-shop")).json() == {"shop": None}
    first = (await stage.developer.post("/api/me/sandbox-shop")).json()["shop"]
    again = (await stage.developer.post("/api/me/sandbox-shop")).json()["shop"]
    assert first == again == (await stage.developer.get("/api/me/sandbox-shop")).json()["shop"]
    assert first["is_sandbox"] is True
    mine = (await stage.developer.get("/api/shops/mine")).json()["items"]
    assert [shop["is_sandbox"] for shop in mine] == [True]


async def test_a_made_up_buyer_orders_and_pays(play: Play) -> None:
    order_id = await play.order(2)
    assert await play.state(order_id) == "paid"
    assert await play.stock() == 8
    unpaid = await play.order(is_paid=False)
    assert await play.state(unpaid) == "pending_payment"


async def test_after_fifteen_minutes_an_unpaid_order_is_cancelled_and_its_stock_is_back(play: Play) -> None:
    order_id = await play.order(3, is_paid=False)
    await play.pass_time(14 * MINUTE_S)
    assert await play.state(order_id) == "pending_payment"
    assert await play.stock() == 7
    await play.pass_time(MINUTE_S)
    assert await play.state(order_id) == "cancelled"
    assert await play.stock() == 10


async def test_after_its_days_a_shipped_order_is_completed_and_settled(
    play: Play, ctx: Context, database: Database
) -> None:
    order_id = await play.order()
    await _ship(play, order_id)
    await play.pass_time(ctx.settings.transit_days * DAY_S)
    assert await play.state(order_id) == "completed"
    async with database.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM settlement.settlement WHERE order_id = $1", UUID(order_id))
    assert row is not None
    assert (row["fee_minor"], row["shop_minor"]) == (0, PRICE_MINOR)


async def test_silence_in_an_after_sale_is_taken_for_an_answer(play: Play, database: Database) -> None:
    order_id = await play.order()
    async with database.connection() as connection:
        found = await orders.find_orders(connection, [OrderId(UUID(order_id))])
    await _ship(play, order_id)
    assert found
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE orders.order SET buyer_id = $2 WHERE order_id = $1", UUID(order_id), await _me(play.developer)
        )
    wish = {"line_no": 0, "kind": "refund_only", "quantity": 1, "reason": "damaged"}
    asked = await play.developer.post(
        f"/api/orders/{order_id}/after-sales", json=wish, headers={"idempotency-key": "a"}
    )
    assert asked.status_code == 201, asked.text
    before = asked.json()["state"]
    await play.pass_time(30 * DAY_S)
    after = (await play.developer.get(f"/api/after-sales/{asked.json()['after_sale_id']}")).json()["state"]
    assert after != before


async def test_other_shops_go_on_as_they_were(play: Play, stage: Stage, sign_up: SignUp, database: Database) -> None:
    product = await _make_product(stage.seller, str(stage.shop_id))
    buyer, _ = await sign_up("买家")
    order_id = await _buy(buyer, product)
    async with database.connection() as connection:
        before = await connection.fetchval("SELECT expires_at FROM orders.order WHERE order_id = $1", UUID(order_id))
        await play.pass_time(30 * DAY_S)
        after = await connection.fetchrow(
            "SELECT state, expires_at FROM orders.order WHERE order_id = $1", UUID(order_id)
        )
    assert after is not None
    assert (after["state"], after["expires_at"]) == ("pending_payment", before)


async def test_only_the_made_up_buyer_buys_there(play: Play, sign_up: SignUp) -> None:
    buyer, _ = await sign_up("买家")
    for client in (buyer, play.developer):
        answer = await _checkout(client, play.product)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_on_sale"), answer.text
    assert await play.stock() == 10
    assert (await buyer.get(f"/api/products/{play.product['product_id']}")).status_code == 404


async def test_to_strangers_there_is_no_such_shop(play: Play, stage: Stage, sign_up: SignUp) -> None:
    stranger, _ = await sign_up("路人")
    for path in (f"/api/shops/{play.shop_id}", f"/api/shops/{play.shop_id}/page"):
        for client in (stranger, stage.seller):
            assert (await client.get(path)).status_code == 404, path
        assert (await play.developer.get(path)).json()["shop_id"] == play.shop_id


async def test_its_goods_are_in_no_room_that_viewers_find(play: Play, database: Database) -> None:
    room = (await play.developer.post("/api/rooms", json={"title": "公开直播间"})).json()
    bag = f"/api/rooms/{room['room_id']}/control/bag"
    put = await play.developer.put(bag, json={"product_ids": [play.product["product_id"]]})
    assert (put.status_code, put.json()["params"]["reason"]) == (422, "not_yours"), put.text
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM live.bag_item") == 0


async def test_its_charges_are_no_differences_where_buyers_are_not_offered_the_sandbox(
    play: Play, ctx: Context
) -> None:
    await play.order(2)
    closed = msgspec.structs.replace(ctx, settings=msgspec.structs.replace(ctx.settings, sandbox_payments=False))
    today = settlement.date_in_books(utc_now(), ctx.settings.books_utc_offset_h)
    assert await settlement.reconcile(closed, today, whole_ledger=True) == []


async def test_no_money_gets_out_of_it(play: Play, ctx: Context, sign_up: SignUp) -> None:
    order_id = await play.order()
    await _ship(play, order_id)
    await play.pass_time(ctx.settings.transit_days * DAY_S)
    shop = f"/api/shops/{play.shop_id}"
    bank = {"holder": "张三", "bank": "中国银行", "number": "6222020200112233445"}
    await play.developer.put(f"{shop}/bank-account", json=bank)
    key = {"idempotency-key": "x"}
    payout = await play.developer.post(f"{shop}/payouts", json={"amount_minor": 100}, headers=key)
    assert (payout.status_code, payout.json()["code"]) == (409, "sandbox_shop"), payout.text
    _, creator_id = await sign_up("达人")
    proposal = {"product_id": play.product["product_id"], "creator_id": str(creator_id), "rate_bp": 1000}
    refused = await play.developer.post(f"{shop}/commission-agreements", json=proposal, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "sandbox_shop"), refused.text
    share = await play.developer.post(
        f"{shop}/service-shares", json={"provider_id": str(creator_id), "rate_bp": 100}, headers=key
    )
    assert (share.status_code, share.json()["code"]) == (409, "sandbox_shop"), share.text


async def test_it_works_where_buyers_are_not_offered_fake_payment(play: Play, ctx: Context) -> None:
    transport = play.program._transport
    assert isinstance(transport, httpx.ASGITransport)
    settings = msgspec.structs.replace(ctx.settings, sandbox_payments=False)
    wire(transport.app, msgspec.structs.replace(ctx, settings=settings))  # type: ignore[arg-type]
    assert (await play.developer.get("/api/payment-methods")).json()["items"] == []
    assert await play.state(await play.order()) == "paid"


async def test_a_real_shop_has_neither_time_travel_nor_made_up_buyers(stage: Stage) -> None:
    program = await _program_of_real_shop(stage)
    product = await _make_product(stage.seller, str(stage.shop_id))
    line = {"sku_id": product["skus"][0]["sku_id"], "quantity": 1}
    for path, body in (("time", {"advance_s": 60}), ("orders", {"lines": [line]})):
        answer = await program.post(f"/open/v1/sandbox/{path}", json=body, headers=once())
        assert (answer.status_code, answer.json()["code"]) == (409, "sandbox_shop"), answer.text


async def test_the_same_order_sent_twice_is_placed_and_paid_once(play: Play) -> None:
    body, key = {"lines": [{"sku_id": play.sku_id}]}, once()
    before = await play.stock()
    answers = [await play.program.post("/open/v1/sandbox/orders", json=body, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert await play.stock() == before - 1
    other = await play.program.post(
        "/open/v1/sandbox/orders", json={"lines": [{"sku_id": play.sku_id, "quantity": 2}]}, headers=key
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


async def test_goods_of_another_shop_are_not_ordered_there(play: Play, stage: Stage) -> None:
    product = await _make_product(stage.seller, str(stage.shop_id))
    body = {"lines": [{"sku_id": product["skus"][0]["sku_id"]}]}
    answer = await play.program.post("/open/v1/sandbox/orders", json=body, headers=once())
    assert (answer.status_code, answer.json()["field"]) == (422, "lines"), answer.text


@pytest.mark.parametrize("body", [{}, {"advance_s": 0}, {"advance_s": -1}, {"advance_s": 10**9}, {"advance_s": "x"}])
async def test_strange_times_are_refused(play: Play, body: dict[str, object]) -> None:
    assert (await play.program.post("/open/v1/sandbox/time", json=body)).status_code == 400


async def _program_of_real_shop(stage: Stage) -> httpx.AsyncClient:
    token = await make_app_token(stage.seller, stage.shop_id, ("orders:write",), stage.program)
    stage.program.headers["authorization"] = f"Bearer {token}"
    return stage.program


async def _me(client: httpx.AsyncClient) -> UUID:
    return UUID((await client.get("/api/me")).json()["account_id"])


async def _checkout(client: httpx.AsyncClient, product: Any) -> httpx.Response:
    address = {"recipient": "王小丹", "phone": "13800000001", "region": "辽宁省 丹东市", "detail": "锦山大街 1 号"}
    address_id = (await client.post("/api/me/addresses", json=address)).json()["address_id"]
    line = {"sku_id": product["skus"][0]["sku_id"], "quantity": 1, "price_minor": PRICE_MINOR}
    return await client.post(
        "/api/checkout", json={"address_id": address_id, "lines": [line]}, headers={"idempotency-key": "k"}
    )


async def _buy(client: httpx.AsyncClient, product: Any) -> str:
    answer = await _checkout(client, product)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["orders"][0]["order_id"])
