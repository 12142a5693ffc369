"""From what whole rooms came to to the figures of a report, beside rooms before: pure."""

from collections.abc import Mapping, Sequence, Set
from statistics import median
from typing import NamedTuple

from msgspec.structs import replace

from xiaodian.contracts.insights import FeaturedSpan, RoomMetrics
from xiaodian.contracts.reports import Report, ReportFigure, ReportMoment, ReportPart
from xiaodian.modules.insights.board_rules import Reached, figures_of
from xiaodian.modules.insights.definitions import aov_minor, average
from xiaodian.modules.insights.log_rules import MINUTE_MS, Minute
from xiaodian.modules.insights.queries import SaleSums

MONEY = frozenset({"gmv", "returned", "gmv_net", "aov", "gpm", "uv_value"})
TRAFFIC = frozenset({"views", "viewers", "watch_average", "online_max", "comments", "likes", "new_fans"})
OF_TRAFFIC = TRAFFIC | {"conversion", "gpm", "uv_value"}

Figures = dict[str, float | None]


class Whole(NamedTuple):
    """What a room came to from beginning to end."""

    gmv_minor: int = 0
    returned_minor: int = 0
    orders_paid: int = 0
    pieces: int = 0
    buyers: int = 0
    views: int = 0
    viewers: int = 0
    watch_s: int = 0
    online_max: int = 0
    comments: int = 0
    likes: int = 0
    seen_buyers: int = 0
    """Of the buyers those who came into the room."""


def whole_of(metrics: RoomMetrics) -> Whole:
    """The same from a room's figures; what is not for these eyes is nought here, and left out by `figures_of_whole`."""
    sums, traffic = metrics.sums, metrics.traffic
    sold = (sums.gmv_minor or 0, sums.returned_minor or 0, sums.orders_paid, sums.pieces, metrics.buyers_paid)
    if traffic is None:
        return Whole(*sold)
    came = (traffic.views, traffic.viewers, traffic.watch_s, traffic.online_max, traffic.comments, traffic.likes)
    return Whole(*sold, *came, metrics.buyers_seen or 0)


def figures_of_whole(whole: Whole, new_fans: int, *, sees_money: bool, sees_traffic: bool) -> Figures:
    """A room's figures, None where they are not for these eyes."""
    sold, came = (whole.gmv_minor, whole.orders_paid, whole.buyers), (whole.views, whole.viewers)
    reached = Reached(*sold, *came, new_fans if sees_traffic else None, seen_buyers=whole.seen_buyers)
    figures: Figures = {
        **figures_of(reached),
        "returned": whole.returned_minor,
        "gmv_net": whole.gmv_minor - whole.returned_minor,
        "pieces": whole.pieces,
        "aov": aov_minor(whole.gmv_minor, whole.buyers),
        "watch_average": average(whole.watch_s, whole.viewers),
        "online_max": whole.online_max,
        "comments": whole.comments,
        "likes": whole.likes,
    }
    hidden = (frozenset() if sees_money else MONEY) | (frozenset() if sees_traffic else OF_TRAFFIC)
    return {key: None if key in hidden else value for key, value in figures.items()}


def beside_whole(now: Mapping[str, float | None], past: Sequence[Mapping[str, float | None]]) -> list[ReportFigure]:
    """Each figure with the median of rooms before and with the last of them (`past` begins with it)."""
    figures = []
    for key, value in now.items():
        known = [found for each in past if (found := each.get(key)) is not None]
        last = past[0].get(key) if past else None
        figures.append(ReportFigure(key=key, value=value, median=median(known) if known else None, last=last))
    return figures


def find_best_minute(
    sales: Sequence[tuple[int, SaleSums]],
    logged: Mapping[int, Minute],
    featured: Sequence[FeaturedSpan],
    span_ms: tuple[int, int],
    *,
    sees_money: bool,
) -> ReportMoment | None:
    """The minute on air that brought most, the earlier of two that are equal; None if nothing was paid.

    Who may not see money is told by orders alone. `logged` is empty for who does not see a room's traffic.
    """
    first_ms, end_ms = span_ms
    paid = [(at, sums) for at, sums in sales if first_ms - MINUTE_MS < at <= end_ms and sums.orders_paid]
    if not paid:
        return None
    at_ms, sums = max(paid, key=lambda each: (each[1].gmv_minor if sees_money else 0, each[1].orders_paid, -each[0]))
    return ReportMoment(
        at_ms=at_ms,
        orders_paid=sums.orders_paid,
        gmv_minor=sums.gmv_minor if sees_money else None,
        online_max=logged[at_ms].online_max if at_ms in logged else None,
        title=_on_show(featured, at_ms),
    )


def leave_out(report: Report, shown: Set[ReportPart]) -> Report:
    """The same without what is not to be shown."""
    if ReportPart.MONEY not in shown:
        report = _without_money(report)
    if ReportPart.PAST not in shown:
        figures = [replace(figure, median=None, last=None) for figure in report.figures]
        report = replace(report, figures=figures, past_rooms=0)
    if ReportPart.CURVE not in shown:
        report = replace(report, minutes=replace(report.minutes, items=[]), best_minute=None, featured=[])
    if ReportPart.QUESTIONS not in shown:
        report = replace(report, questions=[])
    if ReportPart.PRODUCTS not in shown:
        best = None if report.best_minute is None else replace(report.best_minute, title=None)
        asked = [replace(each, product_id=None, title=None) for each in report.questions if each.product_id is None]
        report = replace(report, products=[], flash_sales=[], featured=[], best_minute=best, questions=asked)
    return report


def _without_money(report: Report) -> Report:
    best = report.best_minute
    return replace(
        report,
        figures=[
            replace(figure, value=None, median=None, last=None) if figure.key in MONEY else figure
            for figure in report.figures
        ],
        minutes=replace(report.minutes, items=[replace(each, gmv_minor=None) for each in report.minutes.items]),
        best_minute=None if best is None else replace(best, gmv_minor=None),
        products=[replace(each, gmv_minor=None, returned_minor=None) for each in report.products],
        flash_sales=[replace(each, gmv_minor=None) for each in report.flash_sales],
    )


def _on_show(featured: Sequence[FeaturedSpan], at_ms: int) -> str | None:
    """What was held up for longest in a minute."""
    end_ms = at_ms + MINUTE_MS
    times: dict[str, int] = {}
    for span in featured:
        shown_ms = min(end_ms, end_ms if span.end_ms is None else span.end_ms) - max(at_ms, span.start_ms)
        if shown_ms > 0:
            times[span.title] = times.get(span.title, 0) + shown_ms
    return max(times, key=lambda title: times[title]) if times else None
