"""A completed order's money goes to those who earned it, once."""

import asyncio
from datetime import timedelta

import pytest
from tests.modules.settlement.till import Till
from tests.outbox import list_envelopes

from xiaodian.contracts.accounting import PLATFORM_FEES, creator_account, service_account, shop_account
from xiaodian.kit.clock import utc_now
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import handlers
from xiaodian.modules.settlement.rules import date_in_books

pytestmark = pytest.mark.usefixtures("midday")


async def count(till: Till, table: str) -> int:
    """Rows in a table of settlement."""
    return await till.market.count(f"settlement.{table}")


async def test_each_gets_its_part_and_nothing_stays_in_escrow(till: Till) -> None:
    _, creator_id = await till.sign_up("达人")
    order_id = await till.sold(quantity=1, fee_bp=500, commission_bp=2000, creator_id=creator_id, freight_minor=600)
    assert await till.balance(PLATFORM_FEES) == 149  # Of 149.5 and the shop's 2242.5 the shop's is rounded up.
    assert await till.balance(creator_account(creator_id)) == 598
    assert await till.balance(shop_account(till.shop_id)) == 2990 - 149 - 598 + 600
    assert await till.escrow(order_id) == 0


async def test_an_order_is_settled_once_however_many_workers_and_events_there_are(till: Till) -> None:
    order_ids = [await till.sell(fee_bp=300) for _ in range(4)]
    for order_id in order_ids:
        await till.complete(order_id)
    await asyncio.gather(*(till.settle() for _ in range(4)))
    await till.note(*order_ids)
    assert await till.settle() == 0
    assert (await count(till, "settlement"), await count(till, "due")) == (4, 0)
    assert await till.balance(shop_account(till.shop_id)) == 4 * 2900
    assert await till.market.events("OrderSettled") == ["OrderSettled"] * 4
    async with till.ctx.database.connection() as connection:
        assert await ledger.find_faults(connection) == []


async def test_an_event_that_comes_twice_notes_the_order_once(till: Till) -> None:
    order_id = await till.sell()
    await till.complete(order_id)
    async with till.ctx.database.connection() as connection:
        envelopes = await list_envelopes(connection, "OrderCompleted")
    [consumer] = handlers.consumers(till.ctx)

    assert len(envelopes) == 1
    await consumer.handle(envelopes)
    await consumer.handle(envelopes)
    assert await count(till, "due") == 1
    assert await till.settle() == 1


async def test_an_open_after_sale_holds_the_money_back_until_it_is_over(till: Till) -> None:
    order_id, free_id = await till.sell(), await till.sell()
    async with till.ctx.database.transaction() as connection:
        order = (await orders.lock_orders(connection, [order_id]))[order_id]
        await orders.hold(connection, order, 1)
    await till.complete(order_id)
    await till.complete(free_id)
    assert await till.settle() == 1
    assert (await till.escrow(order_id), await till.escrow(free_id)) == (2990, 0)
    assert [one["state"] for one in (await till.see("settlements"))["items"]] == ["settled", "held"]
    async with till.ctx.database.transaction() as connection:
        order = (await orders.lock_orders(connection, [order_id]))[order_id]
        await orders.hold(connection, order, -1)
    assert await till.settle(timedelta(minutes=1)) == 1
    assert await till.escrow(order_id) == 0


async def test_what_was_refunded_before_is_not_shared_out(till: Till) -> None:
    order_id = await till.sell(fee_bp=1000, freight_minor=500)
    await till.complete(order_id)
    await till.refund(order_id, {0: 990}, freight_minor=200)
    await till.settle()
    assert await till.balance(PLATFORM_FEES) == 200
    assert await till.balance(shop_account(till.shop_id)) == 1800 + 300
    assert await till.escrow(order_id) == 0
    [item] = (await till.see("settlements"))["items"]
    assert (item["goods_minor"], item["freight_minor"], item["refunded_minor"]) == (2990, 500, 1190)
    assert (item["fee_minor"], item["shop_minor"]) == (200, 2100)


async def test_an_order_of_which_everything_went_back_is_settled_with_nothing(till: Till) -> None:
    order_id = await till.sell(fee_bp=1000)
    await till.complete(order_id)
    await till.refund(order_id, {0: 2990})
    assert await till.settle() == 1
    assert (await till.balance(shop_account(till.shop_id)), await count(till, "due")) == (0, 0)


async def test_a_service_provider_shares_what_was_ordered_while_its_contract_ran(till: Till) -> None:
    _, provider_id = await till.sign_up("服务商")
    before = await till.sell()
    path = f"/api/shops/{till.shop_id}/service-shares"
    made = await till.seller.post(path, json={"provider_id": str(provider_id), "rate_bp": 1000})
    assert made.status_code == 201, made.text
    again = await till.seller.post(path, json={"provider_id": str(provider_id), "rate_bp": 2000})
    assert (again.status_code, again.json()["code"]) == (409, "has_service_share")
    during = await till.sell()
    ended = await till.seller.delete(f"{path}/{made.json()['share_id']}")
    assert ended.status_code == 204
    after = await till.sell()
    for order_id in (before, during, after):
        await till.complete(order_id)
    await till.settle()
    assert await till.balance(service_account(provider_id)) == 299
    assert await till.balance(shop_account(till.shop_id)) == 3 * 2990 - 299
    [contract] = (await till.see("service-shares"))["items"]
    assert (contract["provider_name"], contract["ended_at_ms"] is not None) == ("服务商", True)


async def test_an_order_whose_escrow_is_not_what_it_says_pays_nobody_and_does_not_stop_the_others(till: Till) -> None:
    wrong, right = await till.sell(), await till.sell()
    await till.give(f"escrow:{wrong}", 1)
    await till.complete(wrong)
    await till.complete(right)
    assert await till.settle() == 1
    assert (await till.escrow(wrong), await till.escrow(right)) == (2991, 0)
    async with till.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT problem FROM settlement.due") == "escrow_differs"


async def test_the_shop_sees_what_is_still_to_come_and_when(till: Till) -> None:
    await till.sell(fee_bp=1000)
    shipped = await till.sell(fee_bp=1000, freight_minor=100)
    answer = await till.seller.post(
        f"/api/orders/{shipped}/shipment", json={"carrier": "顺丰", "tracking_number": "SF1234567890"}
    )
    assert answer.status_code == 200
    balance = await till.see("balance")
    assert (balance["available_minor"], balance["pending_minor"]) == (0, 2691 + 2691 + 100)
    month = date_in_books(utc_now(), 8).strftime("%Y-%m")
    expected = (await till.see(f"statement?month={month}"))["expected"]
    assert [one["shop_minor"] for one in expected] == [2791, 2691]
    assert expected[0]["due_on"] is not None
    assert expected[1]["due_on"] is None
