"""Every field with every operator over random fans: SQL finds those that a plain walk through the same facts finds."""

import operator
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.fans.conditions.fields import FIELDS, Field, Operator, Within
from xiaodian.modules.fans.conditions.sql import FANS as ALL_FANS
from xiaodian.modules.fans.conditions.sql import Books
from xiaodian.modules.fans.conditions.tree import read_json
from xiaodian.modules.fans.service.ask_condition import count_fans, list_by_id
from xiaodian.modules.fans.service.write_histories import write_histories

TODAY, OFFSET_H = date(2026, 11, 29), 8
SHIFT = timedelta(hours=OFFSET_H)
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
FANS = 60
ROOMS, PRODUCTS, COUPONS = ([new_id() for _ in range(4)] for _ in range(3))
CATEGORIES, TAGS = ("茶", "水果", "Tea's"), ("老客", "vip", 'a"b\\c')
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "in": lambda value, among: value in among,
    "has": lambda values, value: value in values,
}
Facts = dict[str, Any]
ENDS = ("first_day", "last_day", "days_since_first", "days_since_last", "source")


def live(dice: random.Random) -> Facts:
    """Somebody's dealings with a shop."""
    bought = []
    for _ in range(dice.choice((0, 1, 2, 5))):
        at = NOW - timedelta(hours=dice.randrange(0, 24 * 200))
        gmv = dice.randrange(1, 9) * 1000
        bought.append(
            {
                "order_id": new_id(),
                "paid_at": at,
                "day": (at + SHIFT).date(),
                "is_counted": dice.random() < 0.8,
                "gmv_minor": gmv,
                "returned_minor": dice.choice((0, 0, gmv // 2)),
                "room_id": dice.choice((None, *ROOMS)),
                "video_id": dice.choice((None, new_id())),
                "product_ids": dice.sample(PRODUCTS, 2),
                "categories": dice.sample(CATEGORIES, 1),
                "coupon_id": dice.choice((None, *COUPONS)),
            }
        )
    seen = {
        place: {"is_room": dice.random() < 0.8, "seen_at": NOW - timedelta(hours=dice.randrange(24 * 90))}
        for place in dice.sample(ROOMS, dice.randrange(3))
    }
    return {
        "account_id": new_id(),
        "bought": sorted(bought, key=lambda one: one["paid_at"]),
        "seen": seen,
        "tags": dice.sample(TAGS, dice.randrange(3)),
        "segment": dice.choice(list(SegmentCode)).value,
        "segment_since": TODAY - timedelta(days=dice.randrange(40)),
        "followed_at": dice.choice((None, NOW - timedelta(hours=dice.randrange(24 * 60)))),
        "likelihood": dice.choice((None, 0.25, 0.5, 0.75)),
        "club_level": dice.choice((None, 1, 2, 3)),
        **{name: dice.randrange(4) for name in ("watch_s", "views", "comments", "likes")},
    }


def tell(fan: Facts, name: str, within: int | None) -> Any:
    """What a field is of somebody, by a plain walk; None: it is not known."""
    return (fan | _of_purchases(fan["bought"], within) | _of_visits(fan, within))[name]


def _of_purchases(paid: list[Facts], within: int | None) -> Facts:
    counted = [one for one in paid if one["is_counted"]]
    recent = [one for one in counted if within is None or one["day"] >= TODAY - timedelta(days=within)]
    net = [one["gmv_minor"] - one["returned_minor"] for one in counted]
    whole = sum(one["gmv_minor"] for one in paid)
    hours = Counter((one["paid_at"] + SHIFT).hour for one in counted)
    told = {
        "orders": len(counted),
        "occasions": len(counted),
        "paid_orders": len(paid),
        "spent_minor": sum(net),
        "average_minor": sum(net) // len(net) if net else None,
        "returned_share": sum(one["returned_minor"] for one in paid) / whole if whole else None,
        "recent_orders": len(recent),
        "recent_spent_minor": sum(one["gmv_minor"] - one["returned_minor"] for one in recent),
        "bought_product": {str(each) for one in recent for each in one["product_ids"]},
        "bought_category": {each for one in recent for each in one["categories"]},
        "used_coupon": {str(one["coupon_id"]) for one in recent},
        "bought_in_room": {str(one["room_id"]) for one in recent},
        "rooms_bought_in": len({one["room_id"] for one in recent} - {None}),
        "usual_hour": min(hours, key=lambda hour: (-hours[hour], hour)) if hours else None,
    }
    return told | _of_ends(counted[0], counted[-1]) if counted else told | dict.fromkeys(ENDS)


def _of_ends(first: Facts, last: Facts) -> Facts:
    return {
        "first_day": str(first["day"]),
        "last_day": str(last["day"]),
        "days_since_first": (TODAY - first["day"]).days,
        "days_since_last": (TODAY - last["day"]).days,
        "source": "room" if first["room_id"] else "video" if first["video_id"] else "shop",
    }


def _of_visits(fan: Facts, within: int | None) -> Facts:
    seen = {
        str(place): one
        for place, one in fan["seen"].items()
        if one["is_room"] and (within is None or _ago(one["seen_at"]) <= within)
    }
    return {
        "attended_room": set(seen),
        "rooms_attended": len(seen),
        "days_since_seen": _ago(max((one["seen_at"] for one in fan["seen"].values()), default=None)),
        "follows": fan["followed_at"] is not None,
        "days_since_followed": _ago(fan["followed_at"]),
        "days_in_segment": (TODAY - fan["segment_since"]).days,
    }


def _ago(at: datetime | None) -> Any:
    return None if at is None else (TODAY - (at + SHIFT).date()).days


async def write_down(connection: Connection, shop_id: UUID, fan: Facts) -> None:
    """Into the tables, as if it had been counted."""
    counted = [one for one in fan["bought"] if one["is_counted"]]
    key = {"shop_id": shop_id, "account_id": fan["account_id"]}
    number = 0
    for one in fan["bought"]:
        number += one["is_counted"]
        place = {"nth": number, "occasion": number, "starts": True, "opens_month": True, "first_day": one["day"]}
        await _insert(connection, "fans.purchase", {**key, **one, **place})
    for place_id, one in fan["seen"].items():
        seen = {"place_id": place_id, "is_room": one["is_room"], "views": 1, "watch_s": 1}
        times = dict.fromkeys(("watched_first_at", "watched_at"), one["seen_at"])
        await _insert(connection, "fans.visit", {"whose_id": shop_id, "account_id": fan["account_id"], **seen, **times})
    for tag in fan["tags"]:
        await _insert(connection, "fans.tag", {**key, "tag": tag})
    if fan["likelihood"] is not None:
        told = {"reckoned_on": TODAY, "likelihood": fan["likelihood"], "reasons": [], "product_ids": []}
        await _insert(connection, "fans.prediction", {**key, **told})
    if fan["club_level"] is not None:
        points = dict.fromkeys(("from_watching", "from_buying", "from_following", "points", "version"), 0)
        member = {"level": fan["club_level"], "level_at": NOW, "joined_at": NOW}
        await _insert(connection, "club.member", {**key, **member, **points})
    sums = {
        "orders": len(counted),
        "occasions": len(counted),
        "paid_orders": len(fan["bought"]),
        "spent_minor": tell(fan, "spent_minor", None),
        "gmv_minor": sum(one["gmv_minor"] for one in fan["bought"]),
        "returned_minor": sum(one["returned_minor"] for one in fan["bought"]),
        "first_day": counted[0]["day"] if counted else None,
        "last_day": counted[-1]["day"] if counted else None,
        "seen_at": max((one["seen_at"] for one in fan["seen"].values()), default=None),
    }
    kept = ("segment", "segment_since", "followed_at", "watch_s", "views", "comments", "likes")
    await _insert(connection, "fans.fan", {**key, **sums, **{name: fan[name] for name in kept}})


async def _insert(connection: Connection, table: str, row: Facts) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())


def draw(dice: random.Random, fans: list[Facts], field: Field, op: Operator) -> dict[str, Any]:
    """A test whose value somebody has."""
    within = dice.choice((7, 30, 90)) if field.within is not Within.NEVER else None
    known = [each for fan in fans if (each := tell(fan, field.name, within)) is not None]
    values = sorted({each for one in known for each in (one if isinstance(one, set | list) else [one])} - {"None"})
    value = dice.sample(values, min(2, len(values))) if op is Operator.IN else dice.choice(values)
    return {"field": field.name, "op": op.value, "value": value} | ({"within_days": within} if within else {})


def meets(fan: Facts, raw: Any) -> bool:
    """Whether somebody meets a condition, by a plain walk through it."""
    if "all" in raw:
        return all(meets(fan, each) for each in raw["all"])
    if "any" in raw:
        return any(meets(fan, each) for each in raw["any"])
    if "not" in raw:
        return not meets(fan, raw["not"])
    value = tell(fan, raw["field"], raw.get("within_days"))
    return value is not None and COMPARE[raw["op"]](value, raw["value"])


@pytest.mark.parametrize("is_written", [False, True], ids=["from purchases", "from histories beside the fans"])
async def test_sql_finds_whom_a_plain_walk_finds(ctx: Context, is_written: bool) -> None:
    dice = random.Random(7)
    shop_id, books = ShopId(new_id()), Books(TODAY, OFFSET_H)
    fans = [live(dice) for _ in range(FANS)]
    singles = [draw(dice, fans, field, op) for field in FIELDS for op in field.operators for _ in range(2)]
    nested = [{"all": [{"any": dice.sample(singles, 3)}, {"not": {"all": dice.sample(singles, 2)}}]} for _ in range(30)]
    async with ctx.database.transaction() as connection:
        for fan in fans:
            await write_down(connection, shop_id, fan)
        await write_down(connection, new_id(), {**fans[0], "account_id": AccountId(new_id())})
        await _insert(connection, "fans.segment_size", {"shop_id": shop_id, "segment": "new", "fans": FANS})
    if is_written:
        await write_histories(ctx.database, large=FANS)
    async with ctx.database.transaction() as connection:
        without = f"SELECT count(*) FROM {ALL_FANS} WHERE fan.shop_id = $1 AND orders > 0 AND purchase_days IS NULL"
        assert (await connection.fetchval(without, shop_id) == 0) is is_written
        for raw in (*singles, *nested):
            condition = read_json(raw)
            rows = await list_by_id(connection, shop_id, condition, books, after=None, limit=FANS)
            expected = sorted(fan["account_id"] for fan in fans if meets(fan, raw))
            assert [row["account_id"] for row in rows] == expected, raw
            assert await count_fans(connection, shop_id, condition, books) == len(expected)
