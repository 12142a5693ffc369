"""A shop opens its club, changes its rules and levels, or closes it."""

from datetime import datetime

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.club import ClubLevel
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.messages import translate
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.club import queries
from xiaodian.modules.club.models import Club
from xiaodian.modules.club.rules import READY_COLOURS, READY_POINTS, READY_RULES, check_levels
from xiaodian.modules.club.wire import ClubInput, ClubSettings, to_level
from xiaodian.modules.live import api as live
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops

AREA = "club_ready"
MOST_OF_SHOP = 11
_SAVE = """
    INSERT INTO club.club AS known (shop_id, is_open, name, word, minute_points, daily_minutes, yuan_points,
        month_points, levels, version, applied_version, opened_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0, $10)
    ON CONFLICT (shop_id) DO UPDATE SET is_open = excluded.is_open, name = excluded.name, word = excluded.word,
        minute_points = excluded.minute_points, daily_minutes = excluded.daily_minutes,
        yuan_points = excluded.yuan_points, month_points = excluded.month_points, levels = excluded.levels,
        version = known.version + 1
"""


async def see_settings(database: Database, caller: Caller, shop_id: ShopId, language: str) -> ClubSettings:
    """The club as it is, or one ready to be opened. Raises NotFoundError, ForbiddenError."""
    async with database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        return await _show(connection, shop_id, language)


async def set_club(
    database: Database, caller: Caller, shop_id: ShopId, wanted: ClubInput, language: str
) -> ClubSettings:
    """The club is so from now on; members are counted anew within moments. Closed, nobody has a badge or goes first.

    Raises NotFoundError, ForbiddenError, InvalidInputError.
    """
    levels = [to_level(level) for level in wanted.levels]
    word, name = wanted.word.strip(), wanted.name.strip()
    if len(word) < 2 or not name or not all(level.name for level in levels):
        raise InvalidInputError(field="word" if len(word) < 2 else "name", reason="empty")
    check_levels(levels)
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_WRITE)
        await _check_gifts(connection, shop_id, levels)
        await _save(connection, shop_id, wanted, (name, word), levels, utc_now())
        if wanted.is_open:
            await live.set_club_look(connection, shop_id, word, [level.colour for level in levels])
        else:
            await live.drop_club_look(connection, shop_id)
            await promotion.drop_standing(connection, shop_id)
        deed = "fan.club_set" if wanted.is_open else "fan.club_closed"
        await shops.note_deed(connection, caller, shop_id, deed=deed, target="", details={"name": name})
        return await _show(connection, shop_id, language)


async def _save(
    connection: Connection,
    shop_id: ShopId,
    wanted: ClubInput,
    named: tuple[str, str],
    levels: list[ClubLevel],
    now: datetime,
) -> None:
    rules = (wanted.minute_points, wanted.daily_minutes, wanted.yuan_points, wanted.month_points)
    await connection.execute(_SAVE, shop_id, wanted.is_open, *named, *rules, levels, now)


async def _check_gifts(connection: Connection, shop_id: ShopId, levels: list[ClubLevel]) -> None:
    """Only coupons that go to nobody else: a listed one everybody has already."""
    for number, level in enumerate(levels):
        if level.coupon_id is None:
            continue
        coupon = await promotion.find_coupon(connection, shop_id, level.coupon_id)
        if coupon is None or not coupon.is_personal:
            raise InvalidInputError(field=f"levels[{number}].coupon_id", reason="unknown")


async def _show(connection: Connection, shop_id: ShopId, language: str) -> ClubSettings:
    club = await queries.find_club(connection, shop_id)
    if club is None:
        return await _show_ready(connection, shop_id, language)
    counts = await queries.count_members(connection, shop_id)
    return ClubSettings(
        is_set=True,
        is_open=club.is_open,
        name=club.name,
        word=club.word,
        rules=club.rules,
        levels=club.levels,
        is_applied=_is_applied(club),
        members_by_level=[counts.get(number, 0) for number in range(1, len(club.levels) + 1)],
    )


def _is_applied(club: Club) -> bool:
    return club.applied_version == club.version


def _short(shop_name: str) -> str:
    """As much of a shop's name as fits into a club's, cut between words where it can be."""
    return shop_name if len(shop_name) <= MOST_OF_SHOP else shop_name.split()[0][:MOST_OF_SHOP]


async def _show_ready(connection: Connection, shop_id: ShopId, language: str) -> ClubSettings:
    """Rules that suit most shops, with the shop's own name on them."""
    shop = await shops.get_shop(connection, shop_id)
    ready = zip(READY_POINTS, READY_COLOURS, strict=True)
    levels = [
        ClubLevel(name=translate(language, AREA, f"level_{number}"), colour=colour, points=points)
        for number, (points, colour) in enumerate(ready, start=1)
    ]
    return ClubSettings(
        is_set=False,
        is_open=False,
        name=translate(language, AREA, "name", {"shop": _short(shop.name)}),
        word=translate(language, AREA, "word"),
        rules=READY_RULES,
        levels=levels,
        is_applied=True,
        members_by_level=[0] * len(levels),
    )
