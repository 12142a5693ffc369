"""The header that makes a POST safe to be sent again."""

from typing import Annotated

from litestar.params import HeaderParameter

from xiaodian.edge.hot import IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_PATTERN

IdempotencyKey = Annotated[str, HeaderParameter(name=IDEMPOTENCY_KEY, pattern=IDEMPOTENCY_KEY_PATTERN)]
"""Required: what the client made up for this request, the same when it sends it again."""
