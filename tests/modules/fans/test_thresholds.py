"""A shop that lets its own fans say what is much sees what they said, and when all are sorted by it."""

from datetime import timedelta

from tests.modules.fans.counter import Counter

from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans.service.move_by_time import apply_thresholds
from xiaodian.modules.fans.service.thresholds import reckon_thresholds

WANTED = {
    "new_days": 1,
    "slipping_days": 600,
    "lost_days": 700,
    "loyal_occasions": 50,
    "big_spent_minor": 10_000_000,
    "returner_bp": 5000,
    "by_quantiles": True,
}


async def test_limits_that_fans_set_count_as_applied_only_when_they_are_reckoned_and_all_are_sorted(
    counter: Counter,
) -> None:
    for number in range(4):
        buyer = await counter.market.buyer()
        for times in range(1 + number):
            order = await counter.order(buyer, counter.products[number % 2])
            # One after the other in one room is one occasion: the fewest that can be asked for is what is left.
            await counter.pay_at(order, utc_now() - timedelta(days=30 + 5 * times))
    await counter.hear()
    host, path = counter.stage.host, f"/api/shops/{counter.stage.shop_id}/fan-thresholds"
    ctx, offset = counter.ctx, counter.ctx.settings.books_utc_offset_h
    answer = await host.put(path, json=WANTED)
    assert answer.is_success, answer.text

    await apply_thresholds(ctx.database, offset, utc_now())
    told = await counter.ask(host, "fan-thresholds")
    assert (told["is_applied"], told["loyal_occasions"]) == (False, 50)

    await reckon_thresholds(ctx.database, offset, utc_now())
    assert (await counter.ask(host, "fan-thresholds"))["is_applied"] is False
    await apply_thresholds(ctx.database, offset, utc_now())
    told = await counter.ask(host, "fan-thresholds")
    assert (told["is_applied"], told["loyal_occasions"], told["by_quantiles"]) == (True, 2, True)
    assert told["big_spent_minor"] < WANTED["big_spent_minor"]
    sizes = {each["segment"]: each["fans"] for each in (await counter.ask(host, "segments"))["items"]}
    assert (sizes["big_spender"], sizes["loyal"], sum(sizes.values())) == (1, 0, 4)
