"""Money back without goods back: before shipping, and as a compensation afterwards."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.conftest import once
from tests.modules.aftersales.counter import FREIGHT_MINOR, PICTURE, PRICE_MINOR, SHIPMENT, Counter

from xiaodian.contracts.payments import ChargeId, PaymentRefunded, RefundFailed, RefundId
from xiaodian.infra import outbox


async def test_a_buyer_gets_all_back_with_freight_for_what_was_never_shipped(counter: Counter) -> None:
    await counter.market.freight(FREIGHT_MINOR)
    sku_id = await counter.market.sku(stock=10)
    order = await counter.paid(sku_id, 2)
    asked = await counter.ask(order, "refund_only", 2, reason="not_wanted", picture_urls=[PICTURE])
    assert (asked["state"], asked["waits_for"], asked["allowed"]) == ("requested", "seller", ["withdraw"])
    assert (asked["refund_minor"], asked["freight_minor"]) == (2 * PRICE_MINOR + FREIGHT_MINOR, FREIGHT_MINOR)
    assert await counter.holds(order) == 1
    agreed = await counter.agree(asked)
    assert (agreed["state"], agreed["waits_for"], agreed["deadline_at_ms"]) == ("refunding", "provider", None)
    assert (await counter.buyer.see(order["order_id"]))["state"] == "cancelled"
    assert await counter.market.stock(sku_id) == (10, 0, 0)
    assert (await counter.escrow(order), await counter.holds(order)) == (0, 0)
    await counter.work()
    done = await counter.see(asked)
    assert (done["state"], done["waits_for"], done["allowed"]) == ("refunded", None, [])
    assert [(step["deed"], step["by"], step["state"]) for step in done["history"]] == [
        ("open", "buyer", "requested"),
        ("agree", "seller", "refunding"),
        ("refund_succeeded", "provider", "refunded"),
    ]
    assert done["history"][0]["picture_urls"] == [PICTURE]
    assert await counter.market.balances() == {}


async def test_part_of_an_unshipped_line_goes_back_and_the_rest_is_shipped(counter: Counter) -> None:
    await counter.market.freight(FREIGHT_MINOR)
    sku_id = await counter.market.sku(stock=10)
    order = await counter.paid(sku_id, 3)
    asked = await counter.ask(order, "refund_only", 1)
    assert asked["refund_minor"] == PRICE_MINOR
    await counter.agree(asked)
    assert await counter.market.stock(sku_id) == (8, 0, 2)
    seen = await counter.buyer.see(order["order_id"])
    assert (seen["state"], seen["lines"][0]["refunded_quantity"]) == ("paid", 1)
    await counter.work()
    rest = await counter.ask(order, "refund_only", 2)
    assert rest["refund_minor"] == 2 * PRICE_MINOR + FREIGHT_MINOR
    await counter.agree(rest)
    await counter.work()
    assert (await counter.buyer.see(order["order_id"]))["state"] == "cancelled"
    assert await counter.market.balances() == {}


async def test_a_compensation_leaves_the_goods_with_the_buyer_and_the_stock_sold(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    order = await counter.shipped(sku_id, 2)
    asked = await counter.ask(order, "refund_only", 2, refund_minor=500)
    await counter.agree(asked)
    await counter.work()
    assert (await counter.see(asked))["state"] == "refunded"
    seen = await counter.buyer.see(order["order_id"])
    assert (seen["state"], seen["refunded_minor"], seen["lines"][0]["refunded_quantity"]) == ("shipped", 500, 0)
    assert await counter.market.stock(sku_id) == (8, 0, 2)
    assert await counter.escrow(order) == 2 * PRICE_MINOR - 500


@pytest.mark.parametrize("kind", ["return_refund", "exchange"])
async def test_goods_that_were_not_shipped_cannot_be_sent_back(counter: Counter, kind: str) -> None:
    order = await counter.paid(await counter.market.sku())
    refused = await counter.try_ask(order, kind)
    assert (refused.status_code, refused.json()["code"]) == (409, "after_sale_not_possible")
    assert refused.json()["params"] == {"reason": "kind", "allowed": ["refund_only"]}
    assert await counter.holds(order) == 0


async def test_what_was_not_paid_or_is_cancelled_has_no_after_sale(counter: Counter) -> None:
    sku_id = await counter.market.sku()
    unpaid = await counter.buyer.order(sku_id)
    assert (await counter.try_ask(unpaid, "refund_only")).json()["params"]["reason"] == "order_state"
    await counter.buyer.client.post(f"/api/orders/{unpaid['order_id']}/cancel", json={"reason": None}, headers=once())
    assert (await counter.try_ask(unpaid, "refund_only")).json()["params"]["reason"] == "order_state"


async def test_more_than_was_paid_is_refused_and_nothing_is_written(counter: Counter) -> None:
    order = await counter.shipped(await counter.market.sku(), 2)
    too_much = await counter.try_ask(order, "refund_only", 1, refund_minor=PRICE_MINOR + 1)
    assert (too_much.status_code, too_much.json()["code"]) == (409, "refund_too_large")
    assert too_much.json()["params"] == {"left_minor": PRICE_MINOR}
    too_many = await counter.try_ask(order, "refund_only", 3)
    assert too_many.json()["params"] == {"reason": "nothing_left", "left": 2}
    assert (await counter.try_ask(order, "refund_only", line_no=7)).status_code == 422
    assert await counter.market.count("aftersales.after_sale") == 0
    assert await counter.holds(order) == 0


async def test_a_line_has_one_open_after_sale_at_a_time_and_five_at_most(counter: Counter) -> None:
    order = await counter.shipped(await counter.market.sku(), 2)
    for _ in range(5):
        asked = await counter.ask(order, "refund_only", 1)
        assert (await counter.try_ask(order, "exchange", 1)).json()["params"]["reason"] == "is_open"
        withdrawn = await counter.do(counter.buyer.client, asked, "withdrawal")
        assert withdrawn["state"] == "closed"
    assert (await counter.try_ask(order, "refund_only", 1)).json()["params"] == {"reason": "too_often", "limit": 5}
    assert await counter.holds(order) == 0


async def test_a_repeated_request_opens_one_and_pays_once(counter: Counter) -> None:
    order = await counter.paid(await counter.market.sku(), 2)
    body = {"line_no": 0, "kind": "refund_only", "quantity": 1, "reason": "other"}
    path, key = f"/api/orders/{order['order_id']}/after-sales", {"Idempotency-Key": "once"}
    first, again = [await counter.buyer.client.post(path, json=body, headers=key) for _ in range(2)]
    assert (first.status_code, again.json()) == (201, first.json())
    other = await counter.buyer.client.post(path, json=body | {"quantity": 2}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    agreed = [await counter.try_to(counter.seller, first.json(), "agreement", {}, key="pay") for _ in range(2)]
    assert agreed[0].json() == agreed[1].json()
    assert await counter.market.count("payments.refund") == 1
    assert (await counter.try_to(counter.seller, first.json(), "agreement", {})).status_code == 409


async def test_an_order_cancelled_meanwhile_closes_its_after_sale_and_pays_once(counter: Counter) -> None:
    order = await counter.paid(await counter.market.sku(), 2)
    asked = await counter.ask(order, "refund_only", 2)
    cancelled = await counter.buyer.client.post(
        f"/api/orders/{order['order_id']}/cancel", json={"reason": None}, headers=once()
    )
    assert cancelled.status_code == 200, cancelled.text
    late = await counter.agree(asked)
    assert (late["state"], late["history"][-1]["deed"], late["history"][-1]["by"]) == ("closed", "void", "clock")
    await counter.work()
    assert await counter.market.balances() == {}
    assert await counter.holds(order) == 0


async def test_an_after_sale_of_a_cancelled_order_closes_by_itself(counter: Counter) -> None:
    order = await counter.paid(await counter.market.sku(), 2)
    asked = await counter.ask(order, "refund_only", 2)
    await counter.seller.post(f"/api/orders/{order['order_id']}/cancel", json={"reason": None}, headers=once())
    await counter.work()
    assert (await counter.see(asked))["state"] == "closed"
    assert await counter.stay_silent() == 0
    assert await counter.market.balances() == {}


async def test_a_seller_who_ships_instead_of_answering_has_refused(counter: Counter) -> None:
    order = await counter.paid(await counter.market.sku())
    asked = await counter.ask(order, "refund_only")
    shipped = await counter.seller.post(f"/api/orders/{order['order_id']}/shipment", json=SHIPMENT)
    assert shipped.status_code == 200
    later = await counter.ask(await counter.shipped(await counter.market.sku()), "refund_only")
    await counter.work()
    seen = await counter.see(asked)
    assert (seen["state"], seen["refusals"], seen["history"][-1]["deed"]) == ("refused", 1, "shipped")
    assert seen["allowed"] == ["request_again", "escalate", "withdraw"]
    assert (await counter.see(later))["state"] == "requested"


async def test_a_refund_that_the_provider_refuses_waits_for_an_operator_until_it_succeeds(counter: Counter) -> None:
    asked = await counter.ask(await counter.paid(await counter.market.sku()), "refund_only")
    await counter.agree(asked)
    refund: dict[str, Any] = {
        "order_id": UUID(asked["order_id"]),
        "shop_id": counter.market.shop_id,
        "refund_id": RefundId(UUID(asked["after_sale_id"])),
        "amount_minor": PRICE_MINOR,
    }
    succeeded = PaymentRefunded(charge_id=ChargeId(uuid4()), currency="CNY", **refund)
    states = []
    for event in (RefundFailed(**refund), succeeded, succeeded, RefundFailed(**refund)):
        async with counter.ctx.database.transaction() as connection:
            await outbox.emit(connection, event)
        await counter.tell()
        seen = await counter.see(asked)
        states.append((seen["state"], seen["waits_for"]))
    assert states == [("refunding", "operator"), ("refunded", None), ("refunded", None), ("refunded", None)]
    assert [step["deed"] for step in seen["history"]] == ["open", "agree", "refund_failed", "refund_succeeded"]
    assert await counter.market.events("AfterSaleChanged") == ["AfterSaleChanged"] * 4


async def test_goods_that_the_platform_alone_paid_go_back_to_it_without_a_payment_provider(counter: Counter) -> None:
    await counter.market.freight(FREIGHT_MINOR)
    await counter.market.platform_coupon(off_minor=2 * PRICE_MINOR)
    order = await counter.shipped(await counter.market.sku(), 2, platform_coupon_code="PLAT10")
    asked = await counter.ask(order, "refund_only", 1)
    assert asked["refund_minor"] == 0
    agreed = await counter.agree(asked)
    assert [step["state"] for step in agreed["history"]] == ["requested", "refunding", "refunded"]
    assert await counter.market.count("payments.refund") == 0
    subsidy_minor = 2 * PRICE_MINOR - 1
    assert await counter.market.balances() == {
        "provider": -FREIGHT_MINOR - 1,
        "platform": -subsidy_minor + subsidy_minor // 2,
        "escrow": FREIGHT_MINOR + 1 + subsidy_minor - subsidy_minor // 2,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"picture_urls": ["https://elsewhere.example/spy.png"]},
        {"picture_urls": [PICTURE] * 10},
        {"reason": "because"},
        {"quantity": 0},
        {"refund_minor": 0},
        {"description": "a\u0000b"},
        {"description": "很" * 1001},
        {"kind": "price_protection"},
        {"unknown": 1},
    ],
)
async def test_what_does_not_fit_is_refused(counter: Counter, wrong: dict[str, Any]) -> None:
    order = await counter.shipped(await counter.market.sku())
    answer = await counter.try_ask(order, "refund_only", **wrong)
    assert answer.status_code in (400, 422), answer.text
    assert await counter.market.count("aftersales.after_sale") == 0
