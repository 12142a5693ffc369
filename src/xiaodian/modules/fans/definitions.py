"""What each figure of fans means: the one place where it stands, with its formula and what it is made of.

docs/fans.md lists the same (a test compares).
"""

from xiaodian.contracts.base import Contract


class FanDefinition(Contract, frozen=True, kw_only=True):
    """A figure: how it is reckoned, from which facts."""

    key: str
    formula: str
    source: str


def _of(key: str, formula: str, source: str) -> FanDefinition:
    return FanDefinition(key=key, formula=formula, source=source)


_ORDERS = "orders and their refunds"
WITHIN_DAYS = 30
"""Of a likelihood."""

DEFINITIONS: tuple[FanDefinition, ...] = (
    _of("purchase", "a paid order, not cancelled, of whose goods not all money went back, by time of payment", _ORDERS),
    _of("occasion", "purchases of a fan one after the other in the same room count as one", _ORDERS),
    _of("gmv", "sum(price × quantity - shop's coupon) of paid orders, before refunds", "orders"),
    _of("returned", "sum(refunded to buyer + to platform) of goods; of a cancelled order its gmv", "refunds of orders"),
    _of("spent", "sum(gmv - returned) of purchases: GMV after refunds", _ORDERS),
    _of("average", "spent / number of purchases", _ORDERS),
    _of("returned_share", "returned / gmv of all paid orders", _ORDERS),
    _of(
        "repurchase_rate",
        "fans back within N days of their first occasion / fans first N days ago or more",
        _ORDERS,
    ),
    _of("cohort_share", "fans of a first month who bought in its month n / fans of that first month", _ORDERS),
    _of(
        "brought_back",
        "orders whose fan was back within N days / orders of months over for N days",
        _ORDERS,
    ),
    _of("once_share", "fans with one occasion so far / fans", _ORDERS),
    _of("lifetime", "spent up to now / fans, of those who first bought in these months", _ORDERS),
    _of(
        "pause",
        "days from an occasion's first order to the next occasion's, by month of the later",
        _ORDERS,
    ),
    _of("usual_hour", "hour of the books in which most of a fan's orders were paid", "orders"),
    _of(
        "found_by",
        "where they first watched or bought, the earlier: room, video or shop; share if a link handed on led there",
        "orders; behaviour",
    ),
    _of(
        "comments",
        "said in rooms and under videos of the host, with those removed",
        "rooms' logs; videos",
    ),
    _of("likes", "likes of the host's videos, less those taken back; in rooms they name nobody", "videos"),
    _of("likelihood", "chance to buy within 30 days, learnt from the shop's own fans; see below", _ORDERS),
    _of("watcher", "no paid order; follows, or watched while signed in", "orders; behaviour; follows"),
    _of("lost", "last purchase more than lost_days ago", _ORDERS),
    _of("slipping", "last purchase more than slipping_days ago, and not lost", _ORDERS),
    _of("returner", "no purchase left, or ≥ 3 paid orders, returned_share ≥ returner_bp; not above", _ORDERS),
    _of("big_spender", "spent ≥ big_spent; none of the above", _ORDERS),
    _of("loyal", "occasions ≥ loyal_occasions; none of the above", _ORDERS),
    _of("new", "first purchase at most new_days ago; none of the above", _ORDERS),
    _of("active", "none of the above", _ORDERS),
)


def share(part: int, whole: int) -> float | None:
    """A share between 0 and 1; None of nothing."""
    return round(part / whole, 4) if whole else None
