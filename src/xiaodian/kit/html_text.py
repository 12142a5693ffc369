"""What a piece of HTML says, as plain text: nothing of it can be run or shown as anything but text."""

import re
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "template", "noscript", "head", "iframe", "object", "svg"})
_BLOCKS = frozenset(
    {"p", "div", "br", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "hr", "dt"}
)
_RUNS_OF_BLANKS = re.compile(r"[ \t\xa0]+")
_MANY_BREAKS = re.compile(r"\n{3,}")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LOOKS_LIKE_HTML = re.compile(r"<[a-zA-Z/!][^>]*>|&[a-zA-Z#][a-zA-Z0-9]*;")


def to_plain_text(html: str) -> str:
    """The words of a piece of HTML, blocks on lines of their own; text that is no HTML stays as it is."""
    if not _LOOKS_LIKE_HTML.search(html):
        return _UNFIT.sub("", html.replace("\r\n", "\n").replace("\r", "\n")).strip()
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [_RUNS_OF_BLANKS.sub(" ", line).strip() for line in "".join(reader.parts).split("\n")]
    return _UNFIT.sub("", _MANY_BREAKS.sub("\n\n", "\n".join(lines))).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag == "li":
            self.parts.append("\n• ")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag in _BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\r", " ").replace("\n", " "))
