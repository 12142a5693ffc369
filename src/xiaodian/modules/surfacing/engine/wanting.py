"""What viewers ask without naming it ("how much", "do you have it in L"): it is about what they see just now.

It brings nothing up by itself. It speaks for what a line may just have turned to; a size or another word of SKUs, for
those goods only that come in it.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from xiaodian.contracts.surfacing import BagProduct
from xiaodian.modules.surfacing.engine.asking import BURST, SAME_WORDING, Wish, name_products
from xiaodian.modules.surfacing.engine.matching import Matcher
from xiaodian.modules.surfacing.engine.questions import kinds_of
from xiaodian.modules.surfacing.engine.spelling import normalise

WINDOW_MS = 10_000
MAX_KEPT = 200
_SIZE_LETTERS = re.compile(r"\b(?:in|size|an?|the) (x{0,3}[sml])\b")


class SkuWords:
    """Which products of a bag come in what."""

    def __init__(self, products: Iterable[BagProduct], lang: str) -> None:
        self._lang = lang
        self._owners: dict[str, frozenset[str]] = {}
        for product in products:
            for sku in product.skus:
                word = normalise(sku, lang)
                self._owners[word] = self._owners.get(word, frozenset()) | {product.product_id}

    def owners(self, text: str) -> frozenset[str] | None:
        """Products that come in what the text asks for; None: it asks for nothing of that kind."""
        line = normalise(text, self._lang)
        letters = _SIZE_LETTERS.search(line)
        if letters and letters[1] in self._owners:
            return self._owners[letters[1]]
        said = [word for word in self._owners if len(word) > 1 and self._says(line, word)]
        return self._owners[max(said, key=len)] if said else None

    def _says(self, line: str, word: str) -> bool:
        return word in line if self._lang == "zh" else re.search(rf"\b{re.escape(word)}\b", line) is not None


def read_wish(matcher: Matcher, skus: SkuWords, text: str, lang: str) -> Wish:
    """What a comment asks for: by name, by a SKU that a single product comes in, or whatever is on show."""
    named = name_products(matcher, text, lang)
    if named or not kinds_of(text):
        return Wish(named)
    owners = skus.owners(text)
    return Wish(tuple(owners) if owners is not None and len(owners) == 1 else (), owners, is_question=True)


@dataclass
class Wanting:
    """Questions of the last seconds that name nothing."""

    _asked: deque[tuple[int, str, str, frozenset[str] | None]] = field(default_factory=lambda: deque(maxlen=MAX_KEPT))

    def note(self, t_ms: int, account: str, text: str, coming_in: frozenset[str] | None) -> None:
        """Somebody asks without naming a product."""
        self._asked.append((t_ms, account, text, coming_in))

    def level(self, product_id: str, since_ms: int, t_ms: int) -> float:
        """How many ask since then for what may be this product: 0 nobody, 1 a burst."""
        accounts: set[str] = set()
        wordings: dict[str, int] = {}
        for at_ms, account, text, owners in self._asked:
            is_of_it = owners is None or product_id in owners
            if is_of_it and max(since_ms, t_ms - WINDOW_MS) <= at_ms and account not in accounts:
                wordings[text] = wordings.get(text, 0) + 1
                if wordings[text] <= SAME_WORDING:
                    accounts.add(account)
        return min(len(accounts) / BURST, 1.0)
