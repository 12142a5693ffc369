"""The figures that users see, beside those that pandas reckons from the same orders, by its own ways."""

import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.modules.fans.counter import Counter
from tests.modules.fans.test_counting import live_through
from tests.modules.fans.test_orders_behind import buy_in_other_ways

from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans.service.move_by_time import apply_thresholds

pytestmark = pytest.mark.usefixtures("midday")

WITHIN = (30, 60, 90, 180, 365)


async def read_purchases(counter: Counter) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Paid orders of the host's shop, each with its day, money and occasion; and the products in them."""
    async with counter.ctx.database.connection() as connection:
        orders = await connection.fetch(
            "SELECT order_id, buyer_id, paid_at, state, room_id FROM orders.order "
            "WHERE shop_id = $1 AND paid_at IS NOT NULL",
            counter.stage.shop_id,
        )
        lines = await connection.fetch(
            "SELECT order_id, product_id, video_id, amount_minor - off_minor AS gmv, "
            "refunded_minor + refunded_platform_minor AS returned FROM orders.line WHERE shop_id = $1 ORDER BY line_no",
            counter.stage.shop_id,
        )
    paid, bought = (pd.DataFrame([dict(row) for row in rows]).astype(object) for rows in (orders, lines))
    for table, names in ((paid, ("order_id", "buyer_id", "room_id")), (bought, ("order_id", "product_id", "video_id"))):
        for name in names:
            table[name] = table[name].map(lambda one: None if one is None else str(one))
    films = bought.dropna(subset="video_id").groupby("order_id").video_id.first()
    paid["video_id"] = paid.order_id.map(films).where(paid.room_id.isna(), None)
    paid["source"] = np.where(paid.room_id.notna(), "room", np.where(paid.video_id.notna(), "video", "shop"))
    sums = bought.groupby("order_id")[["gmv", "returned"]].sum().astype(int)
    paid = paid.merge(sums, left_on="order_id", right_index=True)
    paid["counts"] = (paid.state != "cancelled") & (paid.returned < paid.gmv)
    shift = pd.Timedelta(hours=counter.ctx.settings.books_utc_offset_h)
    paid["day"] = (pd.to_datetime(paid.paid_at, utc=True) + shift).dt.tz_localize(None).dt.normalize()
    return paid.sort_values(["paid_at", "order_id"]), bought


def with_occasions(paid: pd.DataFrame) -> pd.DataFrame:
    """Purchases alone, with the number of the occasion and the days until the next; a plain walk, order by order."""
    rows: list[dict[str, Any]] = []
    for _, of_buyer in paid[paid.counts].groupby("buyer_id"):
        last_room, number = "none yet", 0
        for row in of_buyer.to_dict("records"):
            if row["room_id"] is None or row["room_id"] != last_room:
                number += 1
            last_room = row["room_id"]
            rows.append(row | {"occasion": number})
    found = pd.DataFrame(rows)
    starts = found.groupby(["buyer_id", "occasion"]).day.min()
    found["start"] = [starts[key] for key in zip(found.buyer_id, found.occasion, strict=True)]
    following = [starts.get((buyer, number + 1)) for buyer, number in zip(found.buyer_id, found.occasion, strict=True)]
    found["back"] = [
        None if then is None else (then - day).days for then, day in zip(following, found.day, strict=True)
    ]
    found["first"] = found.groupby("buyer_id").day.transform("min")
    return found


def rates(days: pd.Series, backs: pd.Series, today: pd.Timestamp) -> list[dict[str, Any]]:
    """Who came back, of those for whom the time has passed."""
    table = []
    for within in WITHIN:
        ripe = days <= today - pd.Timedelta(days=within)
        came = int((backs[ripe].dropna() <= within).sum())
        of = int(ripe.sum())
        table.append({"within_days": within, "of": of, "came_back": came, "rate": round(came / of, 4) if of else None})
    return table


def bringers(found: pd.DataFrame, column: str, today: pd.Timestamp) -> dict[str, tuple[int, int, list[dict[str, Any]]]]:
    """By what is in the column: purchases, those that were first, and how many of their fans came back."""
    ends = found.day.dt.to_period("M").dt.end_time.dt.normalize()
    firsts = found.groupby("buyer_id").head(1).order_id
    return {
        key: (len(part), int(part.order_id.isin(firsts).sum()), rates(ends[part.index], part.back, today))
        for key, part in found.dropna(subset=column).groupby(column)
    }


@pytest.mark.parametrize("seed", [3, 4])
async def test_what_the_shop_is_told_is_what_pandas_finds_in_the_same_orders(counter: Counter, seed: int) -> None:
    rng = random.Random(seed)
    await buy_in_other_ways(counter, rng)
    await live_through(counter, rng, 50)
    paid, bought = await read_purchases(counter)
    found = with_occasions(paid)
    host = counter.stage.host
    today = pd.Timestamp((utc_now() + timedelta(hours=counter.ctx.settings.books_utc_offset_h)).date())
    span = {"from": f"{today - pd.Timedelta(days=1000):%Y-%m-%d}", "to": f"{today:%Y-%m-%d}"}

    report = (await counter.ask(host, "repurchase", **span))["period"]
    firsts = found.groupby("buyer_id").head(1)
    assert report["rates"] == rates(firsts.day, firsts.back, today)
    assert (report["fans"], report["once"]) == (len(firsts), int(firsts.back.isna().sum()))
    starts = found[(found.day == found.start) & ~found.duplicated(["buyer_id", "occasion"])]
    pauses = starts.back.dropna().astype(int)
    assert report["pauses"]["pauses"] == len(pauses)
    assert sum(bar["pauses"] for bar in report["pauses"]["bars"]) == len(pauses)
    for bar in report["pauses"]["bars"]:
        within = (pauses >= bar["from_days"]) & (pauses <= (10_000 if bar["to_days"] is None else bar["to_days"]))
        assert bar["pauses"] == within.sum()
    for name, part in (("quarter_days", 0.25), ("median_days", 0.5), ("three_quarters_days", 0.75)):
        assert report["pauses"][name] == np.quantile(pauses, part, method="inverted_cdf"), name

    cohorts = (await counter.ask(host, "cohorts"))["items"]
    month, first_month = found.day.dt.to_period("M"), found["first"].dt.to_period("M")
    ages = (month - first_month).map(lambda gap: gap.n)
    expected = {
        (str(key[0]), int(key[1])): (part.buyer_id.nunique(), len(part), int((part.gmv - part.returned).sum()))
        for key, part in found.groupby([first_month, ages])
    }
    told = {
        (cohort["first_month"], cell["age"]): (
            cell["buyers"],
            cell["orders"],
            cell["gmv_minor"] - cell["returned_minor"],
        )
        for cohort in cohorts
        for cell in cohort["cells"]
    }
    assert told == expected

    # Of whole months alone, each with all that its buyers have spent since.
    months = sorted(first_month.unique())
    for first, last in ((months[0], months[-1]), (months[1], months[len(months) // 2])):
        days = {"from": f"{first.start_time:%Y-%m-%d}", "to": f"{last.end_time:%Y-%m-%d}"}
        of = found[(first_month >= first) & (first_month <= last)]
        spent_each = int((of.gmv - of.returned).sum()) // of.buyer_id.nunique()
        assert (await counter.ask(host, "repurchase", **days))["period"]["lifetime_minor"] == spent_each

    by_product = found.merge(bought[["order_id", "product_id"]].drop_duplicates(), on="order_id")
    ends = (by_product.day.dt.to_period("M").dt.end_time).dt.normalize()
    expected_products = {
        product: rates(ends[part.index], part.back, today) for product, part in by_product.groupby("product_id")
    }
    products = (await counter.ask(host, "repurchase/by/product", **span))["items"]
    assert {one["key"]: one["rates"] for one in products} == expected_products

    for kind, column in (("source", "source"), ("room", "room_id"), ("video", "video_id")):
        expected_of = bringers(found, column, today)
        told_of = (await counter.ask(host, f"repurchase/by/{kind}", **span))["items"]
        assert {one["key"]: (one["orders"], one["firsts"], one["rates"]) for one in told_of} == expected_of != {}, kind

    for buyer_id, part in paid.groupby("buyer_id"):
        figures = (await counter.ask(host, f"fans/{buyer_id}"))["fan"]["figures"]
        counted = part[part.counts]
        assert figures["orders"] == len(counted)
        assert figures["spent_minor"] == int((counted.gmv - counted.returned).sum())
        assert (figures["gmv_minor"], figures["returned_minor"]) == (int(part.gmv.sum()), int(part.returned.sum()))
        assert figures["occasions"] == int(found[found.buyer_id == buyer_id].occasion.max() if len(counted) else 0)


def segment_of(part: pd.DataFrame, occasions: int, today: pd.Timestamp, limit: dict[str, int]) -> str:
    """A buyer's ready segment, from all paid orders: the first that fits."""
    counted = part[part.counts]
    spent = int((counted.gmv - counted.returned).sum())
    back = int(part.returned.sum()) * 10_000 >= int(part.gmv.sum()) * limit["returner_bp"]
    ago = (today - counted.day.max()).days if len(counted) else None
    fits = {
        "lost": ago is not None and ago > limit["lost_days"],
        "slipping": ago is not None and ago > limit["slipping_days"],
        "returner": ago is None or (len(part) >= 3 and back),
        "big_spender": spent >= limit["big_spent_minor"],
        "loyal": occasions >= limit["loyal_occasions"],
        "new": ago is not None and (today - counted.day.min()).days <= limit["new_days"],
    }
    return next((name for name, does in fits.items() if does), "active")


async def test_each_ready_segment_has_as_many_fans_as_pandas_puts_there(counter: Counter) -> None:
    await live_through(counter, random.Random(9), 70)
    paid, _ = await read_purchases(counter)
    occasions = with_occasions(paid).groupby("buyer_id").occasion.max()
    host, segments = counter.stage.host, set()
    today = pd.Timestamp((utc_now() + timedelta(hours=counter.ctx.settings.books_utc_offset_h)).date())
    known = await counter.ask(host, "fan-thresholds")
    for change in (
        {},
        {"slipping_days": 600, "lost_days": 700, "loyal_occasions": 3},
        {"slipping_days": 700, "lost_days": 730, "new_days": 500, "big_spent_minor": 20_000, "returner_bp": 1},
    ):
        limit = {name: known[name] for name in known if name not in ("is_applied", "by_quantiles")} | change
        path = f"/api/shops/{counter.stage.shop_id}/fan-thresholds"
        answer = await host.put(path, json={**limit, "by_quantiles": False})
        assert answer.is_success, answer.text
        await apply_thresholds(counter.ctx.database, counter.ctx.settings.books_utc_offset_h, utc_now())
        expected = pd.Series(
            [segment_of(part, occasions.get(buyer, 0), today, limit) for buyer, part in paid.groupby("buyer_id")]
        ).value_counts()
        told = {each["segment"]: each["fans"] for each in (await counter.ask(host, "segments"))["items"]}
        assert {name: fans for name, fans in told.items() if fans and name != "watcher"} == expected.to_dict()
        segments |= set(expected.index)
    assert len(segments) > 2


def test_the_walk_of_the_comparison_tells_occasions_apart() -> None:
    day = pd.Timestamp(date(2026, 1, 1))
    paid = pd.DataFrame(
        {
            "buyer_id": ["a"] * 4,
            "room_id": ["r", "r", None, "r"],
            "day": [day, day, day + pd.Timedelta(days=3), day + pd.Timedelta(days=9)],
            "counts": [True] * 4,
        }
    )
    found = with_occasions(paid)
    assert list(found.occasion) == [1, 1, 2, 3]
    assert list(found.back[:3]) == [3, 3, 6]
