"""A fan's page: all that a shop knows of somebody's dealings with it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.live import RoomId, RoomInfo
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.club import api as club
from xiaodian.modules.fans import page_rules, queries
from xiaodian.modules.fans.page_rules import Bought, Purchase, Visit
from xiaodian.modules.fans.wire import FanCategory, FanCoupon, FanOrder, FanPage, FanRoom
from xiaodian.modules.live import api as live
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops

MOST_READ = 1000
"""Of the purchases of a fan; who has more is told by the newest."""
MOST_ORDERS = 50
MOST_COUPONS = 10
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
    row = await queries.find_page(connection, shop_id, account_id)
    if row is None:
        raise NotFoundError
    purchases = []
    if row["paid_orders"]:
        purchases = list(map(Purchase._make, await connection.fetch(_PURCHASES, shop_id, account_id, MOST_READ)))
    counted = [each for each in purchases if each.is_counted]
    first = next((each for each in reversed(counted)), None)
    if len(purchases) == MOST_READ and (oldest := await connection.fetchrow(_FIRST, shop_id, account_id)):
        first = Purchase(*oldest)
    visits = [Visit(*each) for each in row["visits"]]
    bought = page_rules.rooms_bought_in(counted)
    found = page_rules.how_found(first, visits)
    since = [at for at in (row["followed_at"], None if found is None else found.at) if at is not None]
    person = await accounts.find_account(connection, account_id)
    return FanPage(
        fan=queries.to_card(row, person, row["tags"]),
        since_ms=to_epoch_ms(min(since)) if since else None,
        found_by=None if found is None else found.by,
        usual_hour=page_rules.usual_hour(counted, utc_offset_h),
        usual_pause_days=page_rules.usual_pause(counted),
        views=row["views"],
        watch_s=row["watch_s"],
        comments=row["comments"],
        likes=row["likes"],
        rooms_seen=sum(each.is_room and each.views > 0 for each in visits),
        rooms_bought_in=len(bought),
        categories=[FanCategory(category=name, orders=n) for name, n in page_rules.favourite_categories(counted)],
        rooms=await _rooms(connection, bought, visits),
        coupons=await _coupons(connection, shop_id, counted),
        orders=[_to_order(each) for each in purchases[:MOST_ORDERS]],
        moves=queries.to_moves(row["moves"]),
        notes=queries.to_notes(row["notes"]),
        club=await club.find_card(connection, shop_id, account_id),
    )


async def _coupons(connection: Connection, shop_id: ShopId, counted: Sequence[Purchase]) -> list[FanCoupon]:
    used = page_rules.coupons_used(counted)[:MOST_COUPONS]
    found = await promotion.find_coupons(connection, shop_id, [each.coupon_id for each in used])
    return [
        FanCoupon(
            coupon_id=each.coupon_id,
            title=coupon.title or coupon.code,
            off_minor=coupon.off_minor,
            orders=each.orders,
            last_at_ms=to_epoch_ms(each.last_at),
        )
        for each in used
        if (coupon := found.get(each.coupon_id)) is not None
    ]


async def _rooms(connection: Connection, bought: dict[UUID, Bought], visits: list[Visit]) -> list[FanRoom]:
    places = page_rules.places_of_page(bought, visits)
    if not places:
        return []
    rooms = await live.get_rooms(connection, [RoomId(room_id) for room_id in places])
    seen = {each.place_id: each for each in visits}
    return [_to_room(room_id, _title(rooms, room_id), bought.get(room_id), seen.get(room_id)) for room_id in places]


def _to_room(room_id: UUID, title: str, bought: Bought | None, seen: Visit | None) -> FanRoom:
    times = [at for at in (bought and bought.last_at, seen and seen.seen_at) if at is not None]
    return FanRoom(
        room_id=room_id,
        title=title,
        orders=bought.orders if bought else 0,
        spent_minor=bought.spent_minor if bought else 0,
        views=seen.views if seen else 0,
        watch_s=seen.watch_s if seen else 0,
        comments=seen.comments if seen else 0,
        last_at_ms=to_epoch_ms(max(times)),
    )


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
