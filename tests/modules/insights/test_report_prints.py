"""A report is handed out as a PDF whose text can be read and as a picture, and never says more than its page."""

import io
from typing import Any

import httpx
import msgspec
import pymupdf as _untyped
import pytest
from PIL import Image
from tests.modules.insights.observer import Observer
from tests.modules.insights.test_report import end_room, read
from tests.modules.insights.test_visits import deed, report, send

from xiaodian.contracts.reports import Report
from xiaodian.edge.messages import translate
from xiaodian.modules.insights.draw import PrintKind
from xiaodian.modules.insights.service import print_report
from xiaodian.modules.insights.service.print_report import ReportPress

pymupdf: Any = _untyped
A4_PT = (595, 842)
WORDS = {"zh": ("战报", "成交额", "从进入到付款"), "en": ("Report", "GMV", "From entering to paying")}


async def fetch(observer: Observer, kind: PrintKind, language: str = "zh", **query: Any) -> httpx.Response:
    """A print of the room's report, as its host gets it."""
    path = f"/api/rooms/{observer.stage.room_id}/report/{kind}"
    answer = await observer.stage.host.get(path, params=query, headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    return answer


def text_of(content: bytes) -> str:
    """All that can be selected in a PDF."""
    return "".join(page.get_text() for page in pymupdf.open(stream=content))


@pytest.fixture
async def sold(observer: Observer, client: httpx.AsyncClient) -> Observer:
    """A room that is over, to which somebody came and in which somebody bought."""
    await observer.stage.go_on_air()
    await send(client, report(deed(observer, "entered"), deed(observer, "watched", watch_s=90)))
    await observer.take_reports(await observer.reports())
    await observer.order(await observer.market.buyer(), observer.products[0])
    await observer.hear()
    await end_room(observer)
    return observer


def formula_of(language: str, key: str) -> str:
    """How a figure is reckoned, with the minus that the font has."""
    return translate(language, "console_insights", f"metric_{key}_formula").replace("\N{MINUS SIGN}", "-")


async def test_the_pdf_says_how_each_of_its_figures_is_reckoned_and_nothing_of_those_it_does_not_show(
    sold: Observer,
) -> None:
    for language in ("zh", "en"):
        text = "".join(text_of((await fetch(sold, PrintKind.PDF, language)).content).split())
        told = {
            key
            for key in ("gmv", "orders_paid", "conversion", "viewers", "returned")
            if "".join(formula_of(language, key).split()) in text
        }
        assert told == {"gmv", "orders_paid", "conversion", "viewers"}, "there were no refunds"


async def test_the_pdf_has_the_figures_as_text_in_fonts_that_are_in_the_file(sold: Observer) -> None:
    found = await read(sold, sold.stage.host)
    for language, words in (
        ("zh", ("战报", "成交额", "从进入到付款")),
        ("en", ("Report", "GMV", "From entering to paying")),
    ):
        answer = await fetch(sold, PrintKind.PDF, language)
        assert answer.headers["content-type"] == "application/pdf"
        document = pymupdf.open(stream=answer.content)
        assert 1 <= document.page_count <= 2
        assert tuple(map(round, document[0].rect[2:])) == A4_PT
        text = text_of(answer.content)
        price = sold.products[0].skus[0].price_minor
        for part in (*words, found["title"], sold.products[0].title, f"¥{price // 100:,}.{price % 100:02d}"):
            assert part in text, part
        for xref, ending, *_ in document.get_page_fonts(0):
            assert ending not in ("n/a", ""), "not in the file"
            assert document.extract_font(xref)[3]


async def test_the_picture_is_as_wide_as_a_phone_and_in_the_readers_language(sold: Observer) -> None:
    pictures = [await fetch(sold, PrintKind.PICTURE, language) for language in ("zh", "en")]
    for answer in pictures:
        assert answer.headers["content-type"] == "image/png"
        picture = Image.open(io.BytesIO(answer.content))
        assert (picture.format, picture.width) == ("PNG", 1080)
    assert pictures[0].content != pictures[1].content


async def test_a_room_nobody_came_to_has_a_pdf_and_a_picture_too(observer: Observer) -> None:
    await observer.stage.go_on_air()
    await end_room(observer)
    assert "战报" in text_of((await fetch(observer, PrintKind.PDF)).content)
    assert (await fetch(observer, PrintKind.PICTURE)).content.startswith(b"\x89PNG")


async def test_a_long_list_of_products_is_cut_and_faces_in_a_title_harm_nothing(sold: Observer) -> None:
    found = msgspec.convert(await read(sold, sold.stage.host), Report, strict=False)
    many = msgspec.structs.replace(found, title="开播🍓啦" * 20, products=[found.products[0]] * 200)
    content = await ReportPress(sold.ctx).print(PrintKind.PDF, many, "zh")
    assert pymupdf.open(stream=content).page_count == 2
    assert "还有 176 件商品在网页上" in text_of(content)


@pytest.fixture
def draws(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every job that was really drawn."""
    jobs: list[bytes] = []
    draw = print_report._draw

    async def _count(job: bytes) -> bytes:
        jobs.append(job)
        return await draw(job)

    monkeypatch.setattr(print_report, "_draw", _count)
    return jobs


async def test_a_report_is_drawn_once_while_its_figures_stay_the_same(sold: Observer, draws: list[bytes]) -> None:
    press = ReportPress(sold.ctx)
    found = msgspec.convert(await read(sold, sold.stage.host), Report, strict=False)
    later = msgspec.structs.replace(found, at_ms=found.at_ms + 60_000)
    first = await press.print(PrintKind.PICTURE, found, "zh")
    assert await press.print(PrintKind.PICTURE, later, "zh") == first
    assert len(draws) == 1
    await press.print(PrintKind.PICTURE, msgspec.structs.replace(found, title="别的"), "zh")
    assert len(draws) == 2
