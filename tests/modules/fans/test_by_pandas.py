"""The figures that users see, beside those that pandas reckons from the same orders, by its own ways."""

import random
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from tests.modules.fans.counter import Counter
from tests.modules.fans.test_counting import live_through

from xiaodian.kit.clock import utc_now

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
            "SELECT order_id, product_id, amount_minor - off_minor AS gmv, "
            "refunded_minor + refunded_platform_minor AS returned FROM orders.line WHERE shop_id = $1",
            counter.stage.shop_id,
        )
    paid, bought = (pd.DataFrame([dict(row) for row in rows]).astype(object) for rows in (orders, lines))
    for name in ("order_id", "buyer_id", "room_id"):
        paid[name] = paid[name].map(lambda one: None if one is None else str(one))
    bought["order_id"], bought["product_id"] = bought["order_id"].map(str), bought["product_id"].map(str)
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


@pytest.mark.parametrize("seed", [3, 4])
async def test_what_the_shop_is_told_is_what_pandas_finds_in_the_same_orders(counter: Counter, seed: int) -> None:
    await live_through(counter, random.Random(seed), 50)
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
    if len(pauses):
        assert report["pauses"]["median_days"] == int(pauses.quantile(0.5, interpolation="lower"))

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

    by_product = found.merge(bought[["order_id", "product_id"]].drop_duplicates(), on="order_id")
    ends = (by_product.day.dt.to_period("M").dt.end_time).dt.normalize()
    expected_products = {
        product: rates(ends[part.index], part.back, today) for product, part in by_product.groupby("product_id")
    }
    products = (await counter.ask(host, "repurchase/by/product", **span))["items"]
    assert {one["key"]: one["rates"] for one in products} == expected_products

    for buyer_id, part in paid.groupby("buyer_id"):
        figures = (await counter.ask(host, f"fans/{buyer_id}"))["fan"]["figures"]
        counted = part[part.counts]
        assert figures["orders"] == len(counted)
        assert figures["spent_minor"] == int((counted.gmv - counted.returned).sum())
        assert (figures["gmv_minor"], figures["returned_minor"]) == (int(part.gmv.sum()), int(part.returned.sum()))
        assert figures["occasions"] == int(found[found.buyer_id == buyer_id].occasion.max() if len(counted) else 0)


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
