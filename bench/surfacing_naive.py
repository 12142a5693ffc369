"""The naive way to surface products, for comparison: whatever title or number is named comes up."""

import re

import rjieba
from bench.surfacing_fit import Room

from xiaodian.contracts.surfacing import Cue, CueReason, FlashSale, HostCue, Transcript

_NUMBER = re.compile(r"([0-9]+|[一二三四五六七八九十])号|(?:link|number|item) (\w+)")
_WORDS = {word: n for n, word in enumerate("零一二三四五六七八九十")} | {
    word: n
    for n, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"])
}


def naive_cues(room: Room) -> list[Cue]:
    """A cue for each line that has a word of a product's title (of two letters and more) or its number."""
    words = {product.product_id: _title_words(product.title, room.bag.lang) for product in room.bag.products}
    numbers = {product.number: product.product_id for product in room.bag.products}
    cues: list[Cue] = []
    for signal in room.signals:
        product_id = None
        if isinstance(signal, HostCue | FlashSale):
            product_id = signal.product_id
        elif isinstance(signal, Transcript):
            text = signal.text.lower()
            product_id = next((key for key, own in words.items() if any(word in text for word in own)), None)
            for found in _NUMBER.finditer(text):
                said = found[1] or found[2]
                product_id = numbers.get(int(said) if said.isdecimal() else _WORDS.get(said, 0), product_id)
        if product_id is not None and not (cues and cues[-1].product_id == product_id):
            reason = CueReason(code="presents")
            until_ms = signal.t_ms + 30_000
            cues.append(Cue(t_ms=signal.t_ms, product_id=product_id, until_ms=until_ms, reason=reason, confidence=1.0))
    return cues


def _title_words(title: str, lang: str) -> set[str]:
    words = rjieba.cut(title.lower()) if lang.startswith("zh") else title.lower().split()
    least = 2 if lang.startswith("zh") else 4
    return {word for word in words if len(word) >= least and not word.isdecimal()}
