"""Fans: who bought in a shop or watches it, how often, and who comes back."""

from enum import StrEnum
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, DomainError, Event
from xiaodian.contracts.shops import ShopId


class SegmentCode(StrEnum):
    """The ready segments; a fan is in one, the first that fits: rules are in modules/fans/segment_rules.py."""

    WATCHER = "watcher"
    """Follows or watches, and has never bought."""
    LOST = "lost"
    SLIPPING = "slipping"
    RETURNER = "returner"
    """Gave back much of what they bought."""
    BIG_SPENDER = "big_spender"
    LOYAL = "loyal"
    NEW = "new"
    ACTIVE = "active"


class FanFigures(Contract, frozen=True, kw_only=True):
    """What a fan's orders add up to. Orders whose goods were all refunded, or that were cancelled, are no purchases."""

    orders: int
    occasions: int
    """Purchases, those one after the other in the same room taken as one."""
    paid_orders: int
    """With those that were refunded or cancelled."""
    spent_minor: int
    """What is left after refunds."""
    gmv_minor: int
    returned_minor: int
    average_minor: int | None
    """Spent per order."""
    returned_share: float | None
    first_at_ms: int | None
    last_at_ms: int | None


class FanCard(Contract, frozen=True, kw_only=True):
    """A fan in a list."""

    account_id: AccountId
    display_name: str
    avatar_url: str | None
    segment: SegmentCode
    segment_since: str
    """A day, `2026-11-29`."""
    figures: FanFigures
    followed_at_ms: int | None
    seen_at_ms: int | None
    tags: list[str]


class PredictionWay(StrEnum):
    """By what it is told what fans may do next."""

    MODEL = "model"
    BASELINE = "baseline"
    NEITHER = "neither"
    """Nothing tells this shop's fans apart better than a coin: nothing is told."""
    TOO_FEW = "too_few"
    """Too few fans or purchases to learn from: nothing is told."""
    TOO_FEW_PRODUCTS = "too_few_products"
    """Too few products to choose among: none is told."""


class CalibrationGroup(Contract, frozen=True, kw_only=True):
    """Fans who were told alike: the mean of what was told of them, and the share that came."""

    fans: int
    told: float
    came: float


class PredictionScore(Contract, frozen=True, kw_only=True):
    """How good probabilities were in the last whole period, which they were not learnt from."""

    auc: float
    """That a fan who came was told likelier than one who did not; 0.5 is a coin."""
    brier: float
    """The mean square of what was off: 0 is best."""
    calibration: list[CalibrationGroup]
    """Ten groups of equal size, the likeliest last."""


class LikelihoodReport(Contract, frozen=True, kw_only=True):
    """How well it is told who buys in the next 30 days."""

    way: PredictionWay
    learnt_from: int
    judged_by: int
    came: int
    """Of those it was judged by."""
    model: PredictionScore | None
    baseline: PredictionScore | None
    """What is told by how long ago and how often alone."""
    auc_gain: float | None
    auc_gain_error: float | None
    """Standard error of the gain. The model is used above two of them."""


class ProductReport(Contract, frozen=True, kw_only=True):
    """How well it is told what fans buy next: shares of fans who bought one of the ten told."""

    way: PredictionWay
    judged_by: int
    model_hits: float | None
    baseline_hits: float | None
    """If everybody were told the best sellers of the time."""


class PredictionReport(Contract, frozen=True, kw_only=True):
    """How well it is told what a shop's fans may do next."""

    reckoned_on: str
    """A day of the books."""
    likelihood: LikelihoodReport
    products: ProductReport
    one_in: int = 1
    """Of a large shop's buyers one in so many was learnt from, and judged by."""


class PredictionReason(Contract, frozen=True, kw_only=True):
    """What makes a fan likelier or less likely than the shop's typical fan."""

    feature: str
    """See docs/fans.md."""
    effect: float
    """How much likelier than if this were as with the typical fan; below 0 less likely."""


class NextProduct(Contract, frozen=True, kw_only=True):
    """A product on sale that the fan may buy next."""

    product_id: UUID
    title: str
    picture_url: str | None


class FanPrediction(Contract, frozen=True, kw_only=True):
    """What a fan may do next; nothing is told where it could not be told well enough."""

    reckoned_on: str
    """A day of the books."""
    within_days: int
    likelihood: float | None
    """That the fan buys within so many days."""
    reasons: list[PredictionReason]
    """The strongest first."""
    products: list[NextProduct]
    """The likeliest first."""


class FanForecast(Contract, frozen=True, kw_only=True):
    """What a fan may do next; null: nothing is told of this fan, as too little is known."""

    prediction: FanPrediction | None


class ForecastReport(Contract, frozen=True, kw_only=True):
    """How well it is told what fans may do next; null: nothing was learnt yet."""

    report: PredictionReport | None


class FanMoved(Event, frozen=True, kw_only=True):
    """A fan of a shop went from one segment to another, by a deed or by time alone."""

    event_key = "account_id"
    shop_id: ShopId
    account_id: AccountId
    from_segment: SegmentCode | None
    """None: was no fan before."""
    to_segment: SegmentCode
    moved_on: str
    """A day of the books."""


class SegmentSize(Contract, frozen=True, kw_only=True):
    """A segment and how many fans are in it."""

    segment: SegmentCode
    fans: int


class SegmentMember(Contract, frozen=True, kw_only=True):
    """Somebody in a segment; nothing but who."""

    account_id: AccountId


class ConditionError(DomainError):
    """The condition cannot be asked; `reason` says why, `at` where."""

    code = "condition"
    status = 422


SegmentId = UUID
