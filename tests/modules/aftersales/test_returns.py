"""Goods come back first: for money, or for other goods."""

from typing import Any

import pytest
from tests.modules.aftersales.counter import ADDRESS, BACK, PRICE_MINOR, SHIPMENT, Counter


async def test_goods_sent_back_and_received_bring_the_money_and_are_for_sale_again(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    order = await counter.shipped(sku_id, 3)
    asked = await counter.ask(order, "return_refund", 2, reason="not_wanted")
    assert (asked["refund_minor"], asked["return_freight_by"]) == (2 * PRICE_MINOR, "buyer")
    agreed = await counter.agree(asked)
    assert (agreed["state"], agreed["waits_for"], agreed["return_address"]) == ("awaiting_return", "buyer", ADDRESS)
    assert (await counter.see(asked))["allowed"] == ["ship_return", "withdraw"]
    sent = await counter.send_back(asked)
    assert (sent["state"], sent["waits_for"]) == ("returning", "seller")
    assert sent["return_shipment"]["tracking_number"] == BACK["tracking_number"]
    assert await counter.market.stock(sku_id) == (7, 0, 3)
    received = await counter.do(counter.seller, asked, "return-receipt")
    assert received["state"] == "refunding"
    assert await counter.market.stock(sku_id) == (9, 0, 1)
    await counter.work()
    assert (await counter.see(asked))["state"] == "refunded"
    assert await counter.escrow(order) == PRICE_MINOR
    assert (await counter.buyer.see(order["order_id"]))["lines"][0]["refunded_quantity"] == 2


async def test_goods_that_came_back_broken_are_not_sold_again(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    asked = await counter.ask(await counter.shipped(sku_id), "return_refund", reason="damaged")
    await counter.agree(asked)
    await counter.send_back(asked)
    await counter.do(counter.seller, asked, "return-receipt", {"is_for_sale": False})
    assert await counter.market.stock(sku_id) == (9, 0, 1)


async def test_an_agreement_to_a_return_needs_an_address_once(counter: Counter) -> None:
    sku_id = await counter.market.sku()
    asked = await counter.ask(await counter.shipped(sku_id), "return_refund")
    nowhere = await counter.try_to(counter.seller, asked, "agreement", {})
    assert (nowhere.status_code, nowhere.json()["field"]) == (422, "return_address")
    bad = await counter.try_to(counter.seller, asked, "agreement", {"return_address": ADDRESS | {"phone": "x"}})
    assert bad.status_code == 422
    assert (await counter.see(asked))["state"] == "requested"
    await counter.agree(asked)
    another = await counter.ask(await counter.shipped(sku_id), "return_refund")
    assert (await counter.do(counter.seller, another, "agreement", {}))["return_address"] == ADDRESS


@pytest.mark.parametrize(
    "parcel",
    [BACK | {"tracking_number": "12"}, BACK | {"carrier": " "}, {"carrier": "中通"}, BACK | {"carrier": "a\tb"}],
)
async def test_a_return_without_a_proper_number_is_refused(counter: Counter, parcel: dict[str, str]) -> None:
    asked = await counter.ask(await counter.shipped(await counter.market.sku()), "return_refund")
    await counter.agree(asked)
    answer = await counter.try_to(counter.buyer.client, asked, "return-shipment", parcel)
    assert answer.status_code in (400, 422), answer.text
    assert (await counter.see(asked))["state"] == "awaiting_return"


async def _exchange_on_the_way(counter: Counter, sku_id: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    order = await counter.shipped(sku_id, 2)
    asked = await counter.ask(order, "exchange", 1)
    await counter.agree(asked)
    await counter.send_back(asked)
    return order, asked


async def test_an_exchange_takes_a_piece_from_the_shelf_and_gives_the_old_one_back(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    order, asked = await _exchange_on_the_way(counter, sku_id)
    assert asked["refund_minor"] == 0
    assert await counter.market.stock(sku_id) == (7, 0, 3)
    received = await counter.do(counter.seller, asked, "return-receipt")
    assert (received["state"], received["waits_for"]) == ("awaiting_resend", "seller")
    assert await counter.market.stock(sku_id) == (8, 0, 2)
    resent = await counter.do(counter.seller, asked, "resend", SHIPMENT)
    assert (resent["state"], resent["resend_shipment"]["carrier"]) == ("resent", "顺丰速运")
    done = await counter.do(counter.buyer.client, asked, "exchange-receipt")
    assert (done["state"], done["allowed"]) == ("exchanged", [])
    assert await counter.market.stock(sku_id) == (8, 0, 2)
    assert (await counter.escrow(order), await counter.holds(order)) == (2 * PRICE_MINOR, 0)
    assert await counter.market.count("payments.refund") == 0


async def test_an_exchange_without_goods_is_refused_to_the_seller_with_what_is_missing(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=3)
    asked = await counter.ask(await counter.shipped(sku_id, 2), "exchange", 2)
    refused = await counter.try_to(counter.seller, asked, "agreement", {"return_address": ADDRESS})
    assert (refused.status_code, refused.json()["code"]) == (409, "after_sale_not_possible")
    assert refused.json()["params"] == {"reason": "no_replacement", "missing": 1}
    assert await counter.market.stock(sku_id) == (1, 0, 2)
    assert (await counter.see(asked))["state"] == "requested"


async def test_an_exchange_that_the_buyer_withdraws_frees_the_piece(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    asked = await counter.ask(await counter.shipped(sku_id, 2), "exchange", 1)
    await counter.agree(asked)
    assert await counter.market.stock(sku_id) == (7, 0, 3)
    assert (await counter.do(counter.buyer.client, asked, "withdrawal"))["state"] == "closed"
    assert await counter.market.stock(sku_id) == (8, 0, 2)


async def test_flash_sale_pieces_sent_back_are_ordinary_stock_again(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    await counter.market.flash_sale(sku_id, 1000, 4)
    placed = await counter.buyer.orders([(sku_id, 2, 1000)])
    order_id = placed[0]["order_id"]
    await counter.buyer.pay(order_id)
    await counter.seller.post(f"/api/orders/{order_id}/shipment", json=SHIPMENT)
    assert await counter.market.stock(sku_id) == (6, 0, 0)
    asked = await counter.ask(placed[0], "return_refund", 2)
    assert asked["refund_minor"] == 2000
    await counter.agree(asked)
    await counter.send_back(asked)
    await counter.do(counter.seller, asked, "return-receipt")
    assert (await counter.market.stock(sku_id))[0] == 8
