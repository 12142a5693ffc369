"""How figures that several pages show are reckoned; what each means stands in contracts/figures.py."""

PER_THOUSAND = 1000


def gpm_minor(gmv_minor: int, views: int) -> int | None:
    """GMV per thousand views; None without views."""
    return gmv_minor * PER_THOUSAND // views if views else None


def uv_value_minor(gmv_minor: int, viewers: int) -> int | None:
    """GMV per viewer; None without viewers."""
    return gmv_minor // viewers if viewers else None


def aov_minor(gmv_minor: int, buyers: int) -> int | None:
    """GMV per buyer; None without buyers."""
    return gmv_minor // buyers if buyers else None


def share(part: int, whole: int) -> float | None:
    """A share between 0 and 1 (above, if the part is not of the whole); None of nothing."""
    return round(part / whole, 4) if whole else None


def conversion(seen_buyers: int, viewers: int) -> float | None:
    """What part of the viewers bought: who bought unseen, in a film or from the cart, is in neither number.

    Accounts that bought are set beside browsers: two people may share one, who then count as one.
    """
    return share(min(seen_buyers, viewers), viewers)


def average(total: int, of: int) -> float | None:
    """An average to one decimal; None of nothing."""
    return round(total / of, 1) if of else None
