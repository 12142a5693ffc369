"""Money that goes back by line, as after-sales have it: once, never too much, with the goods where they belong."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.conftest import SignUp
from tests.modules.orders.life import escrow, paid, post, refund, run_job, shipment, shipped
from tests.modules.orders.market import PRICE_MINOR, Buyer, Market, open_market

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import OrderId, OrderState
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import api as orders
from xiaodian.modules.orders.models import Role


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody who buys."""
    return await market.buyer()


async def snapshot(market: Market) -> tuple[Any, ...]:
    """What a refusal must leave as it is."""
    async with market.ctx.database.connection() as connection:
        lines = await connection.fetch("SELECT refunded_quantity, refunded_minor FROM orders.line ORDER BY order_id")
        stock = await connection.fetch("SELECT on_hand, reserved, sold FROM catalog.stock ORDER BY stock_id")
        counts = [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]
    return lines, stock, counts


TABLES = ("payments.refund", "orders.line_refund", "ledger.transfer", "infra.outbox", "orders.move")


async def test_a_part_of_a_shipped_line_goes_back_and_the_rest_is_still_to_be_received(
    market: Market, buyer: Buyer
) -> None:
    order = await shipped(market, buyer, 3)
    sku_id = UUID(order["lines"][0]["sku_id"])
    after = await refund(market, order["order_id"], (0, 1, PRICE_MINOR, 0))
    assert (after.state, after.refunded_minor, after.lines[0].left_quantity) == (OrderState.SHIPPED, PRICE_MINOR, 2)
    assert await escrow(market, order["order_id"]) == 2 * PRICE_MINOR == after.escrow_minor
    assert await market.stock(sku_id) == (7, 0, 3), "what is with the buyer is not for sale"
    await run_job(market.ctx, "payments_carry_out_refunds")
    assert await market.balances() == {"provider": -2 * PRICE_MINOR, "escrow": 2 * PRICE_MINOR}
    seen = await buyer.see(order["order_id"])
    assert (seen["refunded_minor"], seen["lines"][0]["refunded_quantity"]) == (PRICE_MINOR, 1)
    assert (await post(buyer.client, order, "receipt")).json()["state"] == "completed"


async def test_pieces_that_were_never_sent_are_for_sale_again_and_the_rest_can_be_shipped_or_cancelled(
    market: Market, buyer: Buyer
) -> None:
    sku_id = await market.sku()
    await market.limit(sku_id, 3)
    for ending, stock in (("shipment", (8, 0, 2)), ("cancel", (8, 0, 2))):
        order = await buyer.order(sku_id, 3) if ending == "shipment" else await buyer.order(sku_id, 1)
        await buyer.pay(order["order_id"])
        await refund(market, order["order_id"], (0, 1, PRICE_MINOR, 0))
        if ending == "shipment":
            assert (await post(market.seller, order, "shipment", shipment())).status_code == 200
        else:
            assert (await buyer.see(order["order_id"]))["state"] == "cancelled"
        assert await market.stock(sku_id) == stock
    refused = await buyer.checkout([(sku_id, 2)])
    assert refused.json()["params"]["left"] == 1


async def test_cancelling_after_a_partial_refund_gives_back_the_rest_and_no_more(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku()
    await market.freight(800)
    order = await buyer.order(sku_id, 3)
    await buyer.pay(order["order_id"])
    await refund(market, order["order_id"], (0, 1, PRICE_MINOR, 0))
    assert (await post(buyer.client, order, "cancel", {})).json()["refunded_minor"] == 3 * PRICE_MINOR + 800
    assert await market.stock(sku_id) == (10, 0, 0)
    assert await escrow(market, order["order_id"]) == 0
    await run_job(market.ctx, "payments_carry_out_refunds")
    assert await market.balances() == {}


@pytest.mark.parametrize("ending", ["paid", "shipped", "delivered"])
async def test_an_order_of_which_everything_went_back_is_closed(market: Market, buyer: Buyer, ending: str) -> None:
    await market.freight(800)
    await market.coupon(per_account=1)
    made = paid if ending == "paid" else shipped
    order = await made(market, buyer, 2, shops=market.said("SAVE5"))
    if ending == "delivered":
        body = {"events": [{"kind": "delivered", "at_ms": int(utc_now().timestamp() * 1000), "place": "", "text": ""}]}
        await post(market.seller, order, "tracking", body)
    goods_minor = 2 * PRICE_MINOR - 500
    after = await refund(market, order["order_id"], (0, 2, goods_minor, 0))
    assert after.state is OrderState(ending), "the freight is not back yet"
    after = await refund(market, order["order_id"], freight_minor=800)
    assert (after.state, after.escrow_minor) == (OrderState.CANCELLED, 0)
    seen = await buyer.see(order["order_id"])
    assert (seen["history"][-1]["by"], seen["allowed"]) == ("platform", [])
    assert await escrow(market, order["order_id"]) == 0
    assert (await market.stock(UUID(order["lines"][0]["sku_id"])))[2] == (0 if ending == "paid" else 2)
    used = await buyer.checkout([(await market.sku(), 1)], shops=market.said("SAVE5"))
    assert used.status_code == (201 if ending == "paid" else 409), "a coupon comes back only with what was never sent"


async def test_the_platform_gets_its_part_of_a_discount_back_with_the_goods(market: Market, buyer: Buyer) -> None:
    await market.platform_coupon()
    order = await shipped(market, buyer, 2, platform_coupon_code="PLAT10")
    assert await escrow(market, order["order_id"]) == 2 * PRICE_MINOR
    after = await refund(market, order["order_id"], (0, 1, PRICE_MINOR - 500, 500))
    assert await escrow(market, order["order_id"]) == PRICE_MINOR == after.escrow_minor
    assert (await market.balances())["platform"] == -500
    after = await refund(market, order["order_id"], (0, 1, PRICE_MINOR - 500, 500))
    assert after.state is OrderState.CANCELLED
    assert "platform" not in await market.balances()


async def test_a_refund_written_twice_gives_back_once(market: Market, buyer: Buyer) -> None:
    order = await shipped(market, buyer, 2)
    refund_id = uuid4()
    answers = [await refund(market, order["order_id"], (0, 1, PRICE_MINOR, 0), refund_id=refund_id) for _ in range(3)]
    assert {answer.refunded_minor for answer in answers} == {PRICE_MINOR}
    await asyncio.gather(
        *(refund(market, order["order_id"], (0, 1, 100, 0), refund_id=UUID(int=number // 2)) for number in range(6)),
        return_exceptions=True,
    )
    assert await escrow(market, order["order_id"]) == PRICE_MINOR - 100
    assert await market.count("payments.refund") == 2


@pytest.mark.parametrize(
    "lines", [[(0, 1, 2 * PRICE_MINOR + 1, 0)], [(0, 3, 1, 0)], [(0, 1, 1, 1)], [(1, 1, 1, 0)], [(0, 1, 1, 0)] * 2]
)
async def test_more_than_was_paid_never_goes_back(market: Market, buyer: Buyer, lines: list[Any]) -> None:
    order = await shipped(market, buyer, 2)
    before = await snapshot(market)
    with pytest.raises(RefundTooLargeError):
        await refund(market, order["order_id"], *lines)
    with pytest.raises(RefundTooLargeError):
        await refund(market, order["order_id"], freight_minor=1)
    assert await snapshot(market) == before


async def test_nothing_goes_back_for_an_order_that_was_not_paid(market: Market, buyer: Buyer) -> None:
    order = await buyer.order(await market.sku())
    before = await snapshot(market)
    with pytest.raises(RefundTooLargeError):
        await refund(market, order["order_id"], (0, 1, PRICE_MINOR, 0))
    assert await snapshot(market) == before


async def test_of_refunds_that_race_for_the_same_money_only_those_that_fit_are_written(
    market: Market, buyer: Buyer
) -> None:
    order = await shipped(market, buyer, 5)
    outcomes = await asyncio.gather(
        *(refund(market, order["order_id"], (0, 2, 2 * PRICE_MINOR, 0)) for _ in range(6)),
        post(buyer.client, order, "receipt"),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, RefundTooLargeError)]
    assert len(refused) == 4
    assert refused[0].params == {"left_minor": PRICE_MINOR}
    assert await escrow(market, order["order_id"]) == PRICE_MINOR
    await run_job(market.ctx, "payments_carry_out_refunds")
    assert await market.balances() == {"provider": -PRICE_MINOR, "escrow": PRICE_MINOR}


async def test_money_of_a_completed_order_can_go_back_and_the_order_stays_completed(
    market: Market, buyer: Buyer
) -> None:
    order = await shipped(market, buyer)
    await post(buyer.client, order, "receipt")
    after = await refund(market, order["order_id"], (0, 1, PRICE_MINOR, 0))
    assert (after.state, after.escrow_minor) == (OrderState.COMPLETED, 0)
    assert await market.events("OrderCancelled") == []


async def test_a_refund_of_one_shops_order_touches_no_other_order_of_the_payment(
    ctx: Context, sign_up: SignUp, market: Market, buyer: Buyer
) -> None:
    other = await open_market(ctx, sign_up)
    first, second = await buyer.orders([(await market.sku(), 1), (await other.sku(), 1)])
    await buyer.pay(first["order_id"], second["order_id"])
    await refund(market, first["order_id"], (0, 1, PRICE_MINOR, 0))
    with pytest.raises(RefundTooLargeError):
        await refund(market, first["order_id"], (0, 0, 1, 0))
    assert (await escrow(market, first["order_id"]), await escrow(market, second["order_id"])) == (0, PRICE_MINOR)
    assert (await buyer.see(second["order_id"]))["refunded_minor"] == 0


async def test_holds_are_counted_and_never_fall_below_none(market: Market, buyer: Buyer) -> None:
    placed = await shipped(market, buyer)
    order_id = OrderId(UUID(placed["order_id"]))
    async with market.ctx.database.transaction() as connection:
        [order] = (await orders.lock_orders(connection, [order_id])).values()
        for change, holds in ((1, 1), (1, 2), (-1, 1), (-1, 0)):
            order = await orders.hold(connection, order, change)
            assert order.holds == holds == (await orders.find_orders(connection, [order_id]))[order_id].holds


async def test_an_order_is_given_to_its_buyer_and_its_shop_with_what_they_are_to_it(
    market: Market, buyer: Buyer
) -> None:
    placed = await buyer.order(await market.sku())
    order_id = OrderId(UUID(placed["order_id"]))
    stranger = await market.buyer()
    async with market.ctx.database.connection() as connection:
        order, roles = await orders.get_order_for(connection, buyer.caller, order_id, Scope.ORDERS_READ)
        assert (order.number, roles) == (placed["number"], {Role.BUYER})
        for who, what in ((stranger, order_id), (buyer, OrderId(uuid4()))):
            with pytest.raises(NotFoundError):
                await orders.get_order_for(connection, who.caller, what, Scope.ORDERS_READ)
