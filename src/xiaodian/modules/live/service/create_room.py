"""A creator plans a live session."""

from datetime import datetime

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.live.models import Room
from xiaodian.modules.live.queries import get_room
from xiaodian.modules.media import api as media
from xiaodian.modules.shops import api as shops


async def create_room(
    ctx: Context, caller: Caller, *, title: str, cover_url: str | None, planned_at: datetime | None = None
) -> Room:
    """A new room with a stream of its own; it goes on air with the first picture that its host publishes.

    One of a sandbox shop is in no list of viewers.
    """
    room_id = RoomId(new_id())
    async with ctx.database.transaction() as connection:
        shop = (
            await shops.get_shop(connection, ShopId(caller.shop_id))
            if caller.shop_id is not None
            else await shops.find_shop_of(connection, caller.account_id)
        )
        stream_id = await media.create_stream(connection, caller.account_id)
        await connection.execute(
            """
            INSERT INTO live.room (room_id, host_id, shop_id, stream_id, title, cover_url, state, is_listed, planned_at,
                created_at)
            VALUES ($1, $2, $3, $4, $5, $6, 'planned', $7, $8, $9)
            """,
            room_id,
            caller.account_id,
            shop.shop_id if shop else None,
            stream_id,
            title,
            cover_url,
            not (shop and shop.is_sandbox),
            planned_at,
            utc_now(),
        )
        return await get_room(connection, room_id)
