"""What rooms show of a shop's fan club: badges beside what members say, and a line when somebody joins or rises."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import TooManyRequestsError
from xiaodian.contracts.live import ClubBadge, ClubMoment, RoomId
from xiaodian.contracts.risk import Limit
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live import queries
from xiaodian.modules.live.models import ClubLook
from xiaodian.modules.live.rules import ON_AIR_STATES
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.risk import api as risk

LINES = Limit(name="club_lines", burst=6, period_s=12)
"""Of one room: at a festival many rise at once, and nobody could read all of it."""

_encode = msgspec.json.Encoder().encode


async def set_club_look(connection: Connection, shop_id: ShopId, word: str, colours: Sequence[str]) -> None:
    """From now on members wear this word, each level in its colour, the lowest first."""
    await connection.execute(
        """
        INSERT INTO live.club_look (shop_id, word, colours) VALUES ($1, $2, $3)
        ON CONFLICT (shop_id) DO UPDATE SET word = excluded.word, colours = excluded.colours
        """,
        shop_id,
        word,
        list(colours),
    )


async def drop_club_look(connection: Connection, shop_id: ShopId) -> None:
    """Nobody wears a badge in the shop's rooms any more; what was said with one keeps it."""
    await connection.execute("DELETE FROM live.club_look WHERE shop_id = $1", shop_id)


async def find_badge(
    connection: Connection, shop_id: ShopId | None, look: ClubLook | None, account_id: AccountId
) -> ClubBadge | None:
    """The badge of somebody in the rooms of a shop whose club looks like this."""
    if shop_id is None or look is None:
        return None
    level = (await promotion.find_standings(connection, [(shop_id, account_id)])).get((shop_id, account_id))
    return make_badge(look, level) if level is not None else None


def make_badge(look: ClubLook, level: int) -> ClubBadge:
    """A level's badge; levels beyond those that look like something wear the highest look."""
    return ClubBadge(word=look.word, level=level, colour=look.colours[min(level, len(look.colours)) - 1])


async def tell_club(
    ctx: Context, room_id: RoomId, account_id: AccountId, name: str, level: int, *, is_new: bool
) -> None:
    """Have a room that is on air see who joined or rose; told too often, or twice in two minutes, it stays silent.

    Raises UnavailableError.
    """
    async with ctx.database.connection() as connection:
        room = (await queries.get_rooms(connection, [room_id])).get(room_id)
        if room is None or room.shop_id is None or room.state not in ON_AIR_STATES:
            return
        look = await queries.find_club_look(connection, room.shop_id)
    if look is None:
        return
    try:
        await risk.take(ctx.database, LINES, str(room_id))
    except TooManyRequestsError:
        return
    moment = ClubMoment(
        at_ms=to_epoch_ms(utc_now()),
        account_id=account_id,
        name=name,
        badge=make_badge(look, level),
        is_new=is_new,
    )
    told_id = f"club-{room_id}-{account_id}-{'new' if is_new else level}"
    await ctx.broker.publish(f"room.{room_id}.club", _encode(moment), message_id=told_id)
