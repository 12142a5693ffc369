"""A fan joins a shop's club, or leaves it."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.club import queries
from xiaodian.modules.club.service.facts import count_anew
from xiaodian.modules.club.service.recount import drop_member
from xiaodian.modules.club.service.see_club import see_club
from xiaodian.modules.club.wire import ClubView
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops

# Counted by no rules yet, and due at once: should this process die before it counts, the job does.
_JOIN = """
    INSERT INTO club.member (shop_id, account_id, joined_at, from_watching, from_buying, from_following, points, level,
        level_at, version, recount_at)
    VALUES ($1, $2, $3, 0, 0, 0, 0, 1, $3, 0, $3)
    ON CONFLICT DO NOTHING
"""


async def join_club(ctx: Context, caller: Caller, shop_id: ShopId, room_id: UUID | None) -> ClubView:
    """Follow the owner of the shop and be a member, with what was bought so far; who is one already stays one.

    Raises NotFoundError where no club is open, InvalidInputError for the owner, TooManyRequestsError.
    """
    async with ctx.database.connection() as connection:
        await queries.get_open_club(connection, shop_id)
        owner_id = (await shops.get_shop(connection, shop_id)).owner_id
    await content.follow_creator(ctx, caller.account_id, owner_id)
    now = utc_now()
    # Orders told of from here on find the member; those before are asked for afterwards, so that none falls between.
    async with ctx.database.transaction() as connection:
        is_new = await _write(connection, shop_id, caller.account_id, now)
    if is_new:
        async with ctx.database.transaction() as connection:
            await count_anew(connection, [(shop_id, caller.account_id)], now)
    async with ctx.database.connection() as connection:
        seen = await see_club(connection, shop_id, caller.account_id)
    if is_new and room_id is not None and seen.mine is not None:
        await _tell(ctx, RoomId(room_id), shop_id, caller, seen.mine.level)
    return seen


async def _write(connection: Connection, shop_id: ShopId, account_id: AccountId, now: datetime) -> bool:
    await queries.hold_clubs(connection, [shop_id])
    return bool(await connection.execute(_JOIN, shop_id, account_id, now) == "INSERT 0 1")


async def _tell(ctx: Context, room_id: RoomId, shop_id: ShopId, caller: Caller, level: int) -> None:
    """The room they are in, if it is one of the shop's."""
    async with ctx.database.connection() as connection:
        room = (await live.get_rooms(connection, [room_id])).get(room_id)
    if room is not None and room.shop_id == shop_id:
        await live.tell_club(ctx, room_id, caller.account_id, caller.display_name, level, is_new=True)


async def leave_club(ctx: Context, caller: Caller, shop_id: ShopId) -> None:
    """Be a member no more: what was counted is forgotten; coupons that were made out stay. Who is none stays none."""
    async with ctx.database.transaction() as connection:
        await drop_member(connection, shop_id, caller.account_id)
