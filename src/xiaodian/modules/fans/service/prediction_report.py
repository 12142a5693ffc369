"""How good what is told of a shop's fans was, in the words of the wire."""

from datetime import date

from xiaodian.contracts.fans import CalibrationGroup, LikelihoodReport, PredictionReport, ProductReport
from xiaodian.contracts.fans import PredictionScore as WireScore
from xiaodian.modules.fans.prediction.likelihood import Judgement, Score
from xiaodian.modules.fans.prediction.next_product import ProductJudgement

PLACES = 4


def to_report(likelihood: Judgement, products: ProductJudgement, today: date, one_in: int) -> PredictionReport:
    """Both judgements, rounded for reading; of one buyer in so many."""
    return PredictionReport(
        reckoned_on=today.isoformat(),
        likelihood=LikelihoodReport(
            way=likelihood.way,
            learnt_from=likelihood.learnt_from,
            judged_by=likelihood.judged_by,
            came=likelihood.came,
            model=_score(likelihood.model),
            baseline=_score(likelihood.baseline),
            auc_gain=_round(likelihood.auc_gain),
            auc_gain_error=_round(likelihood.auc_gain_error),
        ),
        products=ProductReport(
            way=products.way,
            judged_by=products.judged_by,
            model_hits=_round(products.model_hits),
            baseline_hits=_round(products.baseline_hits),
        ),
        one_in=one_in,
    )


def _score(score: Score | None) -> WireScore | None:
    if score is None:
        return None
    return WireScore(
        auc=round(score.auc, PLACES),
        brier=round(score.brier, PLACES),
        calibration=[
            CalibrationGroup(fans=group.fans, told=round(group.told, PLACES), came=round(group.came, PLACES))
            for group in score.calibration
        ],
    )


def _round(number: float | None) -> float | None:
    return None if number is None else round(number, PLACES)
