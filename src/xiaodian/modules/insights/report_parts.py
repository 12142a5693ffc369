"""Parts of a report that paper and picture have in common: colours, its curve, its steps. Knows no database."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from xiaodian.contracts.reports import Report, ReportFigure, ReportQuestion
from xiaodian.kit.paper import Colour, Paper
from xiaodian.modules.insights.report_words import Words

INK, SOFT, LINE = (0.129, 0.110, 0.086), (0.420, 0.384, 0.345), (0.898, 0.855, 0.796)
PAPER, SURFACE, SUNK = (0.984, 0.969, 0.941), (1.0, 1.0, 1.0), (0.953, 0.922, 0.875)
BUY, EARNED, WHEAT = (0.784, 0.251, 0.102), (0.541, 0.365, 0.0), (0.941, 0.784, 0.412)
GOOD, BAD = (0.184, 0.420, 0.227), (0.702, 0.149, 0.118)
SKY, SKY_LINE = (0.820, 0.878, 0.949), (0.114, 0.373, 0.749)
STEP_TEXTS = {"clicked": "step_clicked", "watched_minute": "metric_watched_minute"}
WORSE = frozenset({"returned"})
Place = Callable[[float], float]
"""From a moment to where it is from left to right."""


class Box(NamedTuple):
    """Where something stands, in millimetres."""

    x: float
    y: float
    width: float
    height: float


def known(report: Report, keys: Sequence[str]) -> list[ReportFigure]:
    """Those of these figures that there are to tell, in this order; refunds only where there are any."""
    figures = {figure.key: figure for figure in report.figures if figure.value is not None}
    returned = figures.get("returned")
    if returned is None or not returned.value:
        figures = {key: figure for key, figure in figures.items() if key not in ("returned", "gmv_net")}
    return [figures[key] for key in keys if key in figures]


def main_figure(report: Report) -> ReportFigure:
    """What everybody asks for first: GMV, or orders for who does not see money."""
    return known(report, ["gmv", "orders_paid"])[0]


def colour_of(figure: ReportFigure) -> Colour:
    """Good or bad news, beside the median."""
    is_more = (figure.value or 0) >= (figure.median or 0)
    return GOOD if is_more != (figure.key in WORSE) else BAD


def describe_best(report: Report, words: Words) -> str:
    """The best minute in one line; empty if there is none."""
    best = report.best_minute
    if best is None or report.started_at_ms is None:
        return ""
    parts = [
        words.say("report_best"),
        words.clock(best.at_ms - report.started_at_ms),
        words.say("report_orders", count=best.orders_paid),
        "" if best.gmv_minor is None else words.money(best.gmv_minor),
        best.title or "",
    ]
    return " · ".join(part for part in parts if part)


def describe_question(question: ReportQuestion, words: Words) -> tuple[str, str]:
    """What was asked, and by how many."""
    kind = words.say(f"report_asked_{question.kind}")
    about = f"{kind} · {question.title}" if question.title else kind
    return about, words.say("report_asked_people", count=question.people)


def draw_curve(paper: Paper, report: Report, box: Box) -> None:
    """Who watched as an area, what was held up as marks, what was sold as bars."""
    if report.started_at_ms is None or report.ended_at_ms is None:
        return
    step_ms = report.minutes.step_s * 1000
    start_ms = min([report.started_at_ms // 60_000 * 60_000, *(minute.at_ms for minute in report.minutes.items)])
    end_ms = max([report.ended_at_ms, start_ms + step_ms, *(minute.at_ms + step_ms for minute in report.minutes.items)])

    def x_of(at_ms: float) -> float:
        return box.x + min(1.0, max(0.0, (at_ms - start_ms) / (end_ms - start_ms))) * box.width

    area, lane = Box(box.x, box.y, box.width, box.height * 0.46), box.height * 0.07
    if any(minute.online_max is not None for minute in report.minutes.items):
        _draw_area(paper, report, area, x_of, step_ms)
    lane_y = area.y + area.height + box.height * 0.05
    paper.box(box.x, lane_y, box.width, lane, fill=SUNK, radius=lane / 3)
    for span in report.featured:
        left, right = x_of(span.start_ms), x_of(end_ms if span.end_ms is None else span.end_ms)
        paper.box(left, lane_y, max(0.6, right - left - 0.2), lane, fill=WHEAT, radius=min(lane / 4, 0.4))
    top = lane_y + lane + box.height * 0.05
    _draw_bars(paper, report, Box(box.x, top, box.width, box.y + box.height - top), x_of, step_ms)
    paper.line(box.y + box.height, left=box.x, right=box.x + box.width, colour=LINE)


def _draw_area(paper: Paper, report: Report, box: Box, x_of: Place, step_ms: int) -> None:
    by_minute = {minute.at_ms: minute.online_max or 0 for minute in report.minutes.items}
    most = max([1, *by_minute.values()])
    points = [(box.x, box.y + box.height)]
    at_ms, last_ms = min(by_minute), max(by_minute)
    while at_ms <= last_ms:
        y = box.y + box.height * (1 - by_minute.get(at_ms, 0) / most)
        points += [(x_of(at_ms), y), (x_of(at_ms + step_ms), y)]
        at_ms += step_ms
    points.append((points[-1][0], box.y + box.height))
    paper.area(points, fill=SKY, colour=SKY_LINE)


def _draw_bars(paper: Paper, report: Report, box: Box, x_of: Place, step_ms: int) -> None:
    sold = [
        (each.at_ms, each.orders_paid if each.gmv_minor is None else each.gmv_minor) for each in report.minutes.items
    ]
    most = max([1, *(value for _, value in sold)])
    for at_ms, value in sold:
        if value > 0:
            middle, room = x_of(at_ms + step_ms / 2), (x_of(at_ms + step_ms) - x_of(at_ms)) * 0.7
            width, height = min(3.0, max(0.35, room)), max(0.5, box.height * value / most)
            paper.box(middle - width / 2, box.y + box.height - height, width, height, fill=BUY)


def draw_steps(paper: Paper, report: Report, words: Words, box: Box, size: float) -> float:
    """A bar for each step, its people and their share of the step before; answers where it ends."""
    most = max([1, *(step.people for step in report.steps)])
    names, numbers = box.width * 0.2, box.width * 0.3
    bars = box.width - names - numbers
    row = size * 0.72
    y, before = box.y, None
    for step in report.steps:
        paper.text(
            box.x, y, words.say(STEP_TEXTS.get(step.key, f"step_{step.key}")), size=size, width=names, colour=INK
        )
        paper.box(box.x + names, y + row * 0.12, bars, row * 0.62, fill=SUNK, radius=0.6)
        part = bars * step.people / most
        if step.people:
            paper.box(box.x + names, y + row * 0.12, max(0.8, part), row * 0.62, fill=BUY, radius=min(0.6, part / 2))
        right = box.x + box.width
        paper.text(right - numbers * 0.66, y, f"{step.people:,}", size=size, colour=INK, bold=True, right=True)
        if before and step.people <= before:
            share = words.say("step_of_last", share=words.share(step.people / before))
            paper.text(right, y, share, size=size * 0.85, colour=SOFT, right=True)
        before = step.people
        y += row
    return y
