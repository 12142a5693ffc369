"""What fans see of a club: its rules, and where they stand."""

from datetime import datetime, timedelta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.club import ClubLevel, FanClubCard
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.club import queries
from xiaodian.modules.club.models import Club, Member
from xiaodian.modules.club.rules import MONTH, whole_months
from xiaodian.modules.club.wire import (
    ClubHistory,
    ClubLevelView,
    ClubPoints,
    ClubView,
    LevelGift,
    OwnClub,
    OwnClubs,
    to_standing,
)
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops

MOST_SHOWN = 100
_WATCHED = f"""
    SELECT day, least({queries.MINUTES}, $3) AS minutes FROM club.attendance
    WHERE shop_id = $1 AND account_id = $2 AND {queries.MINUTES} > 0 ORDER BY day DESC LIMIT $4
"""
_BOUGHT = """
    SELECT (paid_at AT TIME ZONE 'UTC' + make_interval(hours => $3))::date AS day,
        greatest(spent_minor - returned_minor, 0) / 100 AS yuan, returned_minor
    FROM club.purchase WHERE shop_id = $1 AND account_id = $2 ORDER BY paid_at DESC LIMIT $4
"""
_OWN = f"""
    SELECT {queries.MEMBER} FROM club.member WHERE account_id = $1
        AND EXISTS (SELECT FROM club.club WHERE club.shop_id = member.shop_id AND club.is_open)
    ORDER BY points DESC, shop_id LIMIT $2
"""


async def see_club(connection: Connection, shop_id: ShopId, account_id: AccountId | None) -> ClubView:
    """The open club of a shop, and where this account stands in it. Raises NotFoundError."""
    club = await queries.get_open_club(connection, shop_id)
    shop = await shops.get_shop(connection, shop_id)
    member = await queries.find_member(connection, shop_id, account_id) if account_id else None
    gifts = [await _gift(connection, shop_id, level) for level in club.levels]
    return ClubView(
        shop_id=shop_id,
        shop_name=shop.name,
        host_id=shop.owner_id,
        name=club.name,
        word=club.word,
        rules=club.rules,
        levels=[
            ClubLevelView(level=number, name=level.name, colour=level.colour, points=level.points, gift=gift)
            for number, (level, gift) in enumerate(zip(club.levels, gifts, strict=True), start=1)
        ],
        members=sum((await queries.count_members(connection, shop_id)).values()),
        mine=to_standing(member) if member else None,
    )


async def _gift(connection: Connection, shop_id: ShopId, level: ClubLevel) -> LevelGift | None:
    if level.coupon_id is None:
        return None
    coupon = await promotion.find_coupon(connection, shop_id, level.coupon_id)
    if coupon is None or coupon.ended_at is not None:
        return None
    return LevelGift(title=coupon.title, off_minor=coupon.off_minor, min_spend_minor=coupon.min_spend_minor)


async def see_history(
    connection: Connection, shop_id: ShopId, account_id: AccountId, utc_offset_h: int, now: datetime
) -> ClubHistory:
    """What a member's points came of, the newest first. Raises NotFoundError for who is no member."""
    club = await queries.get_open_club(connection, shop_id)
    followed_at = await connection.fetchrow(
        "SELECT followed_at FROM club.member WHERE shop_id = $1 AND account_id = $2", shop_id, account_id
    )
    if followed_at is None:
        raise NotFoundError
    rules, who = club.rules, (shop_id, account_id)
    items = [
        _points("watching", row["day"].isoformat(), row["minutes"], row["minutes"] * rules.minute_points)
        for row in await connection.fetch(_WATCHED, *who, rules.daily_minutes, MOST_SHOWN)
    ]
    items += [
        _points("buying", row["day"].isoformat(), row["yuan"], row["yuan"] * rules.yuan_points, row["returned_minor"])
        for row in await connection.fetch(_BOUGHT, *who, utc_offset_h, MOST_SHOWN)
    ]
    since = followed_at["followed_at"]
    items += [
        _points("following", _day(since + number * MONTH, utc_offset_h), 1, rules.month_points)
        for number in range(1, whole_months(since, now) + 1)
    ]
    items.sort(key=lambda item: (item.day, item.kind), reverse=True)
    return ClubHistory(items=items[:MOST_SHOWN])


def _points(kind: str, day: str, amount: int, points: int, returned_minor: int = 0) -> ClubPoints:
    return ClubPoints(kind=kind, day=day, amount=amount, returned_minor=returned_minor, points=points)


def _day(at: datetime, utc_offset_h: int) -> str:
    return (at + timedelta(hours=utc_offset_h)).date().isoformat()


async def see_own_clubs(connection: Connection, account_id: AccountId) -> OwnClubs:
    """The open clubs that an account is a member of."""
    members = [Member(**row) for row in await connection.fetch(_OWN, account_id, MOST_SHOWN)]
    clubs = await queries.find_clubs(connection, {member.shop_id for member in members})
    named = await shops.get_shops(connection, list(clubs))
    return OwnClubs(items=[_own(member, clubs[member.shop_id], named[member.shop_id].name) for member in members])


def _own(member: Member, club: Club, shop_name: str) -> OwnClub:
    level = club.levels[min(member.level, len(club.levels)) - 1]
    return OwnClub(
        shop_id=club.shop_id,
        shop_name=shop_name,
        name=club.name,
        word=club.word,
        level=member.level,
        level_name=level.name,
        colour=level.colour,
        points=member.points,
    )


async def find_card(connection: Connection, shop_id: ShopId, account_id: AccountId) -> FanClubCard | None:
    """A member of the shop's club, closed or not, for the shop's own eyes."""
    member = await queries.find_member(connection, shop_id, account_id)
    club = await queries.find_club(connection, shop_id) if member else None
    if member is None or club is None:
        return None
    level = club.levels[min(member.level, len(club.levels)) - 1]
    return FanClubCard(
        word=club.word,
        level=member.level,
        name=level.name,
        colour=level.colour,
        points=member.points,
        joined_at_ms=to_epoch_ms(member.joined_at),
    )
