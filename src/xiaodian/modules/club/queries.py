"""Reads of clubs and their members; structs out."""

from collections.abc import Collection
from typing import Any

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.club import ClubLevel, ClubRules
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.club.models import Club, Member

_RULES = ", ".join(ClubRules.__struct_fields__)
_CLUB = f"shop_id, is_open, name, word, {_RULES}, levels, version, applied_version"
MEMBER = ", ".join(Member.__struct_fields__)
MINUTES = "least(watch_s, extract(epoch FROM last_at - first_at)::bigint) / 60"
"""Of a day of club.attendance: a page may tell more than there was time for, two pages of one fan surely do."""
LEVEL_OF_FAN = """
    (SELECT clubbed.level::integer FROM club.member AS clubbed
    WHERE clubbed.shop_id = {shop} AND clubbed.account_id = fan.account_id)
"""
"""For conditions on fans: the level of the fan, null for who is no member."""


def to_club(row: Record) -> Club:
    """A row with the columns of club.club."""
    told: dict[str, Any] = dict(row)
    rules = ClubRules(**{name: told.pop(name) for name in ClubRules.__struct_fields__})
    return Club(**{**told, "rules": rules, "levels": msgspec.convert(told["levels"], list[ClubLevel])})


async def find_clubs(connection: Connection, shop_ids: Collection[ShopId]) -> dict[ShopId, Club]:
    """The clubs of these shops, those that are closed too."""
    rows = await connection.fetch(f"SELECT {_CLUB} FROM club.club WHERE shop_id = ANY($1::uuid[])", list(shop_ids))
    return {row["shop_id"]: to_club(row) for row in rows}


async def hold_clubs(connection: Connection, shop_ids: Collection[ShopId]) -> dict[ShopId, Club]:
    """The clubs of these shops, which nobody sets anew until the transaction ends."""
    rows = await connection.fetch(
        f"SELECT {_CLUB} FROM club.club WHERE shop_id = ANY($1::uuid[]) ORDER BY shop_id FOR SHARE", list(shop_ids)
    )
    return {row["shop_id"]: to_club(row) for row in rows}


async def find_club(connection: Connection, shop_id: ShopId, *, lock: bool = False) -> Club | None:
    """The club of a shop, open or closed; with `lock`, held until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_CLUB} FROM club.club WHERE shop_id = $1 {'FOR UPDATE' if lock else ''}", shop_id
    )
    return to_club(row) if row else None


async def get_open_club(connection: Connection, shop_id: ShopId) -> Club:
    """The club of a shop as fans may know it. Raises NotFoundError where none is open."""
    club = await find_club(connection, shop_id)
    if club is None or not club.is_open:
        raise NotFoundError
    return club


async def find_member(connection: Connection, shop_id: ShopId, account_id: AccountId) -> Member | None:
    """A member of a shop's club."""
    row = await connection.fetchrow(
        f"SELECT {MEMBER} FROM club.member WHERE shop_id = $1 AND account_id = $2", shop_id, account_id
    )
    return Member(**row) if row else None


async def list_members(
    connection: Connection,
    shop_id: ShopId,
    level: int | None,
    *,
    after: tuple[int, int, AccountId] | None,
    limit: int,
) -> list[Member]:
    """Members of a level (None: of all), the highest and richest in points first; those after this place."""
    rows = await connection.fetch(
        f"""
        SELECT {MEMBER} FROM club.member WHERE shop_id = $1 AND ($2::smallint IS NULL OR level = $2)
            AND ($3::bigint IS NULL OR (level, points, account_id) < ($3, $4::bigint, $5::uuid))
        ORDER BY level DESC, points DESC, account_id DESC LIMIT $6
        """,
        shop_id,
        level,
        *(after or (None, None, None)),
        limit,
    )
    return [Member(**row) for row in rows]


async def count_members(connection: Connection, shop_id: ShopId) -> dict[int, int]:
    """How many members each level has that has any."""
    rows = await connection.fetch(
        "SELECT level, count(*) AS members FROM club.member WHERE shop_id = $1 GROUP BY level", shop_id
    )
    return {row["level"]: row["members"] for row in rows}
