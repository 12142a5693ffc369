"""What a message changed: the difference between those who got it and those held out, with its uncertainty. Pure.

Everybody counts in the group that was drawn, whatever reached them afterwards (intention to treat): only so are the two
groups alike but for the message.
"""

from math import sqrt
from statistics import NormalDist

import msgspec

from xiaodian.contracts.outreach import Verdict

CONFIDENCE = 0.95
LEAST_FANS = 30
LEAST_BUYERS = 5
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two groups: how many fans, how many bought, what they spent and the sum of its squares."""

    fans: int = 0
    buyers: int = 0
    spent_minor: int = 0
    squares: float = 0.0


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """How much more the first group has than the second, and between which bounds that lies with CONFIDENCE."""

    by: float
    low: float
    high: float


def judge(treated: Group, held_out: Group, difference: Gain | None) -> Verdict:
    """What may be said of a difference. With few fans or buyers nothing may."""
    if held_out.fans == 0:
        return Verdict.NO_HOLD_OUT
    few = min(treated.fans, held_out.fans) < LEAST_FANS or treated.buyers + held_out.buyers < LEAST_BUYERS
    if few or difference is None:
        return Verdict.TOO_FEW
    if difference.low > 0:
        return Verdict.MORE
    return Verdict.LESS if difference.high < 0 else Verdict.UNCLEAR


def compare_shares(one: Group, other: Group) -> Gain | None:
    """Gain of the shares that bought: Newcombe's hybrid score interval.

    R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17
    (1998) 873-890, method 10: from the Wilson intervals of both shares. It holds for small groups and rare purchases.
    """
    if not one.fans or not other.fans:
        return None
    p, q = one.buyers / one.fans, other.buyers / other.fans
    p_low, p_high = _wilson(one.buyers, one.fans)
    q_low, q_high = _wilson(other.buyers, other.fans)
    return Gain(
        by=p - q,
        low=p - q - sqrt((p - p_low) ** 2 + (q_high - q) ** 2),
        high=p - q + sqrt((p_high - p) ** 2 + (q - q_low) ** 2),
    )


def compare_spend(one: Group, other: Group) -> Gain | None:
    """Gain of what a fan spent, buyers or not: Welch's interval, as the groups differ in size and spread.

    B. L. Welch, The generalization of Student's problem when several different population variances are involved,
    Biometrika 34 (1947) 28-35. Of a group with hardly any buyers he knows neither what a fan spends nor how much that
    varies: with a tenth of 330 fans held out, of whom one in fifty buys, two in five of his intervals would leave out
    zero though the message did nothing, with LEAST_BUYERS in each group at most one in twelve.
    """
    if min(one.buyers, other.buyers) < LEAST_BUYERS:
        return None
    by = one.spent_minor / one.fans - other.spent_minor / other.fans
    v, w = _variance(one) / one.fans, _variance(other) / other.fans
    if v + w == 0:
        return None
    freedom = (v + w) ** 2 / (v**2 / (one.fans - 1) + w**2 / (other.fans - 1))
    margin = _student(freedom) * sqrt(v + w)
    return Gain(by=by, low=by - margin, high=by + margin)


def _wilson(hits: int, of: int) -> tuple[float, float]:
    """E. B. Wilson, Probable inference, Journal of the American Statistical Association 22 (1927) 209-212."""
    share = hits / of
    middle = share + _Z**2 / (2 * of)
    margin = _Z * sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    whole = 1 + _Z**2 / of
    return max(0.0, (middle - margin) / whole), min(1.0, (middle + margin) / whole)


def _variance(group: Group) -> float:
    return max(0.0, (group.squares - group.spent_minor**2 / group.fans) / (group.fans - 1))


def _student(freedom: float) -> float:
    """The quantile of Student's distribution by the series of Abramowitz and Stegun, 26.7.5; good from about 5 on."""
    z = _Z
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
