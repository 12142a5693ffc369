"""The way in: an engine is made of a bag, takes signals one by one, and answers each with the cues that it causes."""

import re

from xiaodian.contracts.surfacing import (
    Bag,
    Cue,
    CueReason,
    Evidence,
    FlashSale,
    HostCue,
    Signal,
    Stock,
    Transcript,
)
from xiaodian.modules.surfacing.engine.policy import Limits, Policy

_NUMBER = {
    "zh": re.compile(r"([0-9]{1,3}|[一二三四五六七八九十]{1,3})号(?:链接|连接)"),
    "en": re.compile(r"\b(?:link|item|number)\s+(?:number\s+)?(\w+)", re.IGNORECASE),
}
_DIGITS = {word: n for n, word in enumerate("零一二三四五六七八九十")} | {
    word: n
    for n, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
}


class Engine:
    """Decides which product comes up. Not for several threads at once."""

    def __init__(self, bag: Bag, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._policy = Policy(self._limits, {})
        self._t_ms = 0
        self._take_bag(bag)

    def take(self, signal: Signal) -> list[Cue]:
        """What comes up because of this signal. One that is late is taken as if it came now."""
        self._t_ms = max(self._t_ms, signal.t_ms)
        if isinstance(signal, Bag):
            self._take_bag(signal)
        elif isinstance(signal, Stock):
            if signal.product_id in self._products:
                self._policy.stock[signal.product_id] = signal.n
        elif isinstance(signal, HostCue):
            return self._take_host_cue(signal)
        elif isinstance(signal, FlashSale):
            return self._cue(signal.product_id, "flash_sale", 5.0)
        elif isinstance(signal, Transcript):
            return self._take_line(signal.text)
        return []

    def _take_bag(self, bag: Bag) -> None:
        self._lang = bag.lang[:2]
        self._products = {product.product_id: product for product in bag.products}
        self._by_number = {product.number: product.product_id for product in bag.products}
        self._policy.stock = {product.product_id: product.stock for product in bag.products}
        self._policy.keep_only(set(self._products))

    def _take_host_cue(self, signal: HostCue) -> list[Cue]:
        if signal.product_id not in self._products:
            return []
        self._policy.note_host(self._t_ms)
        return [self._make_cue(signal.product_id, "host", 12.0)]

    def _take_line(self, text: str) -> list[Cue]:
        for found in _NUMBER[self._lang].finditer(text.lower()):
            number = int(found[1]) if found[1].isdecimal() else _DIGITS.get(found[1], 0)
            product_id = self._by_number.get(number)
            if product_id is not None:
                return self._cue(product_id, "presents", 3.0)
        return []

    def _cue(self, product_id: str, code: str, weight: float) -> list[Cue]:
        if product_id not in self._products or self._policy.refuses(product_id, self._t_ms):
            return []
        return [self._make_cue(product_id, code, weight)]

    def _make_cue(self, product_id: str, code: str, weight: float) -> Cue:
        self._policy.note_shown(product_id, self._t_ms)
        return Cue(
            t_ms=self._t_ms,
            product_id=product_id,
            until_ms=self._t_ms + self._limits.show_ms,
            reason=CueReason(code=code, evidence=(Evidence(code=code, weight=weight),)),
            confidence=0.9,
        )
