"""What a message brought follows from the orders, whatever comes late or twice, and refunds take it back."""

import random
from datetime import timedelta
from math import hypot
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
import pytest
from scipy import stats
from tests.modules.insights.observer import late_and_twice
from tests.modules.outreach.sender import NOON, SALES, Sender
from tests.outbox import list_envelopes

from xiaodian.contracts.orders import LineRefund, OrderId, OrderRefund
from xiaodian.contracts.outreach import CampaignId
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import api as orders
from xiaodian.modules.outreach import api as outreach
from xiaodian.modules.outreach.rules import is_held_out


async def test_only_purchases_within_the_window_and_in_this_shop_count_on_either_side(sender: Sender) -> None:
    fans = await sender.fans(400)
    campaign = await sender.send(hold_out_bp=5000, is_without_hold_out=False, window_days=7)
    await sender.work()
    async with sender.ctx.database.connection() as connection:
        # The message arrived ten days ago.
        await connection.execute("UPDATE outreach.recipient SET counts_from = $1", utc_now() - timedelta(days=10))
    sent_at = utc_now() - timedelta(days=10)
    campaign_id = CampaignId(UUID(campaign["campaign_id"]))
    held_out = [fan for fan in fans if is_held_out(campaign_id, fan, 5000)]
    treated = [fan for fan in fans if not is_held_out(campaign_id, fan, 5000)]
    for fan in (*treated[:60], *held_out[:20]):
        await sender.note_sale(fan, sent_at + timedelta(days=2), 1000)
    for fan in (*treated[60:90], *held_out[20:40]):
        await sender.note_sale(fan, sent_at + timedelta(days=8))
        await sender.note_sale(fan, sent_at - timedelta(days=1))
        await sender.note_sale(fan, sent_at + timedelta(days=1), shop_id=uuid4())  # type: ignore[arg-type]
    effect = (await sender.report(campaign))["effect"]
    assert effect["treated"] == {"fans": len(treated), "buyers": 60, "spent_minor": 60_000}
    assert effect["held_out"] == {"fans": len(held_out), "buyers": 20, "spent_minor": 20_000}
    assert effect["conversion"]["by"] == pytest.approx(60 / len(treated) - 20 / len(held_out))
    assert (effect["conversion_verdict"], effect["spend_verdict"]) == ("more", "more")


async def test_the_effect_and_its_intervals_are_those_of_pandas_and_scipy(sender: Sender) -> None:
    rng = random.Random(4)
    fans = await sender.fans(300)
    campaign = await sender.send(hold_out_bp=4000, is_without_hold_out=False, window_days=7)
    await sender.work()
    sent_at = utc_now() - timedelta(days=10)
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.recipient SET counts_from = $1", sent_at)
    sales = [(rng.choice(fans), rng.uniform(-1, 9), rng.randint(500, 9_000)) for _ in range(150)]
    for fan, days, minor in sales:
        await sender.note_sale(fan, sent_at + timedelta(days=days), minor)

    campaign_id = CampaignId(UUID(campaign["campaign_id"]))
    frame = pd.DataFrame(sales, columns=["fan", "days", "minor"])
    spent = frame[(frame.days >= 0) & (frame.days < 7)].groupby("fan").minor.sum().reindex(fans, fill_value=0)
    held = pd.Series({fan: is_held_out(campaign_id, fan, 4000) for fan in fans})
    one, other = spent[~held], spent[held]
    effect = (await sender.report(campaign))["effect"]
    for told, group in ((effect["treated"], one), (effect["held_out"], other)):
        expected = {"fans": len(group), "buyers": int((group > 0).sum()), "spent_minor": int(group.sum())}
        assert told == expected
    welch = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert effect["spend"]["by"] == pytest.approx(one.mean() - other.mean())
    assert (effect["spend"]["low"], effect["spend"]["high"]) == pytest.approx((welch.low, welch.high), rel=1e-3)
    (p, p_low, p_high), (q, q_low, q_high) = (_wilson(int((group > 0).sum()), len(group)) for group in (one, other))
    low, high = p - q - hypot(p - p_low, q_high - q), p - q + hypot(p_high - p, q - q_low)
    assert (effect["conversion"]["low"], effect["conversion"]["high"]) == pytest.approx((low, high), abs=1e-9)


def _wilson(hits: int, of: int) -> tuple[float, float, float]:
    interval = stats.binomtest(hits, of).proportion_ci(0.95, method="wilson")
    return hits / of, interval.low, interval.high


async def give_back(sender: Sender, order: dict[str, Any], minor: int, quantity: int = 0) -> None:
    """What an after-sale does once it is agreed."""
    async with sender.ctx.database.transaction() as connection:
        locked = await orders.lock_orders(connection, [UUID(order["order_id"])])
        refund = OrderRefund(
            refund_id=uuid4(),
            lines=[LineRefund(line_no=0, quantity=quantity, refund_minor=minor, platform_minor=0)],
            freight_minor=0,
            reason="after_sale",
        )
        await orders.refund_lines(connection, locked[OrderId(UUID(order["order_id"]))], refund, utc_now())


async def test_refunds_take_back_what_a_message_brought(sender: Sender) -> None:
    sku_id = await sender.market.sku(stock=10)
    fan = await sender.market.buyer()
    await sender.buy(fan, sku_id)
    campaign = await sender.send()
    await sender.work()
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.recipient SET counts_from = now()")
    order = await sender.buy(fan, sku_id)
    effect = (await sender.report(campaign))["effect"]
    assert effect["treated"] == {"fans": 1, "buyers": 1, "spent_minor": 2990}
    [behind] = (await list_behind(sender, campaign, "reached"))["items"]
    assert (behind["order_id"], behind["amount_minor"]) == (order["order_id"], 2990)
    assert (await list_behind(sender, campaign, "held_out"))["items"] == []
    await give_back(sender, order, 990)
    await sender.hear()
    assert (await sender.report(campaign))["effect"]["treated"]["spent_minor"] == 2000
    assert [each["amount_minor"] for each in (await list_behind(sender, campaign, "reached"))["items"]] == [2000]
    await give_back(sender, order, 2000, quantity=1)
    await sender.hear()
    effect = (await sender.report(campaign))["effect"]
    assert effect["treated"] == {"fans": 1, "buyers": 0, "spent_minor": 0}
    assert (await list_behind(sender, campaign, "reached"))["items"] == []


async def test_the_effect_of_a_message_leads_to_all_orders_of_either_group_page_by_page(sender: Sender) -> None:
    sku_id = await sender.market.sku(stock=50)
    fans = [await sender.market.buyer() for _ in range(3)]
    for fan in fans:
        await sender.buy(fan, sku_id)
    campaign = await sender.send()
    await sender.work()
    held_out = fans[0]
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE outreach.recipient SET counts_from = now(), is_held_out = account_id = $1", held_out.account_id
        )
    bought = [await sender.buy(fan, sku_id) for fan in fans[1:] for _ in range(3)]
    unreached = await sender.buy(held_out, sku_id)
    effect = (await sender.report(campaign))["effect"]
    for group, key, expected in (("reached", "treated", bought), ("held_out", "held_out", [unreached])):
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await list_behind(sender, campaign, group, f"&limit=2{cursor}")
            assert (page["orders"], page["fans"], page["buyers"]) == (
                len(expected),
                effect[key]["fans"],
                effect[key]["buyers"],
            )
            found += page["items"]
            cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
        assert [each["order_id"] for each in found] == [each["order_id"] for each in reversed(expected)]
        assert sum(each["amount_minor"] for each in found) == effect[key]["spent_minor"]


async def list_behind(sender: Sender, campaign: dict[str, Any], group: str, more: str = "") -> dict[str, Any]:
    """The orders that one of the groups is compared by."""
    path = f"{sender.path}/{campaign['campaign_id']}/orders?group={group}{more}"
    answer = await sender.market.seller.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def rows(sender: Sender) -> dict[str, list[Any]]:
    """All that is known of purchases."""
    async with sender.ctx.database.connection() as connection:
        return {
            table: sorted(map(tuple, await connection.fetch(f"SELECT * FROM outreach.{table}")), key=str)
            for table in ("sale", "bought")
        }


async def test_late_and_doubled_events_change_nothing_and_a_rebuild_gives_the_same_rows(sender: Sender) -> None:
    rng = random.Random(3)
    skus = [await sender.market.sku(stock=100) for _ in range(3)]
    buyers = [await sender.market.buyer(f"买家{number}") for number in range(3)]
    paid: list[dict[str, Any]] = []
    for _ in range(14):
        buyer = rng.choice(buyers)
        order = await buyer.order(rng.choice(skus), 2)
        if rng.random() < 0.8:
            await buyer.pay(order["order_id"])
            paid.append(order)
        if paid and rng.random() < 0.5:
            await give_back(sender, paid.pop(), rng.choice((500, 5980)), rng.choice((0, 2)))
    async with sender.ctx.database.connection() as connection:
        told = await list_envelopes(connection, *SALES)
    for _ in range(3):
        heard = late_and_twice(told, rng)
        await sender.hear(heard[: len(heard) // 2])
        await sender.hear(heard)
    counted = await rows(sender)
    assert counted["sale"]
    assert counted["bought"]
    assert await outreach.rebuild(sender.ctx) == 14
    assert await rows(sender) == counted
    async with sender.ctx.database.connection() as connection:
        truth = await connection.fetchval(
            """
            SELECT sum(amount_minor - line.off_minor - refunded_minor - refunded_platform_minor)::bigint
            FROM orders.line JOIN orders.order USING (shop_id, order_id)
            WHERE paid_at IS NOT NULL AND state <> 'cancelled'
            """
        )
        assert await connection.fetchval("SELECT sum(net_minor)::bigint FROM outreach.sale") == truth


async def test_the_hold_out_shows_the_effect_that_a_message_truly_has(sender: Sender) -> None:
    """A thousand fans, of whom a fifth buys anyway; the message makes another fifth of those who get it buy."""
    fans = await sender.fans(1000)
    campaign = await sender.send(hold_out_bp=2000, is_without_hold_out=False)
    await sender.work()
    campaign_id = CampaignId(UUID(campaign["campaign_id"]))
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.recipient SET counts_from = $1", utc_now() - timedelta(days=2))
        told = {row["account_id"] for row in await connection.fetch("SELECT account_id FROM accounts.notice")}
    assert told == {fan for fan in fans if not is_held_out(campaign_id, fan, 2000)}
    # Exact shares: an interval of 95 % misses drawn ones every twentieth time.
    held_out = [fan for fan in fans if fan not in told]
    for fan in [*sorted(told)[: round(len(told) * 0.4)], *held_out[: round(len(held_out) * 0.2)]]:
        await sender.note_sale(fan, utc_now() - timedelta(days=1), 1000)
    effect = (await sender.report(campaign))["effect"]
    assert effect["conversion"]["low"] <= 0.2 <= effect["conversion"]["high"]
    assert effect["spend"]["low"] <= 200 <= effect["spend"]["high"]
    assert effect["conversion_verdict"] == "more"


async def test_little_is_called_little(sender: Sender) -> None:
    await sender.fans(40)
    campaign = await sender.send(hold_out_bp=5000, is_without_hold_out=False)
    await sender.work(NOON)
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.recipient SET counts_from = now()")
    effect = (await sender.report(campaign))["effect"]
    assert effect["conversion_verdict"] == effect["spend_verdict"] == "too_few"
