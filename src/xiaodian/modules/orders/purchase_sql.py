"""Conditions on orders as figures count them, as SQL: purchases, whose first it was, where it was made."""

from datetime import date, datetime, timedelta

PAID_AT_MOST_AFTER = timedelta(days=1)
"""How long after it was placed an order is paid at most; minutes in truth."""
_FIRST_YEAR, _LAST_YEAR = 2000, 2998

_LINES = "FROM orders.line AS l WHERE (l.shop_id, l.order_id) = ({of}.shop_id, {of}.order_id)"
# As bought.py reckons `is_counted`; a test of fans compares what both find.
_COUNTED = f"""
    {{of}}.paid_at IS NOT NULL AND {{of}}.state <> 'cancelled' AND (
        SELECT sum(l.refunded_minor + l.refunded_platform_minor) = 0
            OR sum(l.refunded_minor + l.refunded_platform_minor) < sum(l.amount_minor - l.off_minor)
        {_LINES}
    )
"""
_OTHERS = "FROM orders.order AS other WHERE other.shop_id = o.shop_id AND other.buyer_id = o.buyer_id"

COUNTED = f"({_COUNTED.format(of='o')})"
"""The order is a purchase: paid, not cancelled, and not all of its goods' money went back."""
FIRST = f"""
    NOT EXISTS (
        SELECT {_OTHERS} AND (other.paid_at, other.order_id) < (o.paid_at, o.order_id)
            AND {_COUNTED.format(of="other")}
    )
"""
"""No purchase of its buyer in the shop was before; of purchases alone."""
BOUGHT_BETWEEN = f"""
    EXISTS (
        SELECT {_OTHERS} AND other.order_id >= {{start_id}} AND other.order_id < {{end_id}}
            AND other.paid_at >= {{start}} AND other.paid_at < {{end}} AND {_COUNTED.format(of="other")}
    )
"""
"""A purchase of its buyer in the shop was in [start, end)."""
FIRST_BETWEEN = f"""
    NOT EXISTS (
        SELECT {_OTHERS} AND other.order_id < {{end_id}} AND other.paid_at < {{start}}
            AND {_COUNTED.format(of="other")}
    ) AND {BOUGHT_BETWEEN}
"""
"""The first purchase of its buyer in the shop was in [start, end)."""
VIDEO = f"(SELECT l.video_id {_LINES.format(of='o')} AND l.video_id IS NOT NULL ORDER BY l.line_no LIMIT 1)"
"""The video that the order is put down to, if it is to no room."""
SOLD_IN = f"EXISTS (SELECT {_LINES.format(of='o')} AND {{}})"
REFUNDED = """
    (o.shop_id, o.order_id) IN (
        SELECT r.shop_id, r.order_id FROM orders.line_refund AS r
        WHERE r.shop_id = {} AND r.refunded_at >= {} AND r.refunded_at < {}
    )
"""
"""Money for goods went back in [start, end)."""
ONE_IN = "hashtext(o.buyer_id::text) % {} = 0"
"""As forecasts draw the fans that they learn from and are judged by."""


def start_of(day: date, utc_offset_h: int) -> datetime:
    """When a day of the books begins; those that no order can be of are taken for the nearest that one can."""
    year = min(max(day.year, _FIRST_YEAR), _LAST_YEAR)
    if year != day.year:
        day = date(year, 1, 1) if year > day.year else date(year, 12, 31)
    at = f"{day.isoformat()}T00:00:00+00:00"
    return datetime.fromisoformat(at) - timedelta(hours=utc_offset_h)


def month_of(text: str) -> tuple[date, date]:
    """The first day of a month (`2026-11`) and of the next."""
    first = date.fromisoformat(f"{text}-01")
    return first, (first + timedelta(days=31)).replace(day=1)
