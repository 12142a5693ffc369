"""Refused, asked again, refused again, decided by the operator."""

from typing import Any

import pytest
from tests.modules.aftersales.counter import ADDRESS, FREIGHT_MINOR, PICTURE, PRICE_MINOR, SHIPMENT, Counter


async def escalated(counter: Counter, kind: str = "refund_only") -> tuple[dict[str, Any], dict[str, Any]]:
    """An order and its after-sale that the seller refused and the buyer had escalated."""
    order = await counter.shipped(await counter.market.sku(stock=10), 2)
    asked = await counter.ask(order, kind, 1)
    await counter.refuse(asked)
    return order, await counter.escalate(asked)


async def test_after_a_second_refusal_only_the_operator_is_left(counter: Counter) -> None:
    asked = await counter.ask(await counter.shipped(await counter.market.sku()), "refund_only")
    refused = await counter.refuse(asked)
    assert (refused["state"], refused["refusals"], refused["history"][-1]["note"]) == ("refused", 1, "已拆封")
    assert (await counter.see(asked))["allowed"] == ["request_again", "escalate", "withdraw"]
    again = {"description": "请看照片", "picture_urls": [PICTURE]}
    assert (await counter.do(counter.buyer.client, asked, "request-again", again))["state"] == "requested"
    assert (await counter.refuse(asked))["refusals"] == 2
    third = await counter.try_to(counter.buyer.client, asked, "request-again", again)
    assert (third.status_code, third.json()["code"]) == (409, "illegal_move")
    assert third.json()["params"] == {"state": "refused", "allowed": ["escalate", "withdraw"]}
    taken = await counter.escalate(asked)
    assert (taken["state"], taken["waits_for"]) == ("escalated", "operator")


async def test_ruled_for_the_buyer_the_money_goes_back(counter: Counter) -> None:
    order, asked = await escalated(counter)
    assert (await counter.rule(asked, "buyer"))["state"] == "refunding"
    await counter.work()
    done = await counter.see(asked)
    assert (done["state"], done["refund_minor"]) == ("refunded", PRICE_MINOR)
    assert await counter.escrow(order) == PRICE_MINOR


async def test_ruled_for_the_buyer_with_freight_the_carriage_goes_back_too(counter: Counter) -> None:
    await counter.market.freight(FREIGHT_MINOR)
    order, asked = await escalated(counter)
    ruled = await counter.rule(asked, "buyer", with_freight=True)
    assert (ruled["refund_minor"], ruled["freight_minor"]) == (PRICE_MINOR + FREIGHT_MINOR, FREIGHT_MINOR)
    assert await counter.escrow(order) == PRICE_MINOR


async def test_ruled_for_the_buyer_the_goods_come_back_first_to_where_the_seller_says(counter: Counter) -> None:
    _, asked = await escalated(counter, "return_refund")
    ruled = await counter.rule(asked, "buyer")
    assert (ruled["state"], ruled["return_address"], ruled["waits_for"]) == ("awaiting_return", None, "seller")
    told = await counter.do(counter.seller, asked, "agreement", {"return_address": ADDRESS})
    assert (told["state"], told["waits_for"]) == ("awaiting_return", "buyer")
    assert (await counter.send_back(asked))["state"] == "returning"


async def test_ruled_for_the_seller_it_is_over_and_the_order_goes_on(counter: Counter) -> None:
    order, asked = await escalated(counter)
    ruled = await counter.rule(asked, "seller")
    assert (ruled["state"], ruled["history"][-1]["by"], ruled["history"][-1]["note"]) == (
        "closed",
        "operator",
        "依据照片",
    )
    assert (await counter.holds(order), await counter.escrow(order)) == (0, 2 * PRICE_MINOR)
    assert (await counter.see(asked))["allowed"] == []


async def test_evidence_is_asked_of_both_and_then_it_is_the_operators_turn_again(counter: Counter) -> None:
    _, asked = await escalated(counter)
    wanted = await counter.rule(asked, "evidence")
    assert (wanted["state"], wanted["evidence_wanted"]) == ("escalated", True)
    shown = {"text": "开箱视频截图", "picture_urls": [PICTURE]}
    for who in (counter.buyer.client, counter.seller):
        more = await counter.do(who, asked, "evidence", shown)
        assert more["deadline_at_ms"] == wanted["deadline_at_ms"]
    assert [step["by"] for step in more["history"][-2:]] == ["buyer", "seller"]
    assert (await counter.rule(asked, "buyer"))["state"] == "refunding"


async def test_evidence_has_an_end(counter: Counter) -> None:
    _, asked = await escalated(counter)
    for _ in range(20):
        await counter.do(counter.buyer.client, asked, "evidence", {"text": "再看"})
    full = await counter.try_to(counter.buyer.client, asked, "evidence", {"text": "再看"})
    assert (full.status_code, full.json()["params"]) == (409, {"reason": "too_much_evidence", "limit": 20})


async def test_sent_to_talk_the_seller_must_answer_once_more(counter: Counter) -> None:
    _, asked = await escalated(counter)
    talking = await counter.rule(asked, "negotiate")
    assert (talking["state"], talking["waits_for"]) == ("requested", "seller")
    await counter.stay_silent(4)
    assert (await counter.see(asked))["state"] == "refunding"


async def test_a_buyer_withdraws_what_was_escalated(counter: Counter) -> None:
    order, asked = await escalated(counter)
    assert (await counter.do(counter.buyer.client, asked, "withdrawal"))["state"] == "closed"
    assert await counter.holds(order) == 0


@pytest.mark.parametrize(
    ("outcome", "state"), [("buyer", "refunding"), ("seller", "closed"), ("negotiate", "returning")]
)
async def test_a_seller_who_got_an_empty_parcel_has_it_decided(counter: Counter, outcome: str, state: str) -> None:
    sku_id = await counter.market.sku(stock=10)
    asked = await counter.ask(await counter.shipped(sku_id), "return_refund")
    await counter.agree(asked)
    await counter.send_back(asked)
    await counter.do(counter.seller, asked, "escalation", {"note": "空包裹"})
    assert (await counter.rule(asked, outcome))["state"] == state
    assert await counter.market.stock(sku_id) == (9, 0, 1)


async def test_an_exchange_that_is_faulty_again_becomes_money_by_ruling(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=10)
    order = await counter.shipped(sku_id, 2)
    asked = await counter.ask(order, "exchange", 1)
    await counter.agree(asked)
    await counter.send_back(asked)
    await counter.do(counter.seller, asked, "return-receipt")
    await counter.do(counter.seller, asked, "resend", SHIPMENT)
    await counter.escalate(asked)
    ruled = await counter.rule(asked, "buyer")
    assert (ruled["kind"], ruled["refund_minor"]) == ("return_refund", PRICE_MINOR)
    assert "turn_to_refund" in [step["deed"] for step in ruled["history"]]
    await counter.work()
    assert (await counter.see(asked))["state"] == "refunded"
    assert await counter.market.stock(sku_id) == (8, 0, 2)


async def test_only_operators_rule_and_nobody_does_what_belongs_to_another(counter: Counter) -> None:
    _, asked = await escalated(counter)
    ruling = {"outcome": "buyer", "note": "我赢"}
    for who in (counter.buyer.client, counter.seller):
        assert (await counter.try_to(who, asked, "ruling", ruling)).status_code == 403
    for deed, body in (
        ("agreement", {}),
        ("refusal", {"reason": "不"}),
        ("return-receipt", None),
        ("resend", SHIPMENT),
    ):
        for who in (counter.buyer.client, counter.operator):
            assert (await counter.try_to(who, asked, deed, body)).status_code == 404, deed
    for deed in ("withdrawal", "exchange-receipt"):
        for who in (counter.seller, counter.operator):
            assert (await counter.try_to(who, asked, deed)).status_code == 404, deed
    assert (await counter.see(asked))["state"] == "escalated"


@pytest.mark.parametrize(
    ("deed", "body"),
    [
        ("refusal", {"reason": " "}),
        ("refusal", {"reason": ""}),
        ("refusal", {"reason": "不", "picture_urls": ["//evil.example/a.png"]}),
        ("refusal", {"reason": "\u0000"}),
    ],
)
async def test_a_refusal_says_why(counter: Counter, deed: str, body: dict[str, Any]) -> None:
    asked = await counter.ask(await counter.shipped(await counter.market.sku()), "refund_only")
    assert (await counter.try_to(counter.seller, asked, deed, body)).status_code in (400, 422)
    assert (await counter.see(asked))["state"] == "requested"
