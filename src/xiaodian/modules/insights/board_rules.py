"""From what a room has come to at a minute to the figures of its board, beside rooms before: pure."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from xiaodian.contracts.insights import BoardFigure, BoardStep, RoomMetrics
from xiaodian.modules.insights.definitions import average, conversion, gpm_minor, uv_value_minor

BOARD_STEPS = ("entered", "watched_minute", "clicked", "ordered", "paid")
REPORT_STEPS = ("entered", "saw_card", "clicked", "checkout", "ordered", "paid")


class Reached(NamedTuple):
    """What a room has come to; None: not for these eyes."""

    gmv_minor: int | None
    orders_paid: int
    buyers: int
    views: int | None
    viewers: int | None
    new_fans: int | None
    watch_s: int | None = None
    fan_share_viewers: float | None = None
    fan_share_buyers: float | None = None
    seen_buyers: int | None = None
    """Of the buyers those who came into the room."""


def figures_of(reached: Reached) -> dict[str, float | None]:
    """The figures of which a room before can be asked at the same minute."""
    gmv, views, viewers, seen = reached.gmv_minor, reached.views, reached.viewers, reached.seen_buyers
    return {
        "gmv": gmv,
        "orders_paid": reached.orders_paid,
        "buyers": reached.buyers,
        "viewers": viewers,
        "views": views,
        "new_fans": reached.new_fans,
        "conversion": None if viewers is None or seen is None else conversion(seen, viewers),
        "gpm": None if gmv is None or views is None else gpm_minor(gmv, views),
        "uv_value": None if gmv is None or viewers is None else uv_value_minor(gmv, viewers),
        "watch_average": None if viewers is None or reached.watch_s is None else average(reached.watch_s, viewers),
        "fan_share_viewers": reached.fan_share_viewers,
        "fan_share_buyers": reached.fan_share_buyers,
    }


def beside(now: Mapping[str, float | None], past: Sequence[Mapping[str, float | None]]) -> list[BoardFigure]:
    """Each figure with the median and the best of rooms before, as far as those can tell."""
    figures = []
    for key, value in now.items():
        known = [found for each in past if (found := each.get(key)) is not None]
        figures.append(
            BoardFigure(key=key, now=value, median=median(known) if known else None, best=max(known) if known else None)
        )
    return figures


def steps_of(metrics: RoomMetrics, keys: Sequence[str]) -> list[BoardStep]:
    """How many people got how far; of who only sees sales, from ordering on."""
    people = {"ordered": metrics.buyers_placed, "paid": metrics.buyers_paid}
    if (traffic := metrics.traffic) is not None:
        people |= {
            "entered": traffic.viewers,
            "watched_minute": traffic.watched_minute,
            "saw_card": traffic.saw_card,
            "clicked": traffic.viewed_product,
            "checkout": traffic.started_checkout,
        }
    return [BoardStep(key=key, people=people[key]) for key in keys if key in people]
