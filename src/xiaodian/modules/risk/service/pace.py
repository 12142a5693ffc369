"""The same limit where a look into the database would cost more than what it guards: in the memory of one process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from xiaodian.contracts.base import TooManyRequestsError
from xiaodian.contracts.risk import Limit

MAX_SUBJECTS = 200_000


class Pace:
    """Token buckets of many subjects (GCRA), one per process.

    With several processes a subject gets the limit in each of them: it keeps robots from filling the queue, it does not
    count to the last. What is forgotten beyond MAX_SUBJECTS are those that were longest away.
    """

    def __init__(self, limit: Limit, clock: Callable[[], float] = time.monotonic) -> None:
        self._period_s = limit.period_s
        self._token_s = limit.period_s / limit.burst
        self._clock = clock
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()

    def take(self, subject: Hashable) -> None:
        """Take a token of the subject's. Raises TooManyRequestsError; then none is taken."""
        now = self._clock()
        full_at = max(self._full_at.get(subject, now), now) + self._token_s
        if full_at > now + self._period_s + self._token_s / 2:
            raise TooManyRequestsError(retry_after_s=max(1, math.ceil(full_at - now - self._period_s)))
        self._full_at[subject] = full_at
        self._full_at.move_to_end(subject)
        if len(self._full_at) > MAX_SUBJECTS:
            self._full_at.popitem(last=False)
