"""Which regulars have just come into a room, for the eyes of who runs it."""

from datetime import timedelta

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans.wire import FanArrival, FanArrivals
from xiaodian.modules.shops import api as shops

LATELY = timedelta(minutes=2)
MOST_SHOWN = 20
_CAME = """
    SELECT visit.account_id, visit.first_at, fan.orders FROM fans.visit
        JOIN fans.fan ON (shop_id, fan.account_id) = (whose_id, visit.account_id)
    WHERE visit.place_id = $2 AND visit.whose_id = $1 AND visit.first_at > $3 AND visit.is_room AND fan.orders > 0
    ORDER BY visit.first_at DESC LIMIT $4
"""


async def see_arrivals(records: Records, caller: Caller, shop_id: ShopId, room_id: RoomId) -> FanArrivals:
    """Fans with purchases who came into the shop's room within two minutes, the latest first; each once a room.

    Raises NotFoundError, ForbiddenError.
    """
    async with records.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        rows = await connection.fetch(_CAME, shop_id, room_id, utc_now() - LATELY, MOST_SHOWN)
        people = await accounts.get_accounts(connection, [row["account_id"] for row in rows])
    return FanArrivals(
        items=[
            FanArrival(
                account_id=row["account_id"],
                name=people[row["account_id"]].display_name,
                orders=row["orders"],
                at_ms=to_epoch_ms(row["first_at"]),
            )
            for row in rows
            if row["account_id"] in people
        ]
    )
