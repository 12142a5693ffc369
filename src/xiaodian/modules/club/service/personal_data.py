"""What clubs keep of a person."""

from typing import Any

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.infra.database import Connection
from xiaodian.modules.club.service.recount import drop_member

_CLUBS = """
    SELECT shop_id, club.name, joined_at, member.level, points, from_watching, from_buying, from_following
    FROM club.member JOIN club.club USING (shop_id) WHERE account_id = $1 ORDER BY joined_at DESC LIMIT $2
"""
_ATTENDANCE = """
    SELECT shop_id, day, watch_s, first_at, last_at FROM club.attendance WHERE account_id = $1
    ORDER BY day DESC LIMIT $2
"""
_SHOPS = "SELECT shop_id FROM club.member WHERE account_id = $1 ORDER BY shop_id"


async def export(connection: Connection, account_id: AccountId, limit: int) -> dict[str, list[dict[str, Any]]]:
    """The clubs that somebody is in, and the days on which they watched."""
    return {
        "fan_clubs": [dict(row) for row in await connection.fetch(_CLUBS, account_id, limit)],
        "fan_club_attendance": [dict(row) for row in await connection.fetch(_ATTENDANCE, account_id, limit)],
    }


async def erase(connection: Connection, erased: AccountErased) -> None:
    """The account is in no club any more."""
    for row in await connection.fetch(_SHOPS, erased.account_id):
        await drop_member(connection, row["shop_id"], erased.account_id)
