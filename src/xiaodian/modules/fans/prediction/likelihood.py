"""How likely a fan buys in the next days: a model, the baseline it must beat, and how both are judged.

The baseline is what a good shopkeeper does by hand: how long ago, and how often (RFM's first two letters). Both learn
from earlier days and are judged on the last whole period, which neither has seen. The model is used only if it orders
fans better than the baseline by more than chance explains and is no worse in its probabilities; the baseline only if
it orders them better than a coin.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import brier_score_loss, roc_auc_score

from xiaodian.contracts.fans import PredictionWay
from xiaodian.modules.fans.prediction.features import AT, FEATURES, Numbers, Sheet

Flags = NDArray[np.bool_]

LEAST_LEARNT = 200
LEAST_OF_A_KIND = 30
"""Of those who came and of those who did not, in what is learnt from and in what is judged by."""
DRAWS = 100
TWO_ERRORS = 2.0
GROUPS = 10
REASONS = 3
LEAST_EFFECT = 0.005
FREQUENCIES = (1.0, 2.0, 4.0, 8.0)
RECENCIES = 8
PRIOR_FANS = 20.0


class Predictor(Protocol):
    """Probabilities for rows of features."""

    def predict(self, values: Numbers) -> Numbers:
        """One for each row."""
        ...


class Baseline:
    """The share that came among fans alike in recency and frequency, drawn to the whole where there are few."""

    def __init__(self, sheet: Sheet) -> None:
        recency = sheet.values[:, AT["recency_days"]]
        self._edges = np.unique(np.quantile(recency, np.linspace(0, 1, RECENCIES + 1)[1:-1]))
        cells = self._cells(sheet.values)
        size = (len(self._edges) + 1) * (len(FREQUENCIES) + 1)
        came = np.bincount(cells, weights=sheet.came, minlength=size)
        fans = np.bincount(cells, minlength=size)
        self._shares = (came + PRIOR_FANS * sheet.came.mean()) / (fans + PRIOR_FANS)

    def predict(self, values: Numbers) -> Numbers:
        """The share of the cell a fan is in."""
        return np.asarray(self._shares[self._cells(values)])

    def _cells(self, values: Numbers) -> NDArray[np.intp]:
        recent = np.searchsorted(self._edges, values[:, AT["recency_days"]], side="right")
        often = np.searchsorted(np.array(FREQUENCIES), values[:, AT["occasions"]], side="right")
        return np.asarray(recent * (len(FREQUENCIES) + 1) + often)


class Model:
    """Boosted trees over all features; gaps are told apart by themselves, but for features that are nothing else: in a
    young shop nobody has a pause between purchases yet, and of what is free no share comes back.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._known = _known(sheet)
        self._trees = HistGradientBoostingClassifier(
            learning_rate=0.06,
            max_iter=150,
            max_leaf_nodes=15,
            min_samples_leaf=40,
            l2_regularization=1.0,
            random_state=7,
        ).fit(sheet.values[:, self._known], sheet.came)

    def predict(self, values: Numbers) -> Numbers:
        """The trees' probability."""
        return np.asarray(self._trees.predict_proba(values[:, self._known])[:, 1])


class Group(NamedTuple):
    """Fans told alike: how many, what was told of them, and what came."""

    fans: int
    told: float
    came: float


class Score(NamedTuple):
    """How good probabilities were."""

    auc: float
    """That a fan who came was told likelier than one who did not; 0.5 is a coin."""
    brier: float
    """Mean square of what was off; less is better."""
    calibration: list[Group]
    """Ten groups of equal size, the likeliest last."""


class Judgement(NamedTuple):
    """Which way is used, and why."""

    way: PredictionWay
    learnt_from: int
    judged_by: int
    came: int
    model: Score | None
    baseline: Score | None
    auc_gain: float | None
    """Of the model over the baseline."""
    auc_gain_error: float | None
    """Standard error of the gain, by drawing fans again."""


def judge(learnt: Sheet, judged: Sheet) -> Judgement:
    """Let both learn from the one sheet and be judged by the other."""
    counts = len(learnt.came), len(judged.came), int(judged.came.sum())
    if len(learnt.came) < LEAST_LEARNT or not (_has_both(learnt.came) and _has_both(judged.came)):
        return Judgement(PredictionWay.TOO_FEW, *counts, None, None, None, None)
    by_model, by_baseline = Model(learnt).predict(judged.values), Baseline(learnt).predict(judged.values)
    model, baseline = score(judged.came, by_model), score(judged.came, by_baseline)
    gain_error, baseline_error = _errors(judged.came, by_model, by_baseline)
    gain = model.auc - baseline.auc
    way = PredictionWay.NEITHER
    if gain > TWO_ERRORS * gain_error and model.brier <= baseline.brier:
        way = PredictionWay.MODEL
    elif baseline.auc - 0.5 > TWO_ERRORS * baseline_error:
        way = PredictionWay.BASELINE
    return Judgement(way, *counts, model, baseline, gain, gain_error)


def learn(way: PredictionWay, sheet: Sheet) -> Predictor | None:
    """The predictor of a way, from the newest days; None where nothing is to be told."""
    if way is PredictionWay.MODEL:
        return Model(sheet)
    return Baseline(sheet) if way is PredictionWay.BASELINE else None


def score(came: Flags, told: Numbers) -> Score:
    """How good these probabilities were."""
    order = np.argsort(told, kind="stable")
    groups = [part for part in np.array_split(order, GROUPS) if len(part)]
    return Score(
        auc=float(roc_auc_score(came, told)),
        brier=float(brier_score_loss(came, told)),
        calibration=[Group(len(part), float(told[part].mean()), float(came[part].mean())) for part in groups],
    )


def explain(predictor: Predictor, values: Numbers, typical: Numbers) -> list[list[tuple[str, float]]]:
    """For each row the features that matter most: how much likelier than with the shop's typical value (the median)."""
    told = predictor.predict(values)
    effects = np.empty_like(values)
    for position in range(values.shape[1]):
        other = values.copy()
        other[:, position] = typical[position]
        effects[:, position] = told - predictor.predict(other)
    effects[np.isnan(values)] = 0.0
    strongest = np.argsort(-np.abs(effects), axis=1)[:, :REASONS]
    return [
        [(FEATURES[at], float(effects[row, at])) for at in found if abs(effects[row, at]) >= LEAST_EFFECT]
        for row, found in enumerate(strongest)
    ]


def typical_of(sheet: Sheet) -> Numbers:
    """The middle of each feature among fans; NaN of what nothing is known of anybody."""
    typical = np.full(sheet.values.shape[1], np.nan)
    known = _known(sheet)
    typical[known] = np.nanmedian(sheet.values[:, known], axis=0)
    return typical


def _known(sheet: Sheet) -> Flags:
    """Of which features anything is known."""
    return np.asarray(~np.isnan(sheet.values).all(axis=0))


def _has_both(came: Flags) -> bool:
    return min(int(came.sum()), int((~came).sum())) >= LEAST_OF_A_KIND


def _errors(came: Flags, by_model: Numbers, by_baseline: Numbers) -> tuple[float, float]:
    """Standard errors of the model's gain in AUC and of the baseline's AUC, by the bootstrap over fans."""
    draw = np.random.default_rng(7)
    gains, plain = [], []
    for _ in range(DRAWS):
        some = draw.integers(0, len(came), len(came))
        if 0 < came[some].sum() < len(some):
            baseline = roc_auc_score(came[some], by_baseline[some])
            gains.append(roc_auc_score(came[some], by_model[some]) - baseline)
            plain.append(baseline)
    return float(np.std(gains)), float(np.std(plain))
