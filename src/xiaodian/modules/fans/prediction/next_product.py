"""What a fan may buy next: products bought by the same people, held against what sells best at the time.

Judged as it is used: learnt from what was bought before a day, and asked for what fans bought in the days after it.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np
from implicit.nearest_neighbours import ItemItemRecommender, bm25_weight
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from xiaodian.contracts.fans import PredictionWay
from xiaodian.modules.fans.prediction.likelihood import TWO_ERRORS

TOLD = 10
NEIGHBOURS = 50
LEAST_FANS = 50
LEAST_PRODUCTS = 5


class Basket(NamedTuple):
    """Purchases as pairs of places in two lists, with how often."""

    account_ids: list[UUID]
    product_ids: list[UUID]
    counts: csr_matrix

    @classmethod
    def of(cls, rows: Sequence[tuple[UUID, UUID, int]], product_ids: Sequence[UUID] | None = None) -> "Basket":
        """From (fan, product, orders); products in the order given, or of those that are there."""
        accounts = sorted({row[0] for row in rows})
        products = list(product_ids) if product_ids is not None else sorted({row[1] for row in rows})
        row_of = {account: at for at, account in enumerate(accounts)}
        column_of = {product: at for at, product in enumerate(products)}
        known = [row for row in rows if row[1] in column_of]
        shape = (len(accounts), len(products))
        places = ([row_of[row[0]] for row in known], [column_of[row[1]] for row in known])
        return cls(accounts, products, csr_matrix(([float(row[2]) for row in known], places), shape=shape))


class ProductJudgement(NamedTuple):
    """Which way is used, and why: the share of fans for whom one of the ten told was bought."""

    way: PredictionWay
    judged_by: int
    model_hits: float | None
    baseline_hits: float | None


class Neighbours:
    """Products that the same people buy."""

    def __init__(self, basket: Basket) -> None:
        self._model = ItemItemRecommender(K=NEIGHBOURS, num_threads=1)
        self._model.fit(bm25_weight(basket.counts).tocsr(), show_progress=False)

    def tell(self, counts: csr_matrix) -> NDArray[np.intp]:
        """Ten columns for each fan, the likeliest first; -1 where there are no more."""
        told, _ = self._model.recommend(
            np.arange(counts.shape[0]), counts, N=min(TOLD, counts.shape[1]), filter_already_liked_items=False
        )
        return np.asarray(told)


class BestSellers:
    """The same ten for everybody: what most fans bought lately."""

    def __init__(self, basket: Basket) -> None:
        fans = np.asarray((basket.counts > 0).sum(axis=0)).ravel()
        self._best = np.argsort(-fans, kind="stable")[:TOLD]

    def tell(self, counts: csr_matrix) -> NDArray[np.intp]:
        """The ten, for each fan."""
        return np.tile(self._best, (counts.shape[0], 1))


def judge_products(before: Basket, lately: Basket, after: Basket) -> ProductJudgement:
    """Both learn from `before` (best sellers from `lately`, its last part) and are asked for what is in `after`."""
    row_of = {account: at for at, account in enumerate(before.account_ids)}
    asked = [(row_of[account], at) for at, account in enumerate(after.account_ids) if account in row_of]
    if len(asked) < LEAST_FANS:
        return ProductJudgement(PredictionWay.TOO_FEW, len(asked), None, None)
    if len(before.product_ids) < LEAST_PRODUCTS:
        return ProductJudgement(PredictionWay.TOO_FEW_PRODUCTS, len(asked), None, None)
    known = before.counts[[row for row, _ in asked]]
    bought = after.counts[[at for _, at in asked]]
    by_model, by_baseline = (_hits(way.tell(known), bought) for way in (Neighbours(before), BestSellers(lately)))
    gain = by_model - by_baseline
    is_better = gain.mean() > TWO_ERRORS * gain.std() / np.sqrt(len(gain))
    way = PredictionWay.MODEL if is_better else PredictionWay.BASELINE
    return ProductJudgement(way, len(asked), float(by_model.mean()), float(by_baseline.mean()))


def _hits(told: NDArray[np.intp], bought: csr_matrix) -> NDArray[np.float64]:
    rows = [set(bought.indices[bought.indptr[at] : bought.indptr[at + 1]]) for at in range(bought.shape[0])]
    return np.array([float(any(column in row for column in some)) for some, row in zip(told, rows, strict=True)])
