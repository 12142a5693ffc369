"""Which ready segment a fan is in, and from which day on time alone moves them: one place, written in SQL.

It is asked of a million fans at once, so PostgreSQL decides it; the words of each rule are in docs/fans.md.
"""

from typing import NamedTuple

from xiaodian.contracts.fans import SegmentCode

RETURNER_FROM_ORDERS = 3


class Thresholds(NamedTuple):
    """What tells segments apart."""

    new_days: int = 30
    slipping_days: int = 60
    lost_days: int = 180
    loyal_occasions: int = 4
    big_spent_minor: int = 100_000
    returner_bp: int = 5_000


DEFAULTS = Thresholds()
WHOLE_BP = 10_000


def _limit(name: str) -> str:
    return f"coalesce(threshold.{name}, {getattr(DEFAULTS, name)})"


_S = SegmentCode
_IS_RETURNER = (
    f"(fan.orders = 0 OR fan.paid_orders >= {RETURNER_FROM_ORDERS} "
    f"AND fan.returned_minor * {WHOLE_BP} >= fan.gmv_minor * {_limit('returner_bp')})"
)


def segment_of(today: str) -> str:
    """The segment, as an expression over `fan` (a row of sums) and `threshold` (the shop's, or nulls)."""
    return f"""
        CASE WHEN fan.paid_orders = 0 THEN '{_S.WATCHER}'
            WHEN fan.orders > 0 AND {today} - fan.last_day > {_limit("lost_days")} THEN '{_S.LOST}'
            WHEN fan.orders > 0 AND {today} - fan.last_day > {_limit("slipping_days")} THEN '{_S.SLIPPING}'
            WHEN {_IS_RETURNER} THEN '{_S.RETURNER}'
            WHEN fan.spent_minor >= {_limit("big_spent_minor")} THEN '{_S.BIG_SPENDER}'
            WHEN fan.occasions >= {_limit("loyal_occasions")} THEN '{_S.LOYAL}'
            WHEN {today} - fan.first_day <= {_limit("new_days")} THEN '{_S.NEW}'
            ELSE '{_S.ACTIVE}' END
    """


def turning_days(day: str) -> str:
    """The days on which time alone may move a fan who bought on this one, as an array; over `threshold`."""
    limits = ("new_days", "slipping_days", "lost_days")
    return f"ARRAY[{', '.join(f'{day} + {_limit(name)} + 1' for name in limits)}]"


def moves_on(today: str) -> str:
    """The first day to come on which the segment may be another without any deed; null: never."""
    days = (
        f"fan.first_day + {_limit('new_days')} + 1",
        f"fan.last_day + {_limit('slipping_days')} + 1",
        f"fan.last_day + {_limit('lost_days')} + 1",
    )
    future = ", ".join(f"CASE WHEN {day} > {today} THEN {day} END" for day in days)
    return f"CASE WHEN fan.orders > 0 THEN least({future}) END"
