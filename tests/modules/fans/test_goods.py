"""A host who opens a fan's page reads what that fan bought, by name."""

from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import SignUp
from tests.modules.fans.counter import Counter
from tests.modules.insights.test_sales import give_back

from xiaodian.kit.clock import utc_now

pytestmark = pytest.mark.usefixtures("midday")


async def _buy(counter: Counter, buyer: Any, product: Any, days_ago: int) -> dict[str, Any]:
    order: dict[str, Any] = await counter.order(buyer, product)
    await counter.pay_at(order, utc_now() - timedelta(days=days_ago))
    return order


async def test_a_fans_goods_are_told_by_purchase_and_by_order_and_what_went_back_is_no_purchase(
    counter: Counter,
) -> None:
    buyer = await counter.market.buyer()
    first, second = counter.products[:2]
    bought = [(first, 9), (second, 8), (second, 7), (first, 6)]
    orders = [await _buy(counter, buyer, product, days_ago) for product, days_ago in bought]
    await give_back(counter, orders[-1], orders[-1]["total_minor"], 1)
    await counter.hear()
    told = await counter.ask(counter.stage.host, f"fans/{buyer.account_id}/goods")
    assert [(each["product_id"], each["title"], each["orders"]) for each in told["items"]] == [
        (str(second.product_id), second.title, 2),
        (str(first.product_id), first.title, 1),
    ]
    newest_first = [(order["order_id"], [product.title]) for order, (product, _) in zip(orders, bought, strict=True)]
    assert [(each["order_id"], each["titles"]) for each in told["orders"]] == newest_first[::-1]


async def test_nobody_else_reads_what_a_fan_bought(counter: Counter, sign_up: SignUp) -> None:
    buyer = await counter.market.buyer()
    await _buy(counter, buyer, counter.products[0], 1)
    await counter.hear()
    path = f"/api/shops/{counter.stage.shop_id}/fans/{buyer.account_id}/goods"
    stranger, _ = await sign_up("路人")
    assert (await stranger.get(path)).status_code == 404
    assert (await counter.stage.host.get(path)).status_code == 200
