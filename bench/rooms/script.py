"""Reads the script of a recorded room: what its host says, what its viewers write, and the moments of its goods.

The format is described in README.md. Every refusal names the line.
"""

import re
from pathlib import Path
from typing import NamedTuple

# A moment lies in the middle of its sentence, where a listener can begin to tell, at most so long before its end.
MOMENT_BEFORE_END_AT_MOST_S = 2.0
LETTERS_PER_S = {"zh": 5.5, "en": 15.0}
# Faster than this nobody speaks: such a line has a wrong time.
FASTEST_LETTERS_PER_S = {"zh": 11.0, "en": 30.0}
MOMENTS_OF_A_PRODUCT_APART_MS = 12_000


class ScriptError(Exception):
    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path.name}:{line}: {what}")


class Product(NamedTuple):
    id: str
    number: int
    title: str
    aliases: list[str]
    skus: list[str]
    price_minor: int
    stock: int


class Said(NamedTuple):
    t: int
    text: str


class Wrote(NamedTuple):
    t: int
    account: str
    text: str


class Cued(NamedTuple):
    t: int
    product: str


class Flash(NamedTuple):
    t: int
    product: str
    price_minor: int
    until: int


class Stock(NamedTuple):
    t: int
    product: str
    n: int


class Spam(NamedTuple):
    t: int
    account: str  # "*" for many
    pieces: int
    length_ms: int
    texts: list[str]


class Burst(NamedTuple):
    t: int
    pieces: int
    length_ms: int
    product: str
    texts: list[str]


class Clicks(NamedTuple):
    t: int
    product: str
    pieces: int
    length_ms: int


class Buys(NamedTuple):
    t: int
    product: str
    pieces: int
    length_ms: int


class Moment(NamedTuple):
    t: int
    product: str
    until: int


Event = Said | Wrote | Cued | Flash | Stock | Spam | Burst | Clicks | Buys


class Script(NamedTuple):
    name: str
    lang: str
    seed: int
    length_ms: int
    products: list[Product]
    events: list[Event]
    moments: list[Moment]


_HEAD = re.compile(
    r"room (?P<name>[a-z0-9-]+) lang (?P<lang>zh|en) seed (?P<seed>\d+) minutes (?P<minutes>\d+(\.\d+)?)"
)
_TIME = r"\d+:\d\d(?:\.\d+)?"
_EVENTS = {
    "H": re.compile(r"(?P<text>.+)"),
    "H*": re.compile(rf"(?P<product>p\d+) until (?P<until>{_TIME})(?: at (?P<at>{_TIME}))? (?P<text>.+)"),
    "C": re.compile(r"(?P<account>[a-z0-9_]+) (?P<text>.+)"),
    "CUE": re.compile(rf"(?P<product>p\d+) until (?P<until>{_TIME})"),
    "FLASH": re.compile(rf"(?P<product>p\d+) (?P<price>\d+) (?P<until>{_TIME})(?P<moment> moment)?"),
    "STOCK": re.compile(r"(?P<product>p\d+) (?P<n>\d+)"),
    "SPAM": re.compile(r"(?P<account>\*|[a-z0-9_]+) (?P<count>\d+) (?P<length>\d+)s (?P<text>.+)"),
    "BURST": re.compile(r"(?P<count>\d+) (?P<length>\d+)s (?P<product>p\d+) (?P<text>.+)"),
    "CLICKS": re.compile(r"(?P<product>p\d+) (?P<count>\d+) (?P<length>\d+)s"),
    "BUYS": re.compile(r"(?P<product>p\d+) (?P<count>\d+) (?P<length>\d+)s"),
}
_LINE = re.compile(rf"(?P<at>{_TIME}) (?P<kind>\S+) (?P<rest>.+)")


def read_script(path: Path) -> Script:
    return _Reader(path).read()


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 0
        self.products: dict[str, Product] = {}
        self.events: list[Event] = []
        self.moments: list[Moment] = []
        self.sold_out: set[str] = set()
        self.spoken_until = 0

    def read(self) -> Script:
        head: re.Match[str] | None = None
        in_bag = True
        last_t = 0
        for line, raw in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            self.line, text = line, raw.strip()
            if not text or text.startswith("#"):
                continue
            if head is None:
                head = _HEAD.fullmatch(text)
                if head is None:
                    raise self.error("a script begins with: room NAME lang zh|en seed N minutes N")
                if head["name"] != self.path.stem:
                    raise self.error(f"the room is called {head['name']}, the file {self.path.stem}")
                self.lang, self.length_ms = head["lang"], round(float(head["minutes"]) * 60_000)
            elif text == "---":
                in_bag = False
            elif in_bag:
                self.read_product(text)
            else:
                last_t = self.read_event(text, last_t)
        if head is None or in_bag or not self.events:
            raise self.error("a script has a head, a bag, a line --- and events")
        self.check_moments()
        moments = sorted(self.moments)
        return Script(
            head["name"],
            self.lang,
            int(head["seed"]),
            self.length_ms,
            list(self.products.values()),
            self.events,
            moments,
        )

    def read_product(self, text: str) -> None:
        product_id, title, *fields = (part.strip() for part in text.split("|"))
        if not re.fullmatch(r"p\d+", product_id) or product_id in self.products:
            raise self.error(f"{product_id!r} is not a new product id such as p{len(self.products) + 1}")
        values = dict(field.partition(" ")[::2] for field in fields)
        if unknown := values.keys() - {"number", "aliases", "skus", "price", "stock"}:
            raise self.error(f"unknown fields of a product: {', '.join(sorted(unknown))}")
        try:
            number = int(values.get("number", len(self.products) + 1))
            price_minor, stock = int(values["price"]), int(values["stock"])
        except (KeyError, ValueError) as error:
            raise self.error("a product needs a price in minor units and a stock, both whole numbers") from error
        if number in {product.number for product in self.products.values()}:
            raise self.error(f"number {number} is taken")
        aliases, skus = _words(values.get("aliases", "")), _words(values.get("skus", ""))
        self.products[product_id] = Product(product_id, number, title, aliases, skus, price_minor, stock)

    def read_event(self, text: str, last_t: int) -> int:
        line = _LINE.fullmatch(text)
        pattern = _EVENTS.get(line["kind"]) if line else None
        if line is None or pattern is None:
            raise self.error(f"an event is m:ss.s, one of {' '.join(_EVENTS)}, and what it needs")
        match = pattern.fullmatch(line["rest"].strip())
        if match is None:
            raise self.error(f"{line['kind']} is not followed by what it needs: {pattern.pattern}")
        t = _ms(line["at"])
        if not last_t <= t <= self.length_ms:
            raise self.error(f"{line['at']} is earlier than the line before, or after the end of the room")
        fields = match.groupdict()
        if fields.get("product") and fields["product"] not in self.products:
            raise self.error(f"{fields['product']} is not in the bag")
        self.take(line["kind"], t, fields)
        return t

    def take(self, kind: str, t: int, fields: dict[str, str]) -> None:
        product = fields.get("product", "")
        texts = _texts(fields.get("text", ""))
        count, length_ms = int(fields.get("count", "0")), int(fields.get("length", "0")) * 1000
        match kind:
            case "H" | "H*":
                self.speak(t, fields)
            case "C":
                self.events.append(Wrote(t, fields["account"], fields["text"]))
            case "CUE":
                self.events.append(Cued(t, product))
                self.add_moment(t, product, _ms(fields["until"]))
            case "FLASH":
                until = _ms(fields["until"])
                self.events.append(Flash(t, product, int(fields["price"]), until))
                if fields["moment"]:
                    self.add_moment(t, product, until)
            case "STOCK":
                n = int(fields["n"])
                self.events.append(Stock(t, product, n))
                (self.sold_out.discard if n else self.sold_out.add)(product)
            case "SPAM":
                self.events.append(Spam(t, fields["account"], count, length_ms, texts))
            case "BURST":
                self.events.append(Burst(t, count, length_ms, product, texts))
            case "CLICKS":
                self.events.append(Clicks(t, product, count, length_ms))
            case "BUYS":
                self.events.append(Buys(t, product, count, length_ms))

    def speak(self, t: int, fields: dict[str, str]) -> None:
        text = fields["text"]
        letters = len(re.sub(r"\s", "", text)) if self.lang == "zh" else len(text)
        if t - self.spoken_until < letters / FASTEST_LETTERS_PER_S[self.lang] * 1000:
            raise self.error("nobody can say this in the time since the line before")
        self.spoken_until = t
        self.events.append(Said(t, text))
        if "product" in fields:
            took_s = min(MOMENT_BEFORE_END_AT_MOST_S, letters / LETTERS_PER_S[self.lang] / 2)
            at = _ms(fields["at"]) if fields["at"] else max(0, t - round(took_s * 1000))
            self.add_moment(at, fields["product"], _ms(fields["until"]))

    def add_moment(self, t: int, product: str, until: int) -> None:
        if not t < until <= self.length_ms:
            raise self.error("a moment ends after it begins, and not after the room")
        if product in self.sold_out:
            raise self.error(f"{product} is sold out, so that it can't have a moment")
        self.moments.append(Moment(t, product, until))

    def check_moments(self) -> None:
        """Two moments of one product so close together are one moment that was labelled twice."""
        last: dict[str, int] = {}
        for t, product, _ in sorted(self.moments):
            if product in last and t - last[product] < MOMENTS_OF_A_PRODUCT_APART_MS:
                raise self.error(f"two moments of {product} within 12 s, at {last[product]} and {t} ms")
            last[product] = t

    def error(self, what: str) -> ScriptError:
        return ScriptError(self.path, self.line, what)


def _ms(time: str) -> int:
    minutes, seconds = time.split(":")
    return round((int(minutes) * 60 + float(seconds)) * 1000)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _texts(text: str) -> list[str]:
    return [part.strip() for part in text.split(" / ")]
