"""What every control use case begins and ends with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.live import AnyMoment, RoomEndedError, RoomId, RoomState
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.queries import get_room, lock_room_of


@asynccontextmanager
async def control(
    ctx: Context, caller: Caller, room_id: RoomId, *, even_if_ended: bool = False
) -> AsyncIterator[tuple[Connection, Room]]:
    """A transaction in which the caller, its host, holds the room; what it tells is sent off after the commit.

    Raises NotFoundError, ForbiddenError, RoomEndedError.
    """
    async with ctx.database.transaction() as connection:
        room = await lock_room_of(connection, room_id, caller.account_id)
        if room is None:
            await get_room(connection, room_id)
            raise ForbiddenError
        if caller.shop_id is not None and room.shop_id != caller.shop_id:
            raise NotFoundError
        if room.state is RoomState.ENDED and not even_if_ended:
            raise RoomEndedError
        yield connection, room
    await ctx.broker.poke(POKE)


async def tell(connection: Connection, room_id: RoomId, *moments: AnyMoment) -> None:
    """Put moments into the outbox, in this order, inside the transaction."""
    await outbox.put(connection, [outbox.moment_message(room_id, moment) for moment in moments])
