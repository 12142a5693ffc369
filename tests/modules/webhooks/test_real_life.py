"""What people do in the shop, through the doors that they use, arrives at the shop's own system."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.conftest import SignUp
from tests.live.stage import Stage
from tests.modules.aftersales.counter import PRICE_MINOR, SHIPMENT, Counter
from tests.modules.settlement.test_payouts import make_batch, released, tell
from tests.modules.settlement.till import Till
from tests.modules.webhooks.desk import Desk
from tests.modules.webhooks.receiver import Got, Receiver

from xiaodian.contracts.aftersales import AfterSaleState
from xiaodian.contracts.live import RoomState
from xiaodian.contracts.media import StreamEnded, StreamInterrupted, StreamStarted
from xiaodian.contracts.payments import ChargeId
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.payments import api as payments
from xiaodian.modules.payments.service.sandbox_books import RefundPlan
from xiaodian.modules.webhooks.catalogue import CATALOGUE


@pytest.fixture
async def operator(desk: Desk, sign_up: SignUp) -> httpx.AsyncClient:
    """Somebody of the platform."""
    client, account_id = await sign_up("运营")
    async with desk.ctx.database.connection() as connection:
        await accounts.grant_operator(connection, account_id)
    return client


@pytest.fixture
async def counter(desk: Desk, operator: httpx.AsyncClient) -> Counter:
    """The desk's shop, where buyers ask for their money."""
    return Counter(desk.market, await desk.market.buyer(), operator)


async def delivered(desk: Desk, receiver: Receiver, secret: str, subject_id: object) -> list[Got]:
    """What the receiver has got about one subject; each call verifies, and the numbers have no gap."""
    await desk.take_in()
    await desk.deliver()
    receiver.verify_all(secret)
    told = [one for one in receiver.messages if one.subject["id"] == str(subject_id)]
    assert [one.sequence for one in told] == list(range(1, len(told) + 1))
    return told


async def test_a_room_from_the_first_picture_to_the_end(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    market = desk.market
    stage = Stage(desk.ctx, market.seller, market.seller_id, await market.room())
    sku_id = await market.sku()
    product_id = await market.product_id(sku_id)
    await market.bag(stage.room_id, product_id)
    await stage.go_on_air()
    assert (await market.seller.put(f"{stage.control}/featured", json={"product_id": product_id})).is_success
    buyer = await market.buyer()
    [order] = await buyer.orders([(sku_id, 2, PRICE_MINOR, stage.room_id)])
    await buyer.pay(order["order_id"])
    assert (await market.seller.delete(f"{stage.control}/featured")).is_success
    stream_id, at_ms = await stage.stream_id(), to_epoch_ms(utc_now())
    await stage.happen("live-streams", StreamInterrupted(stream_id=stream_id, at_ms=at_ms))
    await stage.happen("live-streams", StreamStarted(stream_id=stream_id, at_ms=at_ms + 1, is_return=True))
    await stage.happen("live-streams", StreamEnded(stream_id=stream_id, at_ms=at_ms + 2, duration_ms=2))
    told = await delivered(desk, receiver, endpoint["secret"], stage.room_id)
    assert [one.type for one in told] == [
        "room.on_air",
        "room.featured",
        "room.purchase",
        "room.unfeatured",
        "room.interrupted",
        "room.on_air",
        "room.ended",
    ]
    featured, purchase, unfeatured = told[1:4]
    assert featured.data["cue_id"] == unfeatured.data["cue_id"]
    assert (purchase.data["order_id"], purchase.data["quantity"]) == (order["order_id"], 2)
    assert purchase.data["amount_minor"] == 2 * PRICE_MINOR


async def test_an_exchange_and_a_quarrel_step_by_step(desk: Desk, receiver: Receiver, counter: Counter) -> None:
    endpoint = await desk.make(receiver.url)
    buyer, seller = counter.buyer.client, counter.seller
    exchanged, quarrelled = [await counter.shipped(await desk.market.sku()) for _ in range(2)]
    asked = await counter.ask(exchanged, "exchange")
    await counter.agree(asked)
    await counter.send_back(asked)
    await counter.do(seller, asked, "return-receipt")
    await counter.do(seller, asked, "resend", SHIPMENT)
    await counter.do(buyer, asked, "exchange-receipt")
    asked = await counter.ask(quarrelled, "refund_only", refund_minor=500)
    await counter.do(seller, asked, "offer", {"kind": "refund_only", "refund_minor": 101, "note": "补偿"})
    await counter.do(buyer, asked, "offer/refusal")
    await counter.refuse(asked)
    await counter.do(buyer, asked, "request-again", {"description": "真的坏了"})
    await counter.refuse(asked)
    await counter.escalate(asked)
    await counter.do(buyer, asked, "evidence", {"text": "照片"})
    await counter.rule(asked, "seller")
    steps = [one.type for one in await delivered(desk, receiver, endpoint["secret"], exchanged["order_id"])]
    assert [step for step in steps if step.startswith("after_sale")] == [
        "after_sale.opened",
        "after_sale.awaiting_return",
        "after_sale.returning",
        "after_sale.awaiting_resend",
        "after_sale.resent",
        "after_sale.exchanged",
    ]
    steps = [one.type for one in await delivered(desk, receiver, endpoint["secret"], quarrelled["order_id"])]
    assert [step for step in steps if step.startswith("after_sale")] == [
        "after_sale.opened",
        "after_sale.offered",
        "after_sale.requested",
        "after_sale.refused",
        "after_sale.requested",
        "after_sale.refused",
        "after_sale.escalated",
        "after_sale.updated",
        "after_sale.closed",
    ]


async def test_a_refund_that_the_provider_refuses_first(desk: Desk, receiver: Receiver, counter: Counter) -> None:
    endpoint = await desk.make(receiver.url)
    order = await counter.buyer.order(await desk.market.sku())
    charge_id = ChargeId(UUID((await counter.buyer.pay(order["order_id"]))["charge_id"]))
    sandbox = payments.Providers(desk.ctx).get_sandbox()
    await sandbox.books.plan_refunds(charge_id, RefundPlan.FAIL)
    asked = await counter.ask(order, "refund_only")
    await counter.agree(asked)
    await counter.work()
    await sandbox.books.plan_refunds(charge_id, RefundPlan.SUCCEED)
    [refund] = (await counter.operator.get("/api/operator/refunds")).json()["items"]
    retried = await counter.operator.post(
        f"/api/operator/refunds/{refund['refund_id']}/retry", headers={"Idempotency-Key": "again"}
    )
    assert retried.status_code == 200, retried.text
    await counter.work()
    told = await delivered(desk, receiver, endpoint["secret"], order["order_id"])
    money: list[tuple[str, Any]] = [
        (one.type, one.data["amount_minor"]) for one in told if one.type.startswith("payment.")
    ]
    assert money == [
        ("payment.captured", PRICE_MINOR),
        ("payment.refund_failed", PRICE_MINOR),
        ("payment.refunded", PRICE_MINOR),
    ]
    types = [one.type for one in told]
    assert types.index("after_sale.opened") < types.index("after_sale.refunding")
    assert types[-1] == "after_sale.refunded"
    assert types.count("order.cancelled") == 1


async def test_a_sale_becomes_money_and_the_money_goes_to_the_bank(
    desk: Desk, receiver: Receiver, operator: httpx.AsyncClient, sign_up: SignUp
) -> None:
    endpoint = await desk.make(receiver.url)
    till = await Till.open(desk.market, sign_up)
    order_id = await till.sold(fee_bp=1000)
    [settled] = [
        one for one in await delivered(desk, receiver, endpoint["secret"], order_id) if one.type.startswith("settle")
    ]
    fee = PRICE_MINOR // 10
    assert (settled.data["shop_minor"], settled.data["fee_minor"]) == (PRICE_MINOR - fee, fee)
    await till.rich(10_000)
    paid, failed = [await released(till, operator, amount) for amount in (2_000, 3_000)]
    batch = await make_batch(operator)
    await tell(operator, batch["batch_id"], f"{paid},paid,\n{failed},failed,账号错误\n")
    rejected = (await till.ask_payout(1_000)).json()["payout_id"]
    answer = await operator.post(
        f"/api/operator/payouts/{rejected}/rejection", json={"reason": "请补充资料"}, headers={"Idempotency-Key": "no"}
    )
    assert answer.status_code == 200, answer.text
    for payout_id, end in ((paid, "payout.sent"), (failed, "payout.failed"), (rejected, "payout.rejected")):
        told = await delivered(desk, receiver, endpoint["secret"], payout_id)
        assert [one.type for one in told] == ["payout.requested", end]


def test_each_state_that_is_told_of_has_its_type() -> None:
    names = {f"after_sale.{state}" for state in AfterSaleState}
    names |= {f"room.{state}" for state in RoomState if state is not RoomState.PLANNED}
    assert names <= set(CATALOGUE)
