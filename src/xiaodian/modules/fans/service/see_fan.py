"""A fan's page: all that a shop knows of somebody's dealings with it."""

from collections.abc import Mapping
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.live import RoomId, RoomInfo
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans import page_rules, queries
from xiaodian.modules.fans.page_rules import Purchase
from xiaodian.modules.fans.wire import FanCategory, FanOrder, FanPage, FanRoom
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops

MOST_READ = 1000
"""Of the purchases of a fan; who has more is told by the newest."""
MOST_ORDERS = 50
MOST_ROOMS = 20
_VISITS = """
    SELECT place_id, views, watch_s, seen_at FROM (
        (SELECT * FROM fans.visit WHERE shop_id = $1 AND account_id = $2 AND is_room ORDER BY seen_at DESC LIMIT $4)
        UNION SELECT * FROM fans.visit WHERE shop_id = $1 AND account_id = $2 AND place_id = ANY($3::uuid[])
    ) AS seen ORDER BY seen_at DESC
"""

_PURCHASES = f"""
    SELECT {", ".join(Purchase._fields)} FROM fans.purchase WHERE shop_id = $1 AND account_id = $2
    ORDER BY paid_at DESC, order_id DESC LIMIT $3
"""
_FIRST = f"""
    SELECT {", ".join(Purchase._fields)} FROM fans.purchase WHERE shop_id = $1 AND account_id = $2
        AND is_counted AND nth = 1
"""


async def see_fan(ctx: Context, caller: Caller, shop_id: ShopId, account_id: AccountId) -> FanPage:
    """The page; that it was looked at stands in the shop's log. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        page = await _read(connection, shop_id, account_id, ctx.settings.books_utc_offset_h)
        await shops.note_look(
            connection,
            caller,
            shop_id,
            deed="fan.seen",
            target=str(account_id),
            details={"name": page.fan.display_name},
        )
        return page


async def _read(connection: Connection, shop_id: ShopId, account_id: AccountId, utc_offset_h: int) -> FanPage:
    row = await queries.find_fan(connection, shop_id, account_id)
    if row is None:
        raise NotFoundError
    purchases = [Purchase(*each) for each in await connection.fetch(_PURCHASES, shop_id, account_id, MOST_READ)]
    counted = [each for each in purchases if each.is_counted]
    first = next((each for each in reversed(counted)), None)
    if len(purchases) == MOST_READ and (oldest := await connection.fetchrow(_FIRST, shop_id, account_id)):
        first = Purchase(*oldest)
    people = await accounts.get_accounts(connection, [account_id])
    tags = await queries.list_tags(connection, shop_id, [account_id])
    return FanPage(
        fan=queries.to_card(row, people.get(account_id), tags.get(account_id, [])),
        found_by=None if first is None else first.source,
        usual_hour=page_rules.usual_hour(counted, utc_offset_h),
        usual_pause_days=page_rules.usual_pause(counted),
        views=row["views"],
        watch_s=row["watch_s"],
        categories=[FanCategory(category=name, orders=n) for name, n in page_rules.favourite_categories(counted)],
        rooms=await _rooms(connection, shop_id, account_id, counted),
        coupon_ids=sorted({each.coupon_id for each in counted if each.coupon_id is not None}),
        orders=[_to_order(each) for each in purchases[:MOST_ORDERS]],
        moves=await queries.list_moves(connection, shop_id, account_id),
        notes=await queries.list_notes(connection, shop_id, account_id),
    )


async def _rooms(
    connection: Connection, shop_id: ShopId, account_id: AccountId, purchases: list[Purchase]
) -> list[FanRoom]:
    bought = page_rules.rooms_bought_in(purchases)
    rows = await connection.fetch(_VISITS, shop_id, account_id, list(bought), MOST_ROOMS)
    visits = {row["place_id"]: row for row in rows}
    places = list({**bought, **visits})
    if not places:
        return []
    rooms = await live.get_rooms(connection, [RoomId(room_id) for room_id in places])
    return [
        FanRoom(
            room_id=room_id,
            title=_title(rooms, room_id),
            orders=bought[room_id].orders if room_id in bought else 0,
            spent_minor=bought[room_id].spent_minor if room_id in bought else 0,
            views=visits[room_id]["views"] if room_id in visits else 0,
            watch_s=visits[room_id]["watch_s"] if room_id in visits else 0,
            last_at_ms=to_epoch_ms(bought[room_id].last_at if room_id in bought else visits[room_id]["seen_at"]),
        )
        for room_id in places
    ]


def _title(rooms: Mapping[RoomId, RoomInfo], room_id: UUID) -> str:
    return rooms[RoomId(room_id)].title if room_id in rooms else ""


def _to_order(each: Purchase) -> FanOrder:
    return FanOrder(
        order_id=each.order_id,
        paid_at_ms=to_epoch_ms(each.paid_at),
        gmv_minor=each.gmv_minor,
        returned_minor=each.returned_minor,
        is_counted=each.is_counted,
        source=each.source,
        room_id=each.room_id,
        video_id=each.video_id,
        coupon_id=each.coupon_id,
    )
