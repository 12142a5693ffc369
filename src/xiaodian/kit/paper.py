"""Paper: text that wraps, bar codes, lines, areas, pictures; in millimetres from the top left corner.

The font is in the file, cut down to the characters used, so that every printer and every reader sees the same; text
stays text. Bar codes are drawn as areas, sharp at any size.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from threading import Lock
from typing import Any

import pymupdf as _untyped

pymupdf: Any = _untyped

POINTS = 72 / 25.4
Colour = tuple[float, float, float]
BLACK, GREY = (0.0, 0.0, 0.0), (0.45, 0.45, 0.45)
LINE_HEIGHT = 1.35
_ERROR_LEVEL = 4

LOCK = Lock()
"""MuPDF is not made for several threads at once: whoever draws holds this."""


@cache
def _font() -> Any:
    """A font with Chinese and Latin characters that comes with MuPDF."""
    return pymupdf.Font("china-s")


class Paper:
    """A document of pages of one size."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.width_mm = width_mm
        self.height_mm = height_mm
        self._document = pymupdf.open()
        self._page: Any = None
        self._writers: dict[tuple[Colour, bool], Any] = {}

    def turn(self) -> None:
        """Begin a page."""
        self._write()
        self._page = self._document.new_page(width=self.width_mm * POINTS, height=self.height_mm * POINTS)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        width: float | None = None,
        most: int = 1,
        colour: Colour = BLACK,
        bold: bool = False,
        right: bool = False,
    ) -> float:
        """Write in at most so many lines of a width; answers where the next line would begin. `right`: up to x.

        Characters that the font lacks, such as faces, are left out.
        """
        text = "".join(filter(_is_known, text))
        lines = list(wrap(text, size, width, most)) if width else [text]
        key = colour, bold
        if key not in self._writers:
            self._writers[key] = pymupdf.TextWriter(self._page.rect, color=colour)
        writer = self._writers[key]
        for line in lines:
            y += size * LINE_HEIGHT / POINTS
            at = x * POINTS - (measure(line, size) if right else 0)
            if line:
                writer.append((at, y * POINTS - size * 0.3), line, font=_font(), fontsize=size)
        return y

    def width_of(self, text: str, size: float) -> float:
        """How wide a text is written."""
        return measure(text, size) / POINTS

    def line(self, y: float, *, left: float, right: float, width_pt: float = 0.6, colour: Colour = BLACK) -> None:
        """A line from left to right."""
        start, end = (left * POINTS, y * POINTS), (right * POINTS, y * POINTS)
        self._page.draw_line(start, end, width=width_pt, color=colour)

    def box(self, x: float, y: float, width: float, height: float, *, fill: Colour, radius: float = 0) -> None:
        """A filled box, its corners rounded."""
        box = pymupdf.Rect(x * POINTS, y * POINTS, (x + width) * POINTS, (y + height) * POINTS)
        rounded = min(0.5, radius / max(0.01, min(width, height)))
        self._page.draw_rect(box, color=None, fill=fill, width=0, radius=rounded or None)

    def area(self, points: Sequence[tuple[float, float]], *, fill: Colour, colour: Colour) -> None:
        """A filled shape of straight lines."""
        at = [(x * POINTS, y * POINTS) for x, y in points]
        self._page.draw_polyline(at, color=colour, fill=fill, width=0.6, closePath=True)

    def picture(self, x: float, y: float, width: float, height: float, content: bytes) -> None:
        """A picture that has this proportion already."""
        box = pymupdf.Rect(x * POINTS, y * POINTS, (x + width) * POINTS, (y + height) * POINTS)
        self._page.insert_image(box, stream=content)

    def code128(self, x: float, y: float, text: str, *, width: float, height: float) -> None:
        """A bar code in a box."""
        rows, columns = _modules(pymupdf.mupdf.FZ_BARCODE_CODE128, text)
        self._fill(x, y, width / columns, height, rows[:1])

    def qr(self, x: float, y: float, text: str, *, width: float) -> None:
        """A square code in a box."""
        rows, columns = _modules(pymupdf.mupdf.FZ_BARCODE_QRCODE, text)
        self._fill(x, y, width / columns, width / columns, rows)

    def to_bytes(self) -> bytes:
        """The finished document."""
        self._write()
        self._document.subset_fonts()
        content: bytes = self._document.tobytes(garbage=3, deflate=True)
        self._document.close()
        return content

    def to_png(self, scale: float, height_mm: float) -> bytes:
        """The last page down to this height, at so many pixels a point, instead of a document."""
        self._write()
        shown = pymupdf.Rect(0, 0, self.width_mm * POINTS, height_mm * POINTS)
        pixels = self._page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), clip=shown, alpha=False)
        content: bytes = pixels.tobytes("png")
        self._document.close()
        return content

    def _fill(self, x: float, y: float, module: float, height: float, rows: list[bytes]) -> None:
        shape = self._page.new_shape()
        for number, row in enumerate(rows):
            top = (y + number * height) * POINTS
            for start, end in _runs(row):
                left, right = (x + start * module) * POINTS, (x + end * module) * POINTS
                shape.draw_rect(pymupdf.Rect(left, top, right, top + height * POINTS))
        shape.finish(fill=BLACK, color=None, width=0)
        shape.commit()

    def _write(self) -> None:
        for (_, bold), writer in self._writers.items():
            # The font has one weight; a bold one is the same with its outline drawn too.
            writer.write_text(self._page, render_mode=2 if bold else 0)
        self._writers.clear()


def measure(text: str, size: float) -> float:
    """How wide a text is, in points."""
    return sum(map(_advance, text)) * size


@lru_cache(maxsize=8192)
def _is_known(char: str) -> bool:
    return bool(_font().has_glyph(ord(char)))


@lru_cache(maxsize=8192)
def _advance(char: str) -> float:
    return float(_font().glyph_advance(ord(char)))


def wrap(text: str, size: float, width_mm: float, most: int) -> Iterator[str]:
    """The text in lines no wider than this, the last of which says by an ellipsis if there was more."""
    room = width_mm * POINTS
    rest = " ".join(text.split())
    for number in range(most):
        fits = _fit(rest, size, room)
        if fits == len(rest):
            yield rest
            return
        if number == most - 1:
            yield rest[: _fit(rest, size, room - measure("…", size))].rstrip() + "…"
            return
        # Latin words stay whole where they can.
        blank = rest.rfind(" ", 0, fits + 1)
        is_inside = rest[fits - 1 : fits + 1].isascii() and rest[fits - 1 : fits + 1].isalnum()
        cut = blank if is_inside and blank > 0 else fits
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()


def _fit(text: str, size: float, room: float) -> int:
    """How many characters fit; at least one."""
    widths = 0.0
    for index, char in enumerate(text):
        widths += measure(char, size)
        if widths > room:
            return max(index, 1)
    return len(text)


def _modules(kind: int, text: str) -> tuple[list[bytes], int]:
    """The rows of a code, one byte a module: 0 is black."""
    pixels = pymupdf.mupdf.fz_new_barcode_pixmap(kind, text, 1, _ERROR_LEVEL, 0, 0)
    width, height = pymupdf.mupdf.fz_pixmap_width(pixels), pymupdf.mupdf.fz_pixmap_height(pixels)
    samples = bytes(pymupdf.mupdf.fz_pixmap_samples_memoryview(pixels))
    return [samples[row * width : (row + 1) * width] for row in range(height)], width


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Where black begins and ends."""
    start = None
    for index, value in enumerate([*row, 255]):
        if value == 0 and start is None:
            start = index
        elif value != 0 and start is not None:
            yield start, index
            start = None
