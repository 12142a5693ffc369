"""What each figure means: the one place where it stands, with its formula and what it is made of.

docs/metrics.md lists the same (a test compares), the console shows it beside every figure. Names and plain words in
both languages are in the message catalogue under `metric_<key>` and `metric_<key>_what`, the formula and what it is
made of in words of each language under `metric_<key>_formula` and `metric_<key>_source` (a test compares the English).
"""

from enum import StrEnum

from xiaodian.contracts.base import Contract

PER_THOUSAND = 1000


class Unit(StrEnum):
    """How a figure is written."""

    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"


class Definition(Contract, frozen=True, kw_only=True):
    """A figure: how it is reckoned, from which facts."""

    key: str
    unit: Unit
    formula: str
    source: str


def _of(key: str, unit: Unit, formula: str, source: str) -> Definition:
    return Definition(key=key, unit=unit, formula=formula, source=source)


_MONEY, _COUNT, _SHARE, _SECONDS = Unit.MONEY, Unit.COUNT, Unit.SHARE, Unit.SECONDS
_PLAYED = "behaviour: entered, watched, left"
_SEEN = "behaviour: seen"
_TOLD = "orders of other platforms, by the room in their link"

DEFINITIONS: tuple[Definition, ...] = (
    _of("gmv", _MONEY, "sum(price × quantity - shop's coupon) of paid lines, by time of payment", "orders"),
    _of("returned", _MONEY, "sum(refunded to buyer + to platform) of the lines counted in gmv", "refunds of orders"),
    _of("gmv_net", _MONEY, "gmv - returned", "orders and their refunds"),
    _of("refunded", _MONEY, "sum(refunded to buyer + to platform) of goods, by time of refund", "refunds of orders"),
    _of("orders_placed", _COUNT, "number of orders, by time of placing", "orders"),
    _of("orders_paid", _COUNT, "number of orders paid, by time of payment; refunds do not lower it", "orders"),
    _of("buyers", _COUNT, "number of different accounts that paid (on a shop's day: first payment counts)", "orders"),
    _of("pieces", _COUNT, "sum(quantity) of paid lines", "orders"),
    _of("aov", _MONEY, "gmv / buyers", "orders"),
    _of("orders_elsewhere", _COUNT, "number of orders paid, not cancelled or refunded; never in orders_paid", _TOLD),
    _of("amount_elsewhere", _MONEY, "sum(amount) of orders_elsewhere in the platform's currency; never in gmv", _TOLD),
    _of("room_seen", _COUNT, "number of different browsers that had half of the room on screen in a feed", _SEEN),
    _of("views", _COUNT, "number of times the room's page was opened, live and replay", "behaviour: entered"),
    _of("viewers", _COUNT, "number of different browsers that opened the room's page", "behaviour: entered"),
    _of("watch_average", _SECONDS, "sum(watched seconds) / viewers", "behaviour: watched, entered"),
    _of("online_max", _COUNT, "greatest number watching at once while on air", "room log: viewers"),
    _of("online_average", _COUNT, "sum(number watching × how long) / time on air", "room log: viewers"),
    _of("comments", _COUNT, "number of comments", "room log: comment"),
    _of("likes", _COUNT, "number of likes", "room log: likes"),
    _of("bag_opens", _COUNT, "number of times the bag was opened", "behaviour: bag_opened"),
    _of(
        "impressions", _COUNT, "number of times half of a product's card was seen for a second", "behaviour: card_shown"
    ),
    _of("clicks", _COUNT, "number of clicks on a product's card", "behaviour: card_clicked"),
    _of("product_views", _COUNT, "number of times a product was opened", "behaviour: product_viewed"),
    _of("checkout_starts", _COUNT, "number of times a checkout was begun", "behaviour: checkout_started"),
    _of("click_rate", _SHARE, "clicks / impressions", "behaviour: card_shown, card_clicked"),
    _of("conversion", _SHARE, "buyers / viewers", "orders; behaviour: entered"),
    _of("gpm", _MONEY, "gmv × 1000 / views", "orders; behaviour: entered"),
    _of("uv_value", _MONEY, "gmv / viewers", "orders; behaviour: entered"),
    _of("step_share", _SHARE, "people who took the step / viewers", "behaviour; orders"),
    _of("watched_minute", _COUNT, "number of viewers whose watched seconds are 60 or more", "behaviour: watched"),
    _of("new_fans", _COUNT, "number of accounts that follow the host since the room began", "follows"),
    _of("fan_share_viewers", _SHARE, "accounts that entered and follow the host / viewers", "behaviour; follows"),
    _of("fan_share_buyers", _SHARE, "buyers that follow the host / buyers", "orders; follows"),
    _of("featured_time", _SECONDS, "sum(time on show) of the product's cues", "cues"),
    _of("video_seen", _COUNT, "number of different browsers that had half of the film on screen", _SEEN),
    _of("video_views", _COUNT, "number of times the film began to play", "behaviour: entered"),
    _of("video_viewers", _COUNT, "number of different browsers in which it began to play", "behaviour: entered"),
    _of("watch_through", _SHARE, "sum(furthest moment of each viewer) / (viewers × length)", _PLAYED),
    _of("reached", _COUNT, "number of viewers whose furthest moment is this second or later", _PLAYED),
    _of("left_at", _COUNT, "number of times somebody went on to another film at this second", "behaviour: left"),
    _of("orders_at", _COUNT, "number of orders paid of lines bought at this second of the film", "orders"),
)


def gpm_minor(gmv_minor: int, views: int) -> int | None:
    """GMV per thousand views; None without views."""
    return gmv_minor * PER_THOUSAND // views if views else None


def uv_value_minor(gmv_minor: int, viewers: int) -> int | None:
    """GMV per viewer; None without viewers."""
    return gmv_minor // viewers if viewers else None


def aov_minor(gmv_minor: int, buyers: int) -> int | None:
    """GMV per buyer; None without buyers."""
    return gmv_minor // buyers if buyers else None


def share(part: int, whole: int) -> float | None:
    """A share between 0 and 1 (above, if buyers came who were never seen as viewers); None of nothing."""
    return round(part / whole, 4) if whole else None


def average(total: int, of: int) -> float | None:
    """An average to one decimal; None of nothing."""
    return round(total / of, 1) if of else None
