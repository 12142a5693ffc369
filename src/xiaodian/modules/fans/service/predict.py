"""Tell for every buyer of a shop whether they will buy again and what, once a day, from the shop's own history.

Runs in a process of its own (`xiaodian fans predict`), so that learning takes no time from anything else.
"""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from xiaodian.contracts.fans import PredictionReport, PredictionWay
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.fans.definitions import WITHIN_DAYS
from xiaodian.modules.fans.prediction.features import READ, Sheet
from xiaodian.modules.fans.prediction.likelihood import Judgement, Predictor, explain, judge, learn, typical_of
from xiaodian.modules.fans.prediction.next_product import (
    Basket,
    BestSellers,
    Neighbours,
    ProductJudgement,
    judge_products,
)
from xiaodian.modules.fans.service.prediction_report import to_report

PERIODS = 3
"""How many periods before the judged one are learnt from."""
MOST_LEARNT = 40_000
"""Fans of each period; of more, one in so many is taken, the same each time."""
TOLD_AT_ONCE = 20_000
LATELY_DAYS = 90
PRODUCTS_DAYS = 730
NO_LIMIT_S = 3600.0
_NOBODY, _LAST = UUID(int=0), UUID(int=2**128 - 1)
_BOUGHT = """
    SELECT account_id, product_id, count(*)::int FROM fans.purchase, unnest(product_ids) AS product_id
    WHERE shop_id = $1 AND is_counted AND day >= $2 AND day < $3 AND account_id > $5 AND account_id <= $6
        AND ($4 = 1 OR hashtext(account_id::text) % $4 = 0)
    GROUP BY 1, 2
"""
_SAVE = """
    INSERT INTO fans.prediction (shop_id, account_id, reckoned_on, likelihood, reasons, product_ids)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (shop_id, account_id) DO UPDATE SET reckoned_on = excluded.reckoned_on,
        likelihood = excluded.likelihood, reasons = excluded.reasons, product_ids = excluded.product_ids
"""
_REPORT = """
    INSERT INTO fans.prediction_report (shop_id, reckoned_on, report) VALUES ($1, $2, $3)
    ON CONFLICT (shop_id) DO UPDATE SET reckoned_on = excluded.reckoned_on, report = excluded.report
"""


class Learnt(NamedTuple):
    """What is told of fans by, after both questions were judged."""

    likelihood: Predictor | None
    typical: Any
    products: Neighbours | BestSellers | None
    product_ids: list[UUID]


async def predict(database: Database, shop_id: ShopId, today: date) -> PredictionReport:
    """Learn, judge, and tell of every buyer; what was told before stays until it is replaced."""
    async with database.connection() as connection:
        every = await _one_in(connection, shop_id)
        judgement, predictor, newest = await _learn_likelihood(connection, shop_id, today, every)
        products, by, product_ids = await _learn_products(connection, shop_id, today, every)
    learnt = Learnt(predictor, None if newest is None else typical_of(newest), by, product_ids)
    async for sheet, basket in _all_buyers(database, shop_id, today, learnt):
        await _save(database, shop_id, today, sheet, basket, learnt)
    report = to_report(judgement, products, today, every)
    async with database.transaction() as connection:
        await connection.execute(
            "DELETE FROM fans.prediction WHERE shop_id = $1 AND reckoned_on < $2", shop_id, today, timeout=NO_LIMIT_S
        )
        await connection.execute(_REPORT, shop_id, today, report)
    return report


async def _one_in(connection: Connection, shop_id: ShopId) -> int:
    buyers: int = await connection.fetchval(
        "SELECT coalesce(sum(fans), 0)::bigint FROM fans.segment_size WHERE shop_id = $1 AND segment <> 'watcher'",
        shop_id,
    )
    return max(1, -(-buyers // MOST_LEARNT))


async def _learn_likelihood(
    connection: Connection, shop_id: ShopId, today: date, every: int
) -> tuple[Judgement, Predictor | None, Sheet | None]:
    """Judged on the last whole period by those before it; then learnt anew with it."""
    starts = [today - timedelta(days=WITHIN_DAYS * back) for back in range(1, PERIODS + 2)]
    sheets = [await _read(connection, shop_id, start, every, (_NOBODY, _LAST)) for start in starts]
    judged, earlier = sheets[0], sheets[1:]
    judgement = judge(Sheet.together(earlier), judged)
    newest = Sheet.together(sheets[:-1])
    predictor = learn(judgement.way, newest)
    return judgement, predictor, newest if predictor else None


async def _read(connection: Connection, shop_id: ShopId, day: date, every: int, span: tuple[UUID, UUID]) -> Sheet:
    rows = await connection.fetch(READ, shop_id, day, WITHIN_DAYS, every, *span, timeout=NO_LIMIT_S)
    return Sheet.of([tuple(row) for row in rows])


async def _learn_products(
    connection: Connection, shop_id: ShopId, today: date, every: int
) -> tuple[ProductJudgement, Neighbours | BestSellers | None, list[UUID]]:
    async def _basket(first: date, end: date, products: list[UUID] | None = None) -> Basket:
        rows = await connection.fetch(_BOUGHT, shop_id, first, end, every, _NOBODY, _LAST, timeout=NO_LIMIT_S)
        return Basket.of([tuple(row) for row in rows], products)

    cut, tomorrow = today - timedelta(days=WITHIN_DAYS), today + timedelta(days=1)
    before = await _basket(cut - timedelta(days=PRODUCTS_DAYS), cut)
    lately = await _basket(cut - timedelta(days=LATELY_DAYS), cut, before.product_ids)
    judgement = judge_products(before, lately, await _basket(cut, today, before.product_ids))
    if judgement.model_hits is None:
        return judgement, None, []
    if judgement.way is PredictionWay.MODEL:
        known = await _basket(today - timedelta(days=PRODUCTS_DAYS), tomorrow)
        return judgement, Neighbours(known), known.product_ids
    known = await _basket(today - timedelta(days=LATELY_DAYS), tomorrow)
    return judgement, BestSellers(known), known.product_ids


async def _all_buyers(
    database: Database, shop_id: ShopId, today: date, learnt: Learnt
) -> AsyncIterator[tuple[Sheet, Basket | None]]:
    """Every fan who has bought, with what is known of them and what they bought, some thousands at a time."""
    after = _NOBODY
    while True:
        async with database.connection() as connection:
            ids = await connection.fetch(
                "SELECT account_id FROM fans.fan WHERE shop_id = $1 AND account_id > $2 ORDER BY 1 LIMIT $3",
                shop_id,
                after,
                TOLD_AT_ONCE,
            )
            if not ids:
                return
            span = after, ids[-1]["account_id"]
            sheet = await _read(connection, shop_id, today, 1, span)
            basket = None
            if learnt.products is not None:
                first, end = today - timedelta(days=PRODUCTS_DAYS), today + timedelta(days=1)
                rows = await connection.fetch(_BOUGHT, shop_id, first, end, 1, *span, timeout=NO_LIMIT_S)
                basket = Basket.of([tuple(row) for row in rows], learnt.product_ids)
        yield sheet, basket
        after = span[1]


async def _save(
    database: Database,
    shop_id: ShopId,
    today: date,
    sheet: Sheet,
    basket: Basket | None,
    learnt: Learnt,
) -> None:
    account_ids = sheet.account_ids
    likelihoods: list[float | None] = [None] * len(account_ids)
    reasons: list[list[tuple[str, float]]] = [[] for _ in account_ids]
    if learnt.likelihood is not None and account_ids:
        likelihoods = [float(told) for told in learnt.likelihood.predict(sheet.values)]
        reasons = explain(learnt.likelihood, sheet.values, learnt.typical)
    products: dict[UUID, list[UUID]] = {}
    if basket is not None and basket.account_ids and learnt.products is not None:
        for account_id, told in zip(basket.account_ids, learnt.products.tell(basket.counts), strict=True):
            products[account_id] = [learnt.product_ids[at] for at in told if at >= 0]
    rows = [
        (shop_id, account_id, today, likelihood, why, products.get(account_id, []))
        for account_id, likelihood, why in zip(account_ids, likelihoods, reasons, strict=True)
    ]
    async with database.transaction() as connection:
        await connection.executemany(_SAVE, rows, timeout=NO_LIMIT_S)
