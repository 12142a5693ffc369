"""A refund after settlement takes from each what they got, at the line's own rates."""

import asyncio
from uuid import uuid4

import pytest
from tests.modules.settlement.till import Till

from xiaodian.contracts.accounting import PLATFORM_FEES, creator_account, deposit_account, shop_account
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import LineRefund, OrderId
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.kit.clock import utc_now
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import api as settlement


async def test_a_whole_refund_leaves_everybody_with_what_they_had_before(till: Till) -> None:
    _, creator_id = await till.sign_up("达人")
    order_id = await till.sold(fee_bp=333, commission_bp=1111, creator_id=creator_id, freight_minor=77)
    for amount in (1, 998, 1990):
        await till.refund(order_id, {0: amount})
    await till.refund(order_id, {0: 1}, freight_minor=77)
    for account in (shop_account(till.shop_id), PLATFORM_FEES, creator_account(creator_id)):
        assert await till.balance(account) == 0, account
    assert await till.escrow(order_id) == 0
    [item] = (await till.see("settlements"))["items"]
    assert (item["refunded_minor"], item["shop_minor"], item["commission_minor"], item["fee_minor"]) == (3067, 0, 0, 0)


async def test_two_lines_at_different_rates_give_back_each_at_its_own(till: Till) -> None:
    _, creator_id = await till.sign_up("达人")
    skus = await till.market.product([10, 10])
    order_id = await till.sell(skus=skus, fee_bp=1000)
    async with till.ctx.database.transaction() as connection:
        await connection.execute(
            "UPDATE orders.line SET commission_bp = 5000, creator_id = $2 WHERE order_id = $1 AND line_no = 1",
            order_id,
            creator_id,
        )
    await till.complete(order_id)
    await till.settle()
    earned = await till.balance(creator_account(creator_id))
    assert earned == 1495
    await till.refund(order_id, {0: 1000})
    assert await till.balance(creator_account(creator_id)) == earned
    await till.refund(order_id, {1: 1000})
    assert await till.balance(creator_account(creator_id)) == earned - 500


async def test_a_claw_back_names_the_settlement_that_it_reverses_and_the_same_refund_takes_once(till: Till) -> None:
    order_id = await till.sold(fee_bp=1000)
    refund_id = uuid4()
    await till.refund(order_id, {0: 1000}, refund_id=refund_id)
    await till.refund(order_id, {0: 1000}, refund_id=refund_id)
    assert await till.balance(shop_account(till.shop_id)) == 2691 - 900
    async with till.ctx.database.connection() as connection:
        [settled] = await ledger.list_transfers_of(connection, [str(order_id)], ["settle"])
        [taken] = await ledger.list_transfers_of(connection, [str(order_id)], ["claw_back"])
    assert taken.reverses_id == settled.transfer_id


@pytest.mark.parametrize(
    ("balance", "deposit", "left"), [(2691, 500, (1791, 500)), (400, 1000, (0, 500)), (400, 100, (-400, 0))]
)
async def test_the_shop_pays_from_its_balance_then_its_deposit_then_owes(
    till: Till, balance: int, deposit: int, left: tuple[int, int]
) -> None:
    order_id = await till.sold(fee_bp=1000)
    if balance != 2691:
        await till.give(shop_account(till.shop_id), balance - 2691)
    await till.give(deposit_account(till.shop_id), deposit)
    await till.refund(order_id, {0: 1000})
    found = (await till.balance(shop_account(till.shop_id)), await till.balance(deposit_account(till.shop_id)))
    assert found == left
    assert await till.escrow(order_id) == 0


async def test_nothing_is_taken_for_an_order_that_is_not_settled_or_beyond_what_it_brought(till: Till) -> None:
    unsettled, settled = await till.sell(), await till.sold()
    before = await till.balance(shop_account(till.shop_id))
    with pytest.raises(NotFoundError):
        await claw_back(till, unsettled, 1)
    with pytest.raises(RefundTooLargeError):
        await claw_back(till, settled, 2991)
    assert await till.balance(shop_account(till.shop_id)) == before


async def claw_back(till: Till, order_id: OrderId, amount_minor: int) -> None:
    """Take back, and nothing else."""
    line = LineRefund(line_no=0, quantity=0, refund_minor=amount_minor, platform_minor=0)
    async with till.ctx.database.transaction() as connection:
        order = (await orders.lock_orders(connection, [order_id]))[order_id]
        await settlement.claw_back(connection, order, [line], 0, uuid4(), utc_now())


async def test_claw_backs_of_many_orders_at_once_never_draw_more_than_the_deposit_has(till: Till) -> None:
    order_ids = [await till.sold() for _ in range(4)]
    await till.give(shop_account(till.shop_id), -4 * 2990)
    await till.give(deposit_account(till.shop_id), 1500)
    await asyncio.gather(*(till.refund(order_id, {0: 1000}) for order_id in order_ids))
    assert await till.balance(deposit_account(till.shop_id)) == 0
    assert await till.balance(shop_account(till.shop_id)) == -2500
