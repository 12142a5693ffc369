"""What is told of fans is better than a coin, better than a shopkeeper's rule, or not told."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import msgspec
import numpy as np
import pytest
from tests.modules.fans.counter import Counter

from xiaodian.contracts.fans import PredictionWay
from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans.prediction.features import AT, FEATURES, Sheet
from xiaodian.modules.fans.prediction.likelihood import Baseline, explain, judge, learn, score, typical_of
from xiaodian.modules.fans.prediction.next_product import Basket, judge_products
from xiaodian.modules.fans.service import predict as by_shop
from xiaodian.modules.fans.service.count_purchases import day_of_books
from xiaodian.modules.fans.service.predict import predict
from xiaodian.modules.fans.service.predict_due import predict_due

Draw = np.random.Generator


def sheet_of(draw: Draw, fans: int, chance: Callable[[np.ndarray], np.ndarray]) -> Sheet:
    """Fans with drawn features, who came with a chance that follows from them."""
    values = np.abs(draw.normal(size=(fans, len(FEATURES))))
    values[:, AT["recency_days"]] = draw.integers(1, 200, fans)
    values[:, AT["occasions"]] = draw.integers(1, 12, fans)
    values[:, AT["pause_days"]] = np.where(values[:, AT["occasions"]] > 1, draw.integers(5, 90, fans), np.nan)
    values[:, AT["overdue"]] = values[:, AT["recency_days"]] / values[:, AT["pause_days"]]
    came = draw.random(fans) < chance(values)
    return Sheet([uuid4() for _ in range(fans)], values, came)


def by_their_own_rhythm(values: np.ndarray) -> np.ndarray:
    """Who waits about as long as they always do comes: neither recency nor frequency alone tells."""
    overdue = np.nan_to_num(values[:, AT["overdue"]], nan=3.0)
    return np.where(np.abs(overdue - 1) < 0.5, 0.7, 0.1)


def by_recency(values: np.ndarray) -> np.ndarray:
    return np.where(values[:, AT["recency_days"]] < 60, 0.5, 0.1)


def by_nothing(values: np.ndarray) -> np.ndarray:
    return np.full(len(values), 0.3)


def test_a_shop_whose_fans_have_rhythms_is_told_by_the_model_in_true_chances() -> None:
    draw = np.random.default_rng(1)
    judgement = judge(sheet_of(draw, 4000, by_their_own_rhythm), sheet_of(draw, 3000, by_their_own_rhythm))
    assert judgement.way is PredictionWay.MODEL
    assert judgement.model
    assert judgement.baseline
    assert judgement.model.auc > judgement.baseline.auc + 0.05
    assert all(abs(group.told - group.came) < 0.12 for group in judgement.model.calibration)
    assert [group.fans for group in judgement.model.calibration] == [300] * 10


def test_a_model_that_does_not_beat_how_long_and_how_often_is_not_used() -> None:
    draw = np.random.default_rng(2)
    judgement = judge(sheet_of(draw, 1500, by_recency), sheet_of(draw, 1500, by_recency))
    assert judgement.way is PredictionWay.BASELINE
    assert judgement.auc_gain is not None
    assert judgement.auc_gain_error is not None
    assert judgement.auc_gain <= 2 * judgement.auc_gain_error


def test_a_young_shop_whose_fans_have_bought_but_once_is_told_what_others_are() -> None:
    draw = np.random.default_rng(6)
    learnt, judged = (sheet_of(draw, 1500, by_recency) for _ in range(2))
    learnt.values[:, [AT["pause_days"], AT["overdue"], AT["returned_share"]]] = np.nan
    judgement = judge(learnt, judged)
    assert judgement.way is PredictionWay.BASELINE
    model = learn(PredictionWay.MODEL, learnt)
    assert model is not None
    assert all(len(why) <= 3 for why in explain(model, judged.values, typical_of(learnt)))


async def test_a_shop_that_cannot_be_learnt_from_keeps_no_other_waiting(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with counter.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO fans.segment_size (shop_id, segment, fans) SELECT unnest($1::uuid[]), 'new', 1",
            shop_ids := sorted(uuid4() for _ in range(3)),
        )
    told: list[UUID] = []

    async def _predict(_: object, shop_id: UUID, __: date) -> None:
        if shop_id == shop_ids[0]:
            raise ValueError(shop_id)
        told.append(shop_id)

    monkeypatch.setattr(by_shop, "predict", _predict)
    assert await predict_due(counter.ctx.database, 8, utc_now()) == 2
    assert sorted(told) == shop_ids[1:]


def test_nothing_is_told_of_fans_whom_nothing_tells_apart_or_who_are_too_few() -> None:
    draw = np.random.default_rng(3)
    assert judge(sheet_of(draw, 2000, by_nothing), sheet_of(draw, 2000, by_nothing)).way is PredictionWay.NEITHER
    few = judge(sheet_of(draw, 90, by_recency), sheet_of(draw, 2000, by_recency))
    assert (few.way, few.model) == (PredictionWay.TOO_FEW, None)
    assert learn(PredictionWay.TOO_FEW, sheet_of(draw, 90, by_recency)) is None
    nobody_came = sheet_of(draw, 500, lambda values: np.zeros(len(values)))
    assert judge(sheet_of(draw, 500, by_recency), nobody_came).way is PredictionWay.TOO_FEW


def test_the_reasons_name_what_makes_a_fan_unlike_the_typical_one() -> None:
    draw = np.random.default_rng(4)
    sheet = sheet_of(draw, 4000, by_recency)
    predictor = learn(PredictionWay.MODEL, sheet)
    assert predictor
    typical = typical_of(sheet)
    fresh = typical.copy()
    fresh[AT["recency_days"]] = 5
    [reasons, none] = explain(predictor, np.array([fresh, typical]), typical)
    assert reasons[0][0] == "recency_days"
    assert reasons[0][1] > 0.1
    assert none == []


def test_the_baseline_tells_the_share_that_came_among_fans_alike() -> None:
    draw = np.random.default_rng(5)
    sheet = sheet_of(draw, 6000, by_recency)
    told = Baseline(sheet).predict(sheet.values)
    recent = sheet.values[:, AT["recency_days"]] < 20
    assert abs(told[recent].mean() - sheet.came[recent].mean()) < 0.06
    assert score(sheet.came, told).auc > 0.65


def _tastes(draw: Draw, fans: list[UUID], products: list[UUID], taste: bool) -> list[tuple[UUID, UUID, int]]:
    """Each fan buys four of the products: of their own half if they have a taste, else of all alike."""
    rows = []
    for at, fan in enumerate(fans):
        half = products[: len(products) // 2] if at % 2 else products[len(products) // 2 :]
        for one in draw.choice(len(half if taste else products), 4, replace=False):
            rows.append((fan, (half if taste else products)[one], 1))
    return rows


def test_products_are_told_by_what_the_same_people_buy_only_where_that_beats_the_best_sellers() -> None:
    draw = np.random.default_rng(6)
    fans, products = [uuid4() for _ in range(400)], sorted(uuid4() for _ in range(60))
    before = Basket.of(_tastes(draw, fans, products, taste=True))
    after = Basket.of(_tastes(draw, fans, products, taste=True), before.product_ids)
    judged = judge_products(before, before, after)
    assert judged.way is PredictionWay.MODEL
    assert judged.model_hits is not None
    assert judged.baseline_hits is not None
    assert judged.model_hits > judged.baseline_hits

    plain = Basket.of(_tastes(draw, fans, products, taste=False))
    after = Basket.of(_tastes(draw, fans, products, taste=False), plain.product_ids)
    assert judge_products(plain, plain, after).way is PredictionWay.BASELINE
    assert judge_products(Basket.of([]), Basket.of([]), after).way is PredictionWay.TOO_FEW


async def _live_a_year(counter: Counter, fans: int, today: date, product_id: UUID) -> dict[UUID, date]:
    """Half come every 20 days, half every 80, each with some days' slack; facts as counting leaves them.

    Answers each one's last day.
    """
    draw = np.random.default_rng(8)
    ids, rows = sorted(uuid4() for _ in range(fans)), []
    others = [uuid4() for _ in range(6)]
    for at, account_id in enumerate(ids):
        day, nth = today - timedelta(days=int(draw.integers(200, 360))), 1
        while day < today:
            bought = [product_id if at % 2 else others[int(draw.integers(6))]]
            rows.append((counter.stage.shop_id, account_id, uuid4(), day, bought, nth))
            day, nth = day + timedelta(days=int((20 if at % 2 else 80) + draw.integers(-5, 6))), nth + 1
    async with counter.ctx.database.transaction() as connection:
        await connection.executemany(
            """
            INSERT INTO fans.purchase (shop_id, account_id, order_id, paid_at, day, is_counted, gmv_minor,
                returned_minor, product_ids, categories, nth, occasion, starts, opens_month, first_day)
            VALUES ($1, $2, $3, $4::date, $4, true, 5000, 0, $5, '{}', $6, $6, true, false, $4)
            """,
            rows,
        )
        await connection.execute(
            """
            INSERT INTO fans.fan (shop_id, account_id, orders, paid_orders, segment, segment_since)
            SELECT shop_id, account_id, count(*), count(*), 'active', $1 FROM fans.purchase GROUP BY 1, 2
            """,
            today,
        )
        await connection.execute(
            "INSERT INTO fans.segment_size (shop_id, segment, fans) VALUES ($1, 'active', $2)",
            counter.stage.shop_id,
            fans,
        )
    return {row[1]: row[3] for row in rows}


async def test_a_shop_is_told_who_will_come_why_what_they_will_want_and_how_sure_that_is(counter: Counter) -> None:
    today = day_of_books(utc_now(), counter.ctx.settings.books_utc_offset_h)
    product_id = counter.stage.products[0].product_id
    last_days = await _live_a_year(counter, 240, today, product_id)
    ids = list(last_days)
    freshest = max(ids[::2], key=lambda one: last_days[one])
    host = counter.stage.host
    assert await counter.ask(host, "fan-prediction-report") == {"report": None}
    told = await predict(counter.ctx.database, counter.stage.shop_id, today)
    assert told.likelihood.way in (PredictionWay.MODEL, PredictionWay.BASELINE)
    assert await counter.ask(host, "fan-prediction-report") == {"report": msgspec.to_builtins(told)}
    frequent, seldom = [(await counter.ask(host, f"fans/{one}/prediction"))["prediction"] for one in (ids[1], freshest)]
    assert frequent["likelihood"] > 0.8 > 0.3 > seldom["likelihood"]
    assert seldom["reasons"]
    assert [one["product_id"] for one in frequent["products"]] == [str(product_id)]

    # A second time changes nothing, and what was told of somebody who is no longer a buyer goes.
    assert await predict(counter.ctx.database, counter.stage.shop_id, today) == told
    async with counter.ctx.database.connection() as connection:
        await connection.execute("DELETE FROM fans.purchase WHERE account_id = $1", ids[0])
    await predict(counter.ctx.database, counter.stage.shop_id, today + timedelta(days=1))
    assert await counter.ask(host, f"fans/{ids[0]}/prediction") == {"prediction": None}


def test_a_shop_with_few_products_is_told_so_and_not_that_it_has_few_orders() -> None:
    draw = np.random.default_rng(8)
    fans, products = [uuid4() for _ in range(400)], [uuid4() for _ in range(4)]
    bought = Basket.of(_tastes(draw, fans, products, False))
    assert judge_products(bought, bought, bought).way is PredictionWay.TOO_FEW_PRODUCTS
