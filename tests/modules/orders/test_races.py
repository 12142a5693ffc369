"""Many buyers at once, through several desks with pools of their own, as in several processes."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import Buyer, Market, open_market

from xiaodian.contracts.base import DomainError
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.orders import (
    IdempotencyInFlightError,
    Order,
    PriceChangedError,
    PurchaseLimitError,
    SoldOutError,
)
from xiaodian.contracts.promotion import CouponRefusedError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service import run_clock
from xiaodian.modules.orders.service.checkout_input import CheckoutInput, ShopInput
from xiaodian.modules.orders.service.desk import OrderDesk
from xiaodian.modules.orders.service.run_clock import cancel_overdue_payments

DESKS = 4
HELD_KEYS = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
"""Of this test's database: the server shows the locks of all."""


@pytest.fixture
async def desks(ctx: Context) -> AsyncIterator[list[OrderDesk]]:
    """Order desks that share nothing but the database."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(DESKS):
            database = await Database.connect(ctx.settings.database_url, pool_size=3)
            stack.push_async_callback(database.close)
            made.append(OrderDesk(msgspec.structs.replace(ctx, database=database)))
        yield made


async def place_all(desks: list[OrderDesk], buyer: Buyer, wishes: list[CheckoutInput]) -> list[Order | DomainError]:
    """Send each wish to one of the desks, all at once; of a checkout of several shops, its first order."""

    async def _place(number: int, wish: CheckoutInput) -> Order | DomainError:
        try:
            return (await desks[number % len(desks)].place(buyer.caller, uuid4().hex, wish))[0]
        except DomainError as refusal:
            return refusal

    return await asyncio.gather(*(_place(number, wish) for number, wish in enumerate(wishes)))


async def test_of_a_hundred_pieces_exactly_a_hundred_are_sold_to_six_hundred_buyers(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_id, buyer = await market.sku(stock=100), await market.buyer()
    answers = await place_all(desks, buyer, [buyer.wish(sku_id)] * 600)
    assert Counter(type(answer) for answer in answers) == {Order: 100, SoldOutError: 500}
    assert await market.stock(sku_id) == (100, 100, 0)
    assert await market.count("orders.order") == 100
    assert len({answer.number for answer in answers if isinstance(answer, Order)}) == 100


async def test_orders_of_several_skus_in_any_order_neither_oversell_nor_block_each_other(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_ids, buyer = await market.product([30] * 6), await market.buyer()
    chance = random.Random(7)
    wishes = [
        buyer.wishes([(sku_id, chance.randint(1, 3)) for sku_id in chance.sample(sku_ids, 3)]) for _ in range(200)
    ]
    answers = await place_all(desks, buyer, wishes)
    placed = [answer for answer in answers if isinstance(answer, Order)]
    assert {type(answer) for answer in answers} == {Order, SoldOutError}
    wanted: Counter[SkuId] = Counter()
    for order in placed:
        wanted.update({line.sku_id: line.quantity for line in order.lines})
    for sku_id in sku_ids:
        assert await market.stock(sku_id) == (30, wanted[sku_id], 0)


async def place_stubbornly(desk: OrderDesk, buyer: Buyer, key: str, wish: CheckoutInput) -> list[Order]:
    """As a client that asks again when told that the first request is still being answered."""
    while True:
        try:
            return await desk.place(buyer.caller, key, wish)
        except IdempotencyInFlightError:
            await asyncio.sleep(0.01)


async def test_clients_that_send_each_request_three_times_at_once_get_one_answer_each(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_id, buyer = await market.sku(stock=30), await market.buyer()
    wish = buyer.wish(sku_id)

    async def _thrice(number: int) -> None:
        tries = (place_stubbornly(desk, buyer, f"key-{number}", wish) for desk in desks[:3])
        answers = await asyncio.gather(*tries, return_exceptions=True)
        outcomes = {answer[0].order_id if isinstance(answer, list) else type(answer).__name__ for answer in answers}
        assert len(outcomes) == 1
        found.update(outcomes)

    found: set[object] = set()
    await asyncio.gather(*(_thrice(number) for number in range(40)))
    assert await market.count("orders.order") == len(found - {"SoldOutError"}) == 30
    assert await market.stock(sku_id) == (30, 30, 0)


async def test_a_request_that_another_process_is_answering_is_told_to_come_back(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    wish = buyer.wish(sku_id)
    async with market.ctx.database.transaction() as connection:
        # Holds up the first desk in the middle of its transaction.
        await connection.execute("SELECT FROM catalog.stock WHERE stock_id = $1 FOR UPDATE", sku_id)
        first = asyncio.create_task(desks[0].place(buyer.caller, "key", wish))
        while not await connection.fetchval(HELD_KEYS):
            pass
        with pytest.raises(IdempotencyInFlightError) as refused:
            await desks[1].place(buyer.caller, "key", wish)
        assert refused.value.retry_after_s == 1
        assert not first.done()
    placed = await first
    assert await desks[1].place(buyer.caller, "key", wish) == placed
    assert await market.count("orders.order") == 1


async def test_in_one_process_a_repeated_request_is_told_to_wait_for_the_first(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    desk, wish = desks[0], buyer.wish(sku_id)
    answers = await asyncio.gather(*(desk.place(buyer.caller, "key", wish) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [list, IdempotencyInFlightError, IdempotencyInFlightError]
    assert isinstance(answers[1], IdempotencyInFlightError)
    assert answers[1].retry_after_s == 1
    assert await desk.place(buyer.caller, "key", wish) == answers[0]


async def test_a_buyer_who_hangs_up_while_waiting_still_has_the_order(market: Market, desks: list[OrderDesk]) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    desk, wish = desks[0], buyer.wish(sku_id)
    waiting = asyncio.create_task(desk.place(buyer.caller, "key", wish))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(IdempotencyInFlightError):
        await desk.place(buyer.caller, "key", wish)
    await desk.settle()
    (order,) = await desk.place(buyer.caller, "key", wish)
    assert await market.count("orders.order") == 1
    assert (await buyer.see(str(order.order_id)))["state"] == "pending_payment"


async def test_a_coupon_for_twenty_is_redeemed_twenty_times_and_twice_at_most_by_one_buyer(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_id = await market.sku(stock=1000)
    await market.coupon("FIRST20", quota=20, per_account=2)
    buyers = [await market.buyer() for _ in range(12)]
    answers = await asyncio.gather(
        *(place_all(desks, buyer, [buyer.wish(sku_id, shops=market.said("first20"))] * 8) for buyer in buyers)
    )
    for of_buyer in answers:
        assert sum(isinstance(answer, Order) for answer in of_buyer) <= 2
    flat = [answer for of_buyer in answers for answer in of_buyer]
    assert Counter(type(answer) for answer in flat) == {Order: 20, CouponRefusedError: 76}
    assert await market.count("promotion.redemption") == 20
    assert await market.stock(sku_id) == (1000, 20, 0)


async def test_the_platforms_coupon_for_ten_is_redeemed_ten_times_however_many_shops_race_for_it(
    market: Market, desks: list[OrderDesk], sign_up: SignUp
) -> None:
    other = await open_market(market.ctx, sign_up)
    mine, theirs, buyer = await market.sku(stock=100), await other.sku(stock=100), await market.buyer()
    await market.platform_coupon("TEN", quota=10)
    one, both = [(mine, 1)], [(theirs, 1), (mine, 1)]
    wishes = [buyer.wishes(wanted, platform_coupon_code="TEN") for wanted in [one, both, [(theirs, 1)]] * 20]
    answers = await place_all(desks, buyer, wishes)
    assert Counter(type(answer) for answer in answers) == {Order: 10, CouponRefusedError: 50}
    assert await market.count("promotion.redemption") == 10
    assert await market.count("orders.order WHERE platform_off_minor = 0") == 0
    async with market.ctx.database.connection() as connection:
        given = await connection.fetchval("SELECT sum(platform_off_minor) FROM orders.order")
    assert given == 10 * 1000


async def test_a_buyer_who_may_have_one_gets_one_of_twenty_requests_at_once(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_id, buyer = await market.sku(stock=50), await market.buyer()
    await market.limit(sku_id, 1)
    answers = await place_all(desks, buyer, [buyer.wish(sku_id)] * 20)
    assert Counter(type(answer) for answer in answers) == {Order: 1, PurchaseLimitError: 19}
    assert await market.stock(sku_id) == (50, 1, 0)


async def test_a_flash_sale_goes_to_its_last_piece_and_no_further_while_ordinary_stock_remains(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_id = await market.sku(stock=100)
    sale_id = UUID(await market.flash_sale(sku_id, 990, 30, limit=2))
    buyers = [await market.buyer() for _ in range(8)]
    wishes = {buyer.account_id: [buyer.wishes([(sku_id, 1, 990)])] * 10 for buyer in buyers}
    answers = await asyncio.gather(*(place_all(desks, buyer, wishes[buyer.account_id]) for buyer in buyers))
    assert Counter(type(answer) for of_buyer in answers for answer in of_buyer) == {Order: 16, PurchaseLimitError: 64}
    others = [await market.buyer() for _ in range(20)]
    more = await asyncio.gather(*(place_all(desks, buyer, [buyer.wishes([(sku_id, 1, 990)])]) for buyer in others))
    assert Counter(type(answer) for (answer,) in more) == {Order: 14, PriceChangedError: 6}
    assert await market.stock(sale_id) == (30, 30, 0)
    assert await market.stock(sku_id) == (70, 0, 0)


async def test_a_last_piece_refused_for_its_coupon_goes_to_the_next_buyer_of_the_batch(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_id, buyer = await market.sku(stock=1), await market.buyer()
    wishes = [buyer.wish(sku_id, shops=market.said("NONE")), buyer.wish(sku_id)]
    answers = await place_all(desks[:1], buyer, wishes)
    assert [type(answer) for answer in answers] == [CouponRefusedError, Order]


async def test_time_out_by_several_workers_releases_each_order_once(
    market: Market, desks: list[OrderDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_clock, "BATCH", 3)
    sku_id, buyer = await market.sku(stock=40), await market.buyer()
    await market.coupon(quota=40)
    await place_all(desks, buyer, [buyer.wish(sku_id, shops=market.said("SAVE5"))] * 40)
    later = utc_now() + timedelta(days=365)
    counts = await asyncio.gather(*(cancel_overdue_payments(market.ctx.database, later) for _ in range(4)))
    assert sum(counts) == 40
    assert await market.stock(sku_id) == (40, 0, 0)
    assert await market.events("OrderCancelled") == ["OrderCancelled"] * 40
    again = await place_all(desks, buyer, [buyer.wish(sku_id, 2, shops=market.said("SAVE5"))] * 20)
    assert {type(answer) for answer in again} == {Order}


async def test_a_fault_in_one_request_of_a_batch_does_not_fail_the_others(
    market: Market, desks: list[OrderDesk]
) -> None:
    sku_id, buyer = await market.sku(), await market.buyer()
    # NUL cannot be stored; the edge refuses it, so only a fault of ours could bring it here.
    wishes = [buyer.wish(sku_id), buyer.wish(sku_id), buyer.wish(sku_id)]
    poisoned = msgspec.structs.replace(wishes[1], shops=[ShopInput(shop_id=market.shop_id, note="\0")])
    answers = await asyncio.gather(
        *(
            desks[0].place(buyer.caller, f"key-{number}", wish)
            for number, wish in enumerate([wishes[0], poisoned, wishes[2]])
        ),
        return_exceptions=True,
    )
    assert [isinstance(answer, list) for answer in answers] == [True, False, True]
    assert await market.stock(sku_id) == (10, 2, 0)
