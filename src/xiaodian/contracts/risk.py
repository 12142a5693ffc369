"""Risk: facts in, verdict out. Knows nobody; subjects are strings such as `sign_in:198.51.100.7`."""

from xiaodian.contracts.base import Contract


class Limit(Contract, frozen=True, kw_only=True):
    """A token bucket: `burst` at once, refilled evenly at `burst` per `period_s`."""

    name: str
    burst: int
    period_s: float
