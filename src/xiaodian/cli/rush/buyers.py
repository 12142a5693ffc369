"""What the buyers of a rush send."""

import random
import time
from collections.abc import Sequence
from itertools import count as counter
from uuid import UUID, uuid4

from xiaodian.cli.rush.load import Request
from xiaodian.cli.rush.town import Buyer, checkout_of

_names = counter(1)


class Checkouts:
    """Checkouts of random buyers, until the time is over or so many are sent.

    `hot` of them (a share) are for the first SKU, the others spread evenly over the rest. Each is sent `tries` times in
    all, as by a client that does not trust its first answer, under one name and Idempotency-Key. A share of them says
    `more` in its body.
    """

    def __init__(
        self,
        buyers: Sequence[Buyer],
        sku_ids: Sequence[UUID],
        *,
        hot: float = 1.0,
        until: float = 0.0,
        count: int = 0,
        tries: int = 1,
        more: bytes = b"",
        more_share: float = 1.0,
    ) -> None:
        self._buyers = buyers
        self._sku_ids = [str(sku_id).encode() for sku_id in sku_ids]
        self._hot = hot if len(sku_ids) > 1 else 1.0
        self._until = until
        self._left = count
        self._tries = tries
        self._more = more
        self._more_share = more_share
        self._again: list[Request] = []
        self._run = uuid4().hex.encode()
        self.sent = 0

    def __call__(self) -> Request | None:
        """The next one."""
        if self._again:
            return self._again.pop()
        if time.perf_counter() > self._until if self._until else self._left == 0:
            return None
        self._left -= 1
        self.sent += 1
        is_hot = self._hot >= 1.0 or random.random() < self._hot
        sku_id = self._sku_ids[0] if is_hot else random.choice(self._sku_ids[1:])
        buyer = self._buyers[self.sent % len(self._buyers)]
        more = self._more if self._more and random.random() < self._more_share else b""
        name = next(_names)
        request = Request(name, checkout_of(buyer, sku_id, b"%s-%d" % (self._run, name), more))
        self._again = [request] * (self._tries - 1)
        return request


def keep_checkout_id(status: int, body: bytes) -> bytes | None:
    """The checkout's id, from an answer that says that one was placed."""
    if status != 201:
        return None
    start = body.index(b'"checkout_id":"') + 15
    return body[start : start + 36]
