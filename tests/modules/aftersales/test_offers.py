"""A seller answers with an offer: the buyer takes it and it is carried out, or what was asked stands as before."""

from typing import Any

import pytest
from tests.modules.aftersales.counter import ADDRESS, Counter
from tests.modules.orders.market import PRICE_MINOR

OFFER = {"kind": "refund_only", "refund_minor": 1000, "note": "补偿十元，草莓您留着吃"}


async def asked(counter: Counter, kind: str = "return_refund") -> dict[str, Any]:
    """What a buyer asks for goods that came."""
    return await counter.ask(await counter.completed(await counter.market.sku()), kind)


async def offer(counter: Counter, after_sale: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The seller offers something else."""
    return await counter.do(counter.seller, after_sale, "offer", OFFER | more)


async def test_a_part_of_the_money_is_offered_taken_and_paid_and_the_buyer_keeps_the_goods(counter: Counter) -> None:
    after_sale = await asked(counter)
    offered = await offer(counter, after_sale)
    assert (offered["state"], offered["waits_for"], offered["silence_means"]) == ("offered", "buyer", "declined")
    assert offered["offer"] == {"kind": "refund_only", "refund_minor": 1000}
    assert offered["kind"] == "return_refund"
    assert (offered["history"][-1]["note"], offered["history"][-1]["offer"]) == (OFFER["note"], offered["offer"])
    taken = await counter.do(counter.buyer.client, after_sale, "offer/acceptance")
    assert (taken["state"], taken["kind"]) == ("refunding", "refund_only")
    assert (taken["refund_minor"], taken["offer"]) == (1000, None)
    order = await counter.buyer.see(after_sale["order_id"])
    assert (order["refunded_minor"], order["lines"][0]["refunded_quantity"]) == (1000, 0)


async def test_an_offer_is_taken_once_however_often_it_is_clicked(counter: Counter) -> None:
    after_sale = await asked(counter)
    await offer(counter, after_sale)
    path, buyer = "offer/acceptance", counter.buyer.client
    first, again = [await counter.try_to(buyer, after_sale, path, key="click") for _ in range(2)]
    assert (first.status_code, first.json()) == (200, again.json())
    assert (await counter.try_to(buyer, after_sale, path)).json()["code"] == "illegal_move"
    assert (await counter.buyer.see(after_sale["order_id"]))["refunded_minor"] == 1000


async def test_a_declined_offer_leaves_what_was_asked_and_the_seller_has_to_answer(counter: Counter) -> None:
    after_sale = await asked(counter)
    for _ in range(3):
        await offer(counter, after_sale)
        declined = await counter.do(counter.buyer.client, after_sale, "offer/refusal")
        assert (declined["state"], declined["offer"], declined["waits_for"]) == ("requested", None, "seller")
        assert (declined["kind"], declined["refund_minor"]) == ("return_refund", PRICE_MINOR)
    fourth = await counter.try_to(counter.seller, after_sale, "offer", OFFER)
    assert fourth.json()["code"] == "illegal_move"
    assert "offer" not in fourth.json()["params"]["allowed"]
    agreed = await counter.agree(after_sale)
    assert agreed["state"] == "awaiting_return"


async def test_a_buyer_who_says_nothing_has_not_taken_it(counter: Counter) -> None:
    after_sale = await asked(counter)
    await offer(counter, after_sale)
    await counter.stay_silent(days=3)
    later = await counter.see(after_sale)
    assert (later["state"], later["waits_for"], later["refund_minor"]) == ("requested", "seller", PRICE_MINOR)


async def test_goods_come_back_to_the_address_that_was_told_with_the_offer(counter: Counter) -> None:
    after_sale = await asked(counter, "refund_only")
    body = OFFER | {"kind": "return_refund", "refund_minor": PRICE_MINOR}
    nowhere = await counter.try_to(counter.seller, after_sale, "offer", body)
    assert (nowhere.status_code, nowhere.json()["field"]) == (422, "return_address")
    assert (await counter.see(after_sale))["state"] == "requested"
    await offer(counter, after_sale, kind="return_refund", refund_minor=PRICE_MINOR, return_address=ADDRESS)
    taken = await counter.do(counter.buyer.client, after_sale, "offer/acceptance")
    assert (taken["state"], taken["return_address"]) == ("awaiting_return", ADDRESS)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"refund_minor": PRICE_MINOR + 1}, "refund_too_large"),
        ({"refund_minor": 0}, "invalid_input"),
        ({"kind": "return_refund", "refund_minor": PRICE_MINOR}, "invalid_input"),
        ({"kind": "exchange", "refund_minor": 5, "return_address": ADDRESS}, "invalid_input"),
        ({"note": "  "}, "invalid_input"),
    ],
)
async def test_what_cannot_be_given_cannot_be_offered(counter: Counter, body: dict[str, Any], code: str) -> None:
    after_sale = await asked(counter)
    refused = await counter.try_to(counter.seller, after_sale, "offer", OFFER | body)
    assert refused.json()["code"] == code
    assert (await counter.see(after_sale))["state"] == "requested"


async def test_nobody_else_offers_takes_or_declines(counter: Counter) -> None:
    after_sale = await asked(counter)
    assert (await counter.try_to(counter.buyer.client, after_sale, "offer", OFFER)).status_code == 404
    await offer(counter, after_sale)
    for deed in ("offer/acceptance", "offer/refusal"):
        assert (await counter.try_to(counter.seller, after_sale, deed)).status_code == 404
    agreed = await counter.agree(after_sale)
    assert (agreed["state"], agreed["offer"]) == ("awaiting_return", None)
