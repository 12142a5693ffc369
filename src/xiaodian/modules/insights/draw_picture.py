"""A report as a picture for phones: 1080 wide, as long as it takes."""

from collections.abc import Mapping

from xiaodian.contracts.reports import Report
from xiaodian.kit.paper import POINTS, Paper
from xiaodian.modules.insights.report_parts import (
    BUY,
    EARNED,
    INK,
    LINE,
    PAPER,
    SOFT,
    SUNK,
    SURFACE,
    WHEAT,
    Box,
    colour_of,
    describe_best,
    describe_question,
    draw_curve,
    known,
    main_figure,
)
from xiaodian.modules.insights.report_words import Words, change

PIXELS = 1080
SCALE = 3
WIDTH = PIXELS / SCALE / POINTS
"""In millimetres, of which a point is 72 to the inch."""
TALLEST = 300.0
MARGIN = 7.0
INNER = WIDTH - 2 * MARGIN
PAD = 5.0
COLUMNS = 3
TOP_PRODUCTS = 3
TOP_QUESTIONS = 3
FIGURES = (
    *("orders_paid", "buyers", "viewers", "gpm", "uv_value", "conversion", "watch_average", "online_max", "new_fans"),
)
WHITE, PALE = (1.0, 1.0, 1.0), (1.0, 0.886, 0.831)


def draw_picture(report: Report, words: Words, pictures: Mapping[str, bytes]) -> bytes:
    """The PNG. `pictures` by their addresses, as JPEG or PNG."""
    paper = Paper(WIDTH, TALLEST)
    paper.turn()
    paper.box(0, 0, WIDTH, TALLEST, fill=PAPER)
    y = _draw_head(paper, report, words, pictures.get(report.cover_url or ""))
    y = _draw_main(paper, report, words, y)
    y = _draw_figures(paper, report, words, y)
    y = _draw_curve(paper, report, words, y)
    y = _draw_products(paper, report, words, pictures, y)
    y = _draw_questions(paper, report, words, y)
    text = words.say("report_as_of", time=words.moment(report.at_ms))
    paper.text(MARGIN, y + 1, text, size=7.5, width=INNER, colour=SOFT)
    return paper.to_png(SCALE, y + 9)


def _draw_head(paper: Paper, report: Report, words: Words, cover: bytes | None) -> float:
    paper.box(0, 0, WIDTH, 62, fill=BUY)
    left = MARGIN
    if cover:
        paper.picture(MARGIN, MARGIN + 1, 24, 32, cover)
        left += 28
    width = WIDTH - MARGIN - left
    paper.text(left, MARGIN, words.say("report_title"), size=10, colour=WHEAT, bold=True)
    y = paper.text(left, MARGIN + 5, report.title, size=15, width=width, most=2, colour=WHITE, bold=True)
    y = paper.text(left, y + 0.6, report.host_name, size=10, width=width, colour=WHITE)
    if report.started_at_ms is not None and report.ended_at_ms is not None:
        length = words.length(max(60, (report.ended_at_ms - report.started_at_ms) / 1000))
        paper.text(left, y, f"{words.moment(report.started_at_ms)} · {length}", size=8.5, width=width, colour=PALE)
    return 44


def _draw_main(paper: Paper, report: Report, words: Words, y: float) -> float:
    main = main_figure(report)
    net = known(report, ["gmv_net"])
    height = 35.0 if main.median is not None or net else 28.0
    _card(paper, y, height)
    paper.text(MARGIN + PAD, y + 3, words.name(main.key), size=10, colour=SOFT)
    value = words.figure(main.key, main.value)
    size = min(38.0, 38.0 * (INNER - 2 * PAD) / max(1.0, paper.width_of(value, 38)))
    paper.text(MARGIN + PAD, y + 7.5, value, size=size, colour=EARNED, bold=True)
    x = MARGIN + PAD
    if by := change(main.value, main.median):
        paper.text(x, y + 27, by, size=10, colour=colour_of(main), bold=True)
        x += paper.width_of(by, 10) + 2
    texts = []
    if main.median is not None:
        texts.append(words.say("board_median", value=words.brief(main.key, main.median)))
    if net:
        texts.append(words.say("report_after_refunds", value=words.figure("gmv_net", net[0].value)))
    paper.text(x, y + 27, "  ·  ".join(texts), size=9, width=MARGIN + INNER - PAD - x, colour=SOFT)
    return y + height + 4


def _draw_figures(paper: Paper, report: Report, words: Words, y: float) -> float:
    shown = known(report, [key for key in FIGURES if key != main_figure(report).key])
    if not shown:
        return y
    rows = -(-len(shown) // COLUMNS)
    _card(paper, y, rows * 16 + 5)
    width = (INNER - 2 * PAD) / COLUMNS
    for number, figure in enumerate(shown):
        x, top = MARGIN + PAD + number % COLUMNS * width, y + 3 + number // COLUMNS * 16
        paper.text(x, top, words.name(figure.key), size=8, width=width - 2, colour=SOFT)
        value = words.figure(figure.key, figure.value)
        size = min(15.0, 15.0 * (width - 2) / max(1.0, paper.width_of(value, 15)))
        paper.text(x, top + 4, value, size=size, colour=INK, bold=True)
    return y + rows * 16 + 9


def _draw_curve(paper: Paper, report: Report, words: Words, y: float) -> float:
    if not report.minutes.items:
        return y
    best = describe_best(report, words)
    _card(paper, y, 50 if best else 43)
    paper.text(MARGIN + PAD, y + 2.5, words.say("report_curve"), size=10, colour=INK, bold=True)
    draw_curve(paper, report, Box(MARGIN + PAD, y + 9, INNER - 2 * PAD, 30))
    paper.text(MARGIN + PAD, y + 41, best, size=8.5, width=INNER - 2 * PAD, colour=SOFT)
    return y + (54 if best else 47)


def _draw_products(paper: Paper, report: Report, words: Words, pictures: Mapping[str, bytes], y: float) -> float:
    top = [product for product in report.products if product.orders_paid][:TOP_PRODUCTS]
    if not top:
        return y
    _card(paper, y, len(top) * 17 + 12)
    paper.text(MARGIN + PAD, y + 2.5, words.say("report_top_products"), size=10, colour=INK, bold=True)
    at, right = y + 10, MARGIN + INNER - PAD
    for number, product in enumerate(top):
        if number:
            paper.line(at - 1.5, left=MARGIN + PAD, right=right, width_pt=0.5, colour=LINE)
        paper.box(MARGIN + PAD, at, 14, 14, fill=SUNK, radius=1.6)
        if picture := pictures.get(product.picture_url or ""):
            paper.picture(MARGIN + PAD, at, 14, 14, picture)
        x = MARGIN + PAD + 17
        paper.text(x, at, product.title, size=10.5, width=right - x, colour=INK)
        orders = words.say("report_orders", count=product.orders_paid)
        paper.text(x, at + 6.5, orders, size=9.5, colour=SOFT)
        if product.gmv_minor is not None:
            paper.text(right, at + 5.6, words.money(product.gmv_minor), size=12, colour=EARNED, bold=True, right=True)
        at += 17
    return y + len(top) * 17 + 16


def _draw_questions(paper: Paper, report: Report, words: Words, y: float) -> float:
    top = report.questions[:TOP_QUESTIONS]
    if not top:
        return y
    _card(paper, y, len(top) * 8 + 13)
    paper.text(MARGIN + PAD, y + 2.5, words.say("report_asked"), size=10, colour=INK, bold=True)
    at, right = y + 10, MARGIN + INNER - PAD
    for question in top:
        about, people = describe_question(question, words)
        paper.text(MARGIN + PAD, at, about, size=10.5, width=INNER - 2 * PAD - 24, colour=INK)
        paper.text(right, at + 0.4, people, size=9.5, colour=SOFT, right=True)
        at += 8
    return y + len(top) * 8 + 17


def _card(paper: Paper, y: float, height: float) -> None:
    paper.box(MARGIN, y, INNER, height, fill=SURFACE, radius=3)
