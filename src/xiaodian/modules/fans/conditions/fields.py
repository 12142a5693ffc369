"""What can be asked of a fan: the one list, from which documents, builder, CEL and SQL follow.

In `sql`, {test} stands for the comparison of `of` with the value, or {value} for the value; {today}, {offset} (hours of
the books ahead of UTC), {shop} and those of WITHIN for parameters. What is compared may be null: then no test passes.
"""

from collections.abc import Sequence
from enum import StrEnum

from xiaodian.contracts.base import Contract
from xiaodian.contracts.fans import SegmentCode
from xiaodian.modules.club import api as club


class Kind(StrEnum):
    """What a field's values are."""

    INTEGER = "integer"
    MONEY = "money"
    """Minor units."""
    SECONDS = "seconds"
    SHARE = "share"
    """From 0 to 1."""
    DAYS = "days"
    """How long ago."""
    DAY = "day"
    """`2026-11-29`, of the books."""
    HOUR = "hour"
    FLAG = "flag"
    CHOICE = "choice"
    TAG = "tag"
    CATEGORY = "category"
    PRODUCT = "product"
    ROOM = "room"
    COUPON = "coupon"


class Operator(StrEnum):
    """How a field is compared."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    IN = "in"
    HAS = "has"


class Within(StrEnum):
    """Whether a test looks at the last so many days alone."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


class Field(Contract, frozen=True, kw_only=True):
    """One thing that can be asked of a fan."""

    name: str
    kind: Kind
    meaning: str
    of: str = ""
    sql: str = "coalesce({test}, false)"
    within: Within = Within.NEVER
    choices: tuple[str, ...] = ()
    only_if: str = ""
    """Cheap, and true of every fan of whom it is not nothing."""

    @property
    def operators(self) -> Sequence[Operator]:
        """By which it can be compared."""
        return OPERATORS[self.kind]


_ORDER = (Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE)
NUMBERS = (Kind.INTEGER, Kind.MONEY, Kind.SECONDS, Kind.DAYS, Kind.HOUR)
IDS = (Kind.PRODUCT, Kind.ROOM, Kind.COUPON)
OPERATORS: dict[Kind, Sequence[Operator]] = {
    **dict.fromkeys((*NUMBERS, Kind.SHARE, Kind.DAY), _ORDER),
    Kind.FLAG: (Operator.EQ,),
    Kind.CHOICE: (Operator.EQ, Operator.NE, Operator.IN),
    **dict.fromkeys((*IDS, Kind.TAG, Kind.CATEGORY), (Operator.HAS,)),
}

_BOUGHT = "FROM fans.purchase AS bought WHERE bought.shop_id = {shop} AND bought.account_id = fan.account_id"
_COUNTED = f"{_BOUGHT} AND bought.is_counted {{bought_within}}"
_SEEN = "FROM fans.visit AS seen WHERE seen.whose_id = {shop} AND seen.account_id = fan.account_id AND seen.is_room"
_SEEN_WITHIN = f"{_SEEN} {{seen_within}}"
_SOURCE = (
    "CASE WHEN bought.room_id IS NOT NULL THEN 'room' WHEN bought.video_id IS NOT NULL THEN 'video' ELSE 'shop' END"
)
WITHIN = {
    "{bought_within}": ("", "AND bought.day >= {today} - {days}"),
    "{seen_within}": (
        "",
        "AND (seen.seen_at AT TIME ZONE 'UTC' + make_interval(hours => {offset}))::date >= {today} - {days}",
    ),
    "{product_since}": ("'-infinity'::date", "{today} - {days}"),
}
"""What stands there of a test that looks at all days, and of one that looks at the last so many."""
# In large shops fans have their purchases in arrays, most of the time: `history`, from what `FANS` reads (sql.py).
_BEFORE = "width_bucket({today} - {days} - 1, history.purchase_days)"
"""How many purchases lie before the last so many days."""


def _kept_or(kept: str, asked: str) -> str:
    return f"CASE WHEN history.purchase_days IS NULL THEN {asked} ELSE {kept} END"


def _day(column: str) -> str:
    return f"({column} AT TIME ZONE 'UTC' + make_interval(hours => {{offset}}))::date"


def _f(name: str, kind: Kind, meaning: str, of: str, sql: str = "", **more: object) -> Field:
    told = {"sql": sql} if sql else {}
    return Field(name=name, kind=kind, meaning=meaning, of=of, **told, **more)  # type: ignore[arg-type]


_MAY = {"within": Within.MAY}
FIELDS: tuple[Field, ...] = (
    _f("orders", Kind.INTEGER, "purchases", "fan.orders"),
    _f("occasions", Kind.INTEGER, "occasions", "fan.occasions"),
    _f("paid_orders", Kind.INTEGER, "paid orders, also those cancelled or refunded since", "fan.paid_orders"),
    _f("spent_minor", Kind.MONEY, "spent", "fan.spent_minor"),
    _f("average_minor", Kind.MONEY, "average", "fan.spent_minor / nullif(fan.orders, 0)"),
    _f("returned_share", Kind.SHARE, "returned_share", "fan.returned_minor::float8 / nullif(fan.gmv_minor, 0)"),
    _f("first_day", Kind.DAY, "day of the first purchase", "fan.first_day"),
    _f("last_day", Kind.DAY, "day of the last purchase", "fan.last_day"),
    _f("days_since_first", Kind.DAYS, "days since the first purchase", "({today} - fan.first_day)"),
    _f("days_since_last", Kind.DAYS, "days since the last purchase", "({today} - fan.last_day)"),
    _f(
        "recent_orders",
        Kind.INTEGER,
        "purchases in the last N days",
        _kept_or(f"fan.orders - {_BEFORE}", "fans.orders_since({shop}, fan.account_id, {today} - {days})"),
        within=Within.MUST,
        only_if="fan.last_day >= {today} - {days}",
    ),
    _f(
        "recent_spent_minor",
        Kind.MONEY,
        "spent by purchases of the last N days",
        _kept_or(
            f"fan.spent_minor - coalesce(history.running_minor[{_BEFORE}], 0)",
            "fans.spent_since({shop}, fan.account_id, {today} - {days})",
        ),
        within=Within.MUST,
        only_if="fan.last_day >= {today} - {days}",
    ),
    _f(
        "bought_product",
        Kind.PRODUCT,
        "a purchase held this product",
        "",
        _kept_or(
            "coalesce(history.product_days[array_position(history.product_ids, {value})] >= {product_since}, false)",
            "fans.bought_since({shop}, fan.account_id, {value}, {product_since})",
        ),
        **_MAY,
    ),
    _f(
        "bought_category",
        Kind.CATEGORY,
        "a purchase held goods of this category",
        "",
        f"EXISTS (SELECT {_COUNTED} AND bought.categories @> ARRAY[{{value}}])",
        **_MAY,
    ),
    _f(
        "used_coupon",
        Kind.COUPON,
        "a purchase was made with this coupon",
        "",
        f"EXISTS (SELECT {_COUNTED} AND bought.coupon_id = {{value}})",
        **_MAY,
    ),
    _f(
        "bought_in_room",
        Kind.ROOM,
        "a purchase was made in this room",
        "",
        f"EXISTS (SELECT {_COUNTED} AND bought.room_id = {{value}})",
        **_MAY,
    ),
    _f(
        "attended_room",
        Kind.ROOM,
        "was in this room while signed in",
        "",
        f"EXISTS (SELECT {_SEEN_WITHIN} AND seen.place_id = {{value}})",
        **_MAY,
    ),
    _f(
        "rooms_bought_in",
        Kind.INTEGER,
        "rooms in which purchases were made",
        f"(SELECT count(DISTINCT bought.room_id) {_COUNTED})",
        only_if="fan.orders > 0",
        **_MAY,
    ),
    _f(
        "rooms_attended",
        Kind.INTEGER,
        "rooms that they were in, by when they were last in them",
        f"(SELECT count(*) {_SEEN_WITHIN})",
        only_if="fan.seen_at IS NOT NULL",
        **_MAY,
    ),
    _f("watch_s", Kind.SECONDS, "seconds of rooms and videos watched", "fan.watch_s"),
    _f("views", Kind.INTEGER, "rooms and videos opened, each time", "fan.views"),
    _f("comments", Kind.INTEGER, "comments in rooms and under videos", "fan.comments"),
    _f("likes", Kind.INTEGER, "likes", "fan.likes"),
    _f("days_since_seen", Kind.DAYS, "days since they last watched", f"({{today}} - {_day('fan.seen_at')})"),
    _f("follows", Kind.FLAG, "follows the host", "(fan.followed_at IS NOT NULL)"),
    _f("days_since_followed", Kind.DAYS, "days since they followed", f"({{today}} - {_day('fan.followed_at')})"),
    _f(
        "source",
        Kind.CHOICE,
        "what the first purchase was made from",
        _SOURCE,
        f"EXISTS (SELECT {_COUNTED} AND bought.nth = 1 AND {{test}})",
        choices=("room", "video", "shop"),
    ),
    _f(
        "tags",
        Kind.TAG,
        "staff gave this tag",
        "",
        "EXISTS (SELECT FROM fans.tag AS tagged WHERE tagged.shop_id = {shop} AND tagged.account_id = fan.account_id "
        "AND tagged.tag = {value})",
    ),
    _f("club_level", Kind.INTEGER, "level in the fan club; no test passes for who is no member", club.LEVEL_OF_FAN),
    _f("segment", Kind.CHOICE, "the ready segment", "fan.segment", choices=tuple(SegmentCode)),
    _f("days_in_segment", Kind.DAYS, "days since they came into it", "({today} - fan.segment_since)"),
    _f(
        "usual_hour",
        Kind.HOUR,
        "usual_hour",
        "(SELECT date_part('hour', bought.paid_at AT TIME ZONE 'UTC' + make_interval(hours => {offset}))::integer "
        f"{_COUNTED} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)",
        only_if="fan.orders > 0",
    ),
    _f(
        "likelihood",
        Kind.SHARE,
        "how likely they buy in the next 30 days, where it is told",
        "told.likelihood::float8",
        "EXISTS (SELECT FROM fans.prediction AS told WHERE told.shop_id = {shop} "
        "AND told.account_id = fan.account_id AND {test})",
    ),
)
BY_NAME = {field.name: field for field in FIELDS}
