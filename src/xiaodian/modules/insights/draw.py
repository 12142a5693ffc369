"""Draws a report, as a program of its own: a job on its input, a file on its output. Ends with what started it.

Drawing takes the processor for tenths of a second, and reads pictures that people uploaded: neither belongs into a
process that answers requests. `service/print_report.py` starts it.
"""

import io
import sys
from enum import StrEnum

import msgspec
from PIL import Image, ImageOps

from xiaodian.contracts.reports import Report
from xiaodian.modules.insights.draw_paper import draw_paper
from xiaodian.modules.insights.draw_picture import draw_picture
from xiaodian.modules.insights.report_words import Words

PICTURE_SIDE = 480
QUALITY = 85


class PrintKind(StrEnum):
    """What a report can be printed as."""

    PDF = "pdf"
    PICTURE = "picture"


class PrintJob(msgspec.Struct, frozen=True, kw_only=True):
    """What to draw."""

    kind: PrintKind
    report: Report
    language: str
    utc_offset_h: int
    pictures: dict[str, bytes]
    """By address, in whatever form they are stored."""


def draw(job: PrintJob) -> bytes:
    """The PDF or PNG."""
    words = Words(job.language, job.utc_offset_h, job.report.currency)
    sides = {job.report.cover_url: (3, 4)}
    pictures = {
        address: made
        for address, content in job.pictures.items()
        if (made := _cut(content, sides.get(address, (1, 1)))) is not None
    }
    make = draw_paper if job.kind is PrintKind.PDF else draw_picture
    return make(job.report, words, pictures)


def _cut(content: bytes, shape: tuple[int, int]) -> bytes | None:
    """A small JPEG of the middle of a picture, in this proportion; None if it is none."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
            size = (PICTURE_SIDE * shape[0] // max(shape), PICTURE_SIDE * shape[1] // max(shape))
            fitted = ImageOps.fit(opened.convert("RGB"), size, Image.Resampling.LANCZOS)
    # Pillow's decoders raise whatever comes to them from broken files.
    except Exception:
        return None
    output = io.BytesIO()
    fitted.save(output, "JPEG", quality=QUALITY)
    return output.getvalue()


def main() -> None:
    """Read the job, write the file."""
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=PrintJob)
    sys.stdout.buffer.write(draw(job))


if __name__ == "__main__":
    main()
