"""A report as a PDF: A4, one page or two, text that can be selected."""

from collections.abc import Mapping, Sequence

from xiaodian.contracts.reports import Report, ReportFigure
from xiaodian.kit.paper import Paper
from xiaodian.modules.insights.report_parts import (
    BUY,
    EARNED,
    INK,
    LINE,
    PAPER,
    SOFT,
    SUNK,
    WHEAT,
    Box,
    colour_of,
    describe_best,
    describe_question,
    draw_curve,
    draw_steps,
    known,
    main_figure,
)
from xiaodian.modules.insights.report_words import Words, change

WIDTH, HEIGHT = 210.0, 297.0
MARGIN = 16.0
INNER = WIDTH - 2 * MARGIN
FOOT = HEIGHT - 14.0
COLUMNS = 4
MAX_PRODUCTS = 24
MAX_FLASH_SALES = 8
SALES = ("gmv_net", "returned", "orders_paid", "buyers", "pieces", "aov", "gpm", "uv_value")
PEOPLE = (
    *("viewers", "views", "online_max", "watch_average", "new_fans", "fan_share_viewers", "fan_share_buyers"),
    *("conversion", "comments", "likes"),
)

NAMES = 44.0
OF_PRODUCTS = ("impressions", "clicks", "orders_paid")


def draw_paper(report: Report, words: Words, pictures: Mapping[str, bytes]) -> bytes:
    """The PDF. `pictures` by their addresses, as JPEG or PNG."""
    sheet = _Sheet(report, words)
    sheet.head(pictures.get(report.cover_url or ""))
    sheet.figures(SALES)
    sheet.figures(PEOPLE)
    sheet.curve()
    sheet.steps()
    sheet.products()
    sheet.flash_sales()
    sheet.questions()
    sheet.meanings()
    sheet.foot()
    return sheet.paper.to_bytes()


class _Sheet:
    """The pages so far, and how far down the last of them is written."""

    def __init__(self, report: Report, words: Words) -> None:
        self.report, self.words = report, words
        self.paper = Paper(WIDTH, HEIGHT)
        self.page = 0
        self.y = 0.0
        self._turn()

    def head(self, cover: bytes | None) -> None:
        """What it is of, and the figure that everybody asks for first."""
        report, words, paper = self.report, self.words, self.paper
        paper.box(0, 0, WIDTH, 62, fill=PAPER)
        paper.box(0, 0, WIDTH, 2.2, fill=BUY)
        right = WIDTH - MARGIN
        if cover:
            right -= 30
            paper.picture(WIDTH - MARGIN - 27, 11, 27, 36, cover)
        paper.text(MARGIN, 9, words.say("report_title"), size=10, colour=BUY, bold=True)
        y = paper.text(MARGIN, 15, report.title, size=17, width=right - MARGIN, most=2, colour=INK, bold=True)
        paper.text(MARGIN, y, _when(report, words), size=9, width=right - MARGIN, colour=SOFT)
        main = main_figure(report)
        paper.text(MARGIN, 37, words.name(main.key), size=9, colour=SOFT)
        value = words.figure(main.key, main.value)
        paper.text(MARGIN, 41, value, size=30, colour=EARNED, bold=True)
        self._beside(main, MARGIN, 55)
        net = known(report, ["gmv_net"])
        if net:
            text = words.say("report_after_refunds", value=words.figure("gmv_net", net[0].value))
            paper.text(right, 55, text, size=8.5, colour=SOFT, right=True)
        self.y = 67

    def figures(self, keys: Sequence[str]) -> None:
        """Figures side by side, each with rooms before."""
        shown = known(self.report, keys)
        width = INNER / COLUMNS
        for start in range(0, len(shown), COLUMNS):
            self._need(16)
            for column, figure in enumerate(shown[start : start + COLUMNS]):
                x = MARGIN + column * width
                self.paper.text(x, self.y, self.words.name(figure.key), size=8, width=width - 3, colour=SOFT)
                value = self.words.figure(figure.key, figure.value)
                self.paper.text(x, self.y + 3.4, value, size=13, width=width - 2, colour=INK, bold=True)
                self._beside(figure, x, self.y + 9.6, width - 2)
            self.y += 15.2
        if shown:
            self._rule()

    def curve(self) -> None:
        """The room over its time, and its best minute."""
        report, words = self.report, self.words
        if not report.minutes.items:
            return
        self._title("report_curve", 52)
        draw_curve(self.paper, report, Box(MARGIN, self.y, INNER, 36))
        self.y += 37
        if best := describe_best(report, words):
            self.paper.text(MARGIN, self.y, best, size=8.5, width=INNER, colour=INK)
            self.y += 6
        self.y += 1

    def steps(self) -> None:
        """From entering to paying."""
        self._title("board_steps", 10 + len(self.report.steps) * 6.5)
        self.y = draw_steps(self.paper, self.report, self.words, Box(MARGIN, self.y, INNER, 0), 9) + 3

    def products(self) -> None:
        """What each product brought."""
        report, words = self.report, self.words
        if not report.products:
            return
        has_money = any(product.gmv_minor is not None for product in report.products)
        names = ["impressions", "clicks", "orders_paid", *(["gmv"] if has_money else [])]
        rows = [
            (
                product.title,
                [f"{product.impressions:,}", f"{product.clicks:,}", f"{product.orders_paid:,}"]
                + ([words.money(product.gmv_minor or 0)] if has_money else []),
            )
            for product in report.products[:MAX_PRODUCTS]
        ]
        parts = (0.56, 0.68, 0.82, 1.0) if has_money else (0.6, 0.8, 1.0)
        self._table("board_products", [words.name(name) for name in names], rows, parts)
        if len(report.products) > MAX_PRODUCTS:
            text = words.say("report_more_products", count=len(report.products) - MAX_PRODUCTS)
            self.paper.text(MARGIN, self.y, text, size=8, colour=SOFT)
            self.y += 5
        self.y += 2

    def flash_sales(self) -> None:
        """What was sold at a price for a time."""
        report, words = self.report, self.words
        if not report.flash_sales:
            return
        has_money = any(sale.gmv_minor is not None for sale in report.flash_sales)
        heads = [words.say("report_flash_price"), words.say("report_flash_sold")]
        rows = [
            (
                f"{sale.title} {sale.sku_name}",
                [words.money(sale.price_minor), f"{sale.pieces:,} / {sale.set_aside:,}"]
                + ([words.money(sale.gmv_minor or 0)] if has_money else []),
            )
            for sale in report.flash_sales[:MAX_FLASH_SALES]
        ]
        parts = (0.68, 0.84, 1.0) if has_money else (0.8, 1.0)
        self._table("report_flash", [*heads, *([words.name("gmv")] if has_money else [])], rows, parts)

    def questions(self) -> None:
        """What viewers asked most."""
        if not self.report.questions:
            return
        self._title("report_asked", 14)
        most = max(question.people for question in self.report.questions)
        for question in self.report.questions:
            self._need(7)
            about, people = describe_question(question, self.words)
            self.paper.text(MARGIN, self.y, about, size=9, width=INNER * 0.55, colour=INK)
            self.paper.box(MARGIN + INNER * 0.58, self.y + 1, INNER * 0.28, 2.6, fill=SUNK, radius=0.8)
            part = INNER * 0.28 * question.people / most
            self.paper.box(MARGIN + INNER * 0.58, self.y + 1, part, 2.6, fill=WHEAT, radius=min(0.8, part / 2))
            self.paper.text(WIDTH - MARGIN, self.y, people, size=9, colour=INK, right=True)
            self.y += 6.2
        self.y += 2

    def meanings(self) -> None:
        """How each figure on these pages is reckoned: on paper nobody can press it."""
        keys = [
            main_figure(self.report).key,
            *(figure.key for figure in known(self.report, (*SALES, *PEOPLE))),
            "step_share",
        ]
        if self.report.products:
            keys += OF_PRODUCTS
        self.y += 3
        self._title("report_meanings", 20)
        for key in dict.fromkeys(keys):
            self._need(8)
            self.paper.text(MARGIN, self.y, self.words.name(key), size=7.5, width=NAMES - 2, colour=INK)
            text, x = self.words.formula(key), MARGIN + NAMES
            self.y = self.paper.text(x, self.y, text, size=7.5, width=INNER - NAMES, most=2, colour=SOFT) + 0.8

    def foot(self) -> None:
        """As of when, at the end of a page."""
        text = self.words.say("report_as_of", time=self.words.moment(self.report.at_ms))
        self.paper.text(MARGIN, FOOT, text, size=7.5, colour=SOFT)
        self.paper.text(WIDTH - MARGIN, FOOT, str(self.page), size=7.5, colour=SOFT, right=True)

    def _beside(self, figure: ReportFigure, x: float, y: float, width: float = INNER * 0.7) -> None:
        if figure.median is None:
            return
        by = change(figure.value, figure.median)
        if by:
            self.paper.text(x, y, by, size=7.5, colour=colour_of(figure), bold=True)
            x += self.paper.width_of(by, 7.5) + 1.4
            width -= self.paper.width_of(by, 7.5) + 1.4
        text = self.words.say("board_median", value=self.words.brief(figure.key, figure.median))
        if figure.last is not None:
            text += " · " + self.words.say("report_last", value=self.words.brief(figure.key, figure.last))
        self.paper.text(x, y, text, size=7.5, width=width, colour=SOFT)

    def _table(
        self, title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], parts: Sequence[float]
    ) -> None:
        """Names and numbers, which end at these parts of the width; a page that goes on with it has the heads too."""
        self._title(title, 22)
        product = self.words.say("col_product")
        self._row(product, heads, parts, is_head=True)
        for name, numbers in rows:
            if self._need(7):
                self._row(product, heads, parts, is_head=True)
            self._row(name, numbers, parts)

    def _row(self, name: str, numbers: Sequence[str], parts: Sequence[float], *, is_head: bool = False) -> None:
        colour, size = (SOFT, 7.5) if is_head else (INK, 9)
        self.paper.text(MARGIN, self.y, name, size=size, width=INNER * 0.42, colour=colour)
        for number, part in zip(numbers, parts, strict=True):
            self.paper.text(MARGIN + INNER * part, self.y, number, size=size, colour=colour, right=True)
        self.y += 6.2
        self.paper.line(self.y - 0.6, left=MARGIN, right=WIDTH - MARGIN, width_pt=0.4, colour=LINE)

    def _title(self, key: str, height: float) -> None:
        """Begin a part that must not be torn from its heading."""
        self._need(height)
        self.y = self.paper.text(MARGIN, self.y, self.words.say(key), size=11, colour=INK, bold=True) + 1.5

    def _rule(self) -> None:
        self.paper.line(self.y, left=MARGIN, right=WIDTH - MARGIN, width_pt=0.5, colour=LINE)
        self.y += 2.5

    def _need(self, height: float) -> bool:
        """Begin a page if so much has no room on this one; answers whether it did."""
        if self.y + height <= FOOT - 2:
            return False
        self.foot()
        self._turn()
        return True

    def _turn(self) -> None:
        self.paper.turn()
        self.page += 1
        self.y = MARGIN


def _when(report: Report, words: Words) -> str:
    parts = [report.host_name]
    if report.started_at_ms is not None:
        parts.append(words.moment(report.started_at_ms))
        if report.ended_at_ms is not None:
            parts.append(words.length(max(60, (report.ended_at_ms - report.started_at_ms) / 1000)))
    return "  ·  ".join(parts)
