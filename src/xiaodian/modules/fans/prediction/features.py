"""What is known of a fan on a day, as numbers: the same for learning, judging and predicting."""

from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

FEATURES = (
    "recency_days",
    "tenure_days",
    "occasions",
    "pause_days",
    "overdue",
    "spent_minor",
    "average_minor",
    "returned_share",
    "room_share",
    "coupon_share",
    "orders_30",
    "orders_90",
)
"""`overdue`: how many of their usual pauses have passed since the last purchase."""
AT = {name: position for position, name in enumerate(FEATURES)}

# One row a fan who had bought before the day $2; `came` is whether they bought in the $3 days from it on.
# `%` keeps one fan of $4, the same ones on each day. Money is as it is now: what came back later is not there.
READ = """
    SELECT account_id,
        ($2 - max(day) FILTER (WHERE is_known))::float8 AS recency_days,
        ($2 - min(day) FILTER (WHERE is_known))::float8 AS tenure_days,
        count(*) FILTER (WHERE is_known AND starts)::float8 AS occasions,
        (max(day) FILTER (WHERE is_known) - min(day) FILTER (WHERE is_known))::float8
            / nullif(count(*) FILTER (WHERE is_known AND starts) - 1, 0) AS pause_days,
        sum(gmv_minor - returned_minor) FILTER (WHERE is_known)::float8 AS spent_minor,
        avg(gmv_minor - returned_minor) FILTER (WHERE is_known)::float8 AS average_minor,
        sum(returned_minor) FILTER (WHERE day < $2)::float8
            / nullif(sum(gmv_minor) FILTER (WHERE day < $2), 0) AS returned_share,
        avg((room_id IS NOT NULL)::int) FILTER (WHERE is_known)::float8 AS room_share,
        avg((coupon_id IS NOT NULL)::int) FILTER (WHERE is_known)::float8 AS coupon_share,
        count(*) FILTER (WHERE is_known AND day >= $2 - 30)::float8 AS orders_30,
        count(*) FILTER (WHERE is_known AND day >= $2 - 90)::float8 AS orders_90,
        bool_or(is_counted AND day >= $2) AS came
    FROM (
        SELECT *, is_counted AND day < $2 AS is_known FROM fans.purchase
        WHERE shop_id = $1 AND day < $2 + $3::int AND account_id > $5 AND account_id <= $6
            AND ($4 = 1 OR hashtext(account_id::text) % $4 = 0)
    ) AS seen GROUP BY account_id HAVING bool_or(is_known)
"""


class Sheet(NamedTuple):
    """Fans on a day: a row of `values` each, NaN where there is nothing to say."""

    account_ids: list[UUID]
    values: Numbers
    came: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: list[tuple[object, ...]]) -> "Sheet":
        """From rows of READ."""
        plain = [name for name in FEATURES if name != "overdue"]
        values = np.full((len(rows), len(FEATURES)), np.nan)
        if rows:
            read = np.array([row[1:-1] for row in rows], dtype=np.float64)
            for position, name in enumerate(plain):
                values[:, AT[name]] = read[:, position]
        pause = values[:, AT["pause_days"]]
        values[:, AT["overdue"]] = values[:, AT["recency_days"]] / np.where(pause > 0, pause, np.nan)
        return cls([row[0] for row in rows], values, np.array([row[-1] for row in rows], dtype=bool))  # type: ignore[misc]

    @classmethod
    def together(cls, sheets: "list[Sheet]") -> "Sheet":
        """Several days one after the other."""
        return cls(
            [account_id for sheet in sheets for account_id in sheet.account_ids],
            np.concatenate([sheet.values for sheet in sheets]),
            np.concatenate([sheet.came for sheet in sheets]),
        )
