"""Recorded rooms, cues and true moments as JSON Lines: read with errors that name the line, written one a line."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from xiaodian.contracts.surfacing import Bag, Cue, Moment, ProductKey, ShortText, Signal
from xiaodian.modules.surfacing.reasons import explain

MAX_LINE_BYTES = 4_000_000
_KINDS = {"bag", "transcript", "comment", "bag_click", "purchase", "viewers", "host_cue", "stock", "flash_sale"}


class RecordingError(Exception):
    """A recording that cannot be read: which line, and what is wrong with it."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


class CueLine(msgspec.Struct, frozen=True, kw_only=True):
    """A cue, or a true moment, as it stands in a file."""

    t_ms: Moment = msgspec.field(name="t")
    product_id: ProductKey = msgspec.field(name="product")
    until_ms: Moment = msgspec.field(name="until")


class _Kind(msgspec.Struct, frozen=True):
    kind: ShortText


def read_room(lines: Iterable[bytes], *, notes: list[str] | None = None) -> Iterator[Signal]:
    """The bag, then what happened. Kinds unknown here are passed over with a note; all else that is wrong raises."""
    known: set[str] | None = None
    last_ms = 0
    decoder = msgspec.json.Decoder(Signal)
    for number, raw in _numbered(lines):
        kind = _decode(number, raw, msgspec.json.Decoder(_Kind)).kind
        if kind not in _KINDS:
            if notes is not None:
                notes.append(f"line {number}: passed over, for the kind {kind!r} is not known here")
            continue
        signal = _decode(number, raw, decoder)
        if isinstance(signal, Bag):
            _check_bag(number, signal)
            known = (known or set()) | {product.product_id for product in signal.products}
        elif known is None:
            raise RecordingError(number, "a room begins with its bag")
        product_id = getattr(signal, "product_id", None)
        if product_id is not None and product_id not in (known or ()):
            raise RecordingError(number, f"the product {product_id!r} is not in the bag")
        if signal.t_ms < last_ms:
            raise RecordingError(number, f"time goes back from {last_ms} to {signal.t_ms}")
        last_ms = signal.t_ms
        yield signal
    if known is None:
        raise RecordingError(1, "there is no bag; a room begins with its bag")


def read_cues(lines: Iterable[bytes]) -> list[CueLine]:
    """Cues or true moments, in any order. Raises RecordingError."""
    decoder = msgspec.json.Decoder(CueLine)
    found = []
    for number, raw in _numbered(lines):
        cue = _decode(number, raw, decoder)
        if cue.until_ms < cue.t_ms:
            raise RecordingError(number, f"it ends (until {cue.until_ms}) before it begins (t {cue.t_ms})")
        found.append(cue)
    return found


def write_cue(cue: Cue, lang: str) -> str:
    """The cue as one line, its reason in words of the language."""
    reason = {"code": cue.reason.code, "text": explain(cue.reason, lang), "params": cue.reason.params}
    evidence = [{"code": item.code, "weight": round(item.weight, 2)} for item in cue.reason.evidence]
    line: dict[str, Any] = {"t": cue.t_ms, "product": cue.product_id, "until": cue.until_ms}
    line |= {"confidence": round(cue.confidence, 3), "reason": {**reason, "evidence": evidence}}
    return msgspec.json.encode(line).decode()


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, raw in enumerate(lines, start=1):
        if len(raw) > MAX_LINE_BYTES:
            raise RecordingError(number, f"longer than {MAX_LINE_BYTES} bytes")
        stripped = raw.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else raw.strip()
        if stripped:
            yield number, stripped


def _decode(number: int, raw: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise RecordingError(number, str(error) or type(error).__name__) from None


def _check_bag(number: int, bag: Bag) -> None:
    names = [(f"the id {product.product_id!r}", f"the number {product.number}") for product in bag.products]
    for column in zip(*names, strict=True):
        doubled = [name for name, count in Counter(column).items() if count > 1]
        if doubled:
            raise RecordingError(number, f"two products of the bag have {doubled[0]}")
