"""Bring the points and levels of members up to date with their facts, and hand down what others go by."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.club import queries
from xiaodian.modules.club.models import Buyer, Club, Risen
from xiaodian.modules.club.rules import Gathered, level_of, next_month_at, reckon, whole_months
from xiaodian.modules.promotion import api as promotion

_LOCK = """
    SELECT shop_id, account_id FROM club.member
    WHERE (shop_id, account_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
    ORDER BY shop_id, account_id FOR NO KEY UPDATE
"""
_GATHER = f"""
    SELECT shop_id, account_id, followed_at, level, member.version,
        (
            SELECT coalesce(sum(least({queries.MINUTES}, club.daily_minutes)), 0)::bigint FROM club.attendance
            WHERE (attendance.shop_id, attendance.account_id) = (member.shop_id, member.account_id)
        ) AS minutes,
        (
            SELECT coalesce(sum(greatest(spent_minor - returned_minor, 0) / 100), 0)::bigint FROM club.purchase
            WHERE (purchase.shop_id, purchase.account_id) = (member.shop_id, member.account_id)
        ) AS yuan
    FROM unnest($1::uuid[], $2::uuid[]) AS told (shop_id, account_id)
        JOIN club.member USING (shop_id, account_id) JOIN club.club USING (shop_id)
"""
_WRITE = """
    UPDATE club.member SET from_watching = told.from_watching, from_buying = told.from_buying,
        from_following = told.from_following, points = told.points, level = told.level,
        level_at = CASE WHEN member.level = told.level THEN level_at ELSE $10 END,
        version = told.version, recount_at = told.recount_at
    FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::smallint[],
        $8::integer[], $9::timestamptz[]) AS told
        (shop_id, account_id, from_watching, from_buying, from_following, points, level, version, recount_at)
    WHERE (member.shop_id, member.account_id) = (told.shop_id, told.account_id)
        AND (member.from_watching, member.from_buying, member.from_following, member.points, member.level,
                member.version, member.recount_at)
            IS DISTINCT FROM (told.from_watching, told.from_buying, told.from_following, told.points, told.level,
                told.version, told.recount_at)
"""


class Counted(NamedTuple):
    """A member's row as it should be."""

    shop_id: ShopId
    account_id: AccountId
    from_watching: int
    from_buying: int
    from_following: int
    points: int
    level: int
    version: int
    recount_at: datetime | None


async def hold_members(connection: Connection, buyers: Collection[Buyer]) -> list[Buyer]:
    """Those of these who are members, held until the transaction ends: only who holds one writes its facts."""
    if not buyers:
        return []
    rows = await connection.fetch(_LOCK, *map(list, zip(*buyers, strict=True)))
    return [(row["shop_id"], row["account_id"]) for row in rows]


async def recount(connection: Connection, members: Sequence[Buyer], now: datetime) -> list[Risen]:
    """Add up afresh what the facts of these members hold, whom this transaction holds; answers who rose."""
    if not members:
        return []
    clubs = await queries.hold_clubs(connection, {shop_id for shop_id, _ in members})
    rows = await connection.fetch(_GATHER, *map(list, zip(*members, strict=True)))
    counted: list[Counted] = []
    risen: list[Risen] = []
    handed: dict[Buyer, int] = {}
    for row in rows:
        club = clubs[row["shop_id"]]
        gathered = Gathered(row["minutes"], row["yuan"], whole_months(row["followed_at"], now))
        each = _count(club, row["account_id"], gathered, next_month_at(row["followed_at"], now))
        counted.append(each)
        if each.level > row["level"]:
            risen.append(Risen(club.shop_id, each.account_id, each.level))
        if club.is_open and (each.level != row["level"] or row["version"] < club.version):
            handed[club.shop_id, each.account_id] = each.level
    await connection.execute(_WRITE, *map(list, zip(*counted, strict=True)), now)
    await promotion.set_standings(connection, handed)
    await _give_coupons(connection, clubs, handed, now)
    return risen


def _count(club: Club, account_id: AccountId, gathered: Gathered, recount_at: datetime | None) -> Counted:
    points = reckon(club.rules, gathered)
    return Counted(
        club.shop_id,
        account_id,
        *points,
        points.total,
        level_of(points.total, club.levels),
        club.version,
        recount_at,
    )


async def _give_coupons(
    connection: Connection, clubs: dict[ShopId, Club], handed: dict[Buyer, int], now: datetime
) -> None:
    """Coupons of the levels that were reached; a coupon is made out to somebody once, however often."""
    for shop_id, club in clubs.items():
        for number, level in enumerate(club.levels, start=1):
            if level.coupon_id is None:
                continue
            account_ids = [who for (shop, who), reached in handed.items() if shop == shop_id and reached >= number]
            if account_ids:
                await promotion.give_coupon(connection, level.coupon_id, account_ids, now)


async def drop_member(connection: Connection, shop_id: ShopId, account_id: AccountId) -> bool:
    """Forget a member whom this transaction may wait for; answers whether there was one."""
    if not await hold_members(connection, [(shop_id, account_id)]):
        return False
    for table in ("attendance", "purchase", "member"):
        await connection.execute(
            f"DELETE FROM club.{table} WHERE shop_id = $1 AND account_id = $2", shop_id, account_id
        )
    await promotion.drop_standing(connection, shop_id, account_id)
    return True
