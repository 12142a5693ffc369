"""What needs somebody in a shop now, and how its day goes; of each only what the caller's role may see."""

from datetime import datetime

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.catalog import ProductState
from xiaodian.contracts.shops import NoticeKind, ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.aftersales import api as aftersales
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.insights import queries
from xiaodian.modules.insights.sale_rules import day_of
from xiaodian.modules.insights.service.compare_days import compare_days
from xiaodian.modules.insights.wire import (
    AfterSaleNow,
    AfterSalesNow,
    HomeView,
    LowStockItem,
    LowStockNow,
    MoneyNow,
    NoticeNow,
    OrderToShip,
    ProductsNow,
    RoomNow,
    ToShipNow,
)
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import api as settlement
from xiaodian.modules.shops import api as shops

SHOWN = 5
MAX_COUNTED = 1000
"""Counts of what waits stop here: more than that is `1000+` to everybody."""


async def see_home(ctx: Context, caller: Caller, shop_id: ShopId) -> HomeView:
    """The home page of a shop, without what the caller does not want to be told of.

    Raises NotFoundError to who is not on its staff.
    """
    now = utc_now()
    async with ctx.database.connection() as connection:
        rights = await shops.get_rights(connection, caller, shop_id)
        may = rights.__contains__
        wants = (await shops.get_wanted_notices(connection, shop_id, caller.account_id)).__contains__
        sees_orders, sees_rooms, sees_money = may(Scope.ORDERS_READ), may(Scope.ROOMS_READ), may(Scope.FINANCE_READ)
        return HomeView(
            to_ship=await _to_ship(connection, shop_id, now) if sees_orders and wants(NoticeKind.TO_SHIP) else None,
            after_sales=(
                await _after_sales(connection, shop_id)
                if may(Scope.AFTERSALES_READ) and wants(NoticeKind.AFTER_SALE)
                else None
            ),
            low_stock=(
                await _low_stock(connection, shop_id) if may(Scope.STOCK_READ) and wants(NoticeKind.LOW_STOCK) else None
            ),
            products=await _products(connection, shop_id) if may(Scope.PRODUCTS_READ) else None,
            money=await _money(connection, shop_id, now) if sees_money else None,
            rooms=await _rooms(connection, shop_id) if sees_rooms else None,
            notices=await _notices(connection, shop_id, now)
            if may(Scope.SHOP_READ) and wants(NoticeKind.RULE)
            else None,
            figures=await compare_days(
                connection,
                shop_id,
                now,
                ctx.settings.books_utc_offset_h,
                orders=sees_orders,
                rooms=sees_rooms,
                money=sees_money,
            ),
            today=day_of(now, ctx.settings.books_utc_offset_h).isoformat(),
            currency=DEFAULT_CURRENCY,
            has_sold=await queries.has_sold(connection, shop_id),
        )


async def _to_ship(connection: Connection, shop_id: ShopId, now: datetime) -> ToShipNow:
    waiting = await orders.get_to_ship(connection, shop_id, now, SHOWN)
    return ToShipNow(
        count=waiting.count,
        late=waiting.late,
        items=[
            OrderToShip(
                order_id=order.order_id,
                number=order.number,
                title=order.lines[0].title,
                pieces=sum(line.left_quantity for line in order.lines),
                paid_at_ms=to_epoch_ms(order.paid_at),
                ship_by_ms=to_epoch_ms(order.paid_at + orders.SHIP_WITHIN),
                is_late=order.paid_at + orders.SHIP_WITHIN < now,
            )
            for order in waiting.oldest
            if order.paid_at is not None
        ],
    )


async def _after_sales(connection: Connection, shop_id: ShopId) -> AfterSalesNow:
    waiting = await aftersales.list_waiting(connection, shop_id, MAX_COUNTED)
    return AfterSalesNow(
        count=len(waiting),
        items=[
            AfterSaleNow(
                after_sale_id=each.after_sale_id,
                order_id=each.order_id,
                kind=each.kind,
                state=each.state,
                deadline_at_ms=None if each.deadline_at is None else to_epoch_ms(each.deadline_at),
            )
            for each in waiting[:SHOWN]
        ],
    )


async def _low_stock(connection: Connection, shop_id: ShopId) -> LowStockNow:
    below = await shops.get_low_stock_below(connection, shop_id)
    low = await catalog.list_low_stock(connection, shop_id, below - 1, SHOWN)
    return LowStockNow(
        count=await catalog.count_low_stock(connection, shop_id, below - 1, MAX_COUNTED),
        below=below,
        items=[
            LowStockItem(
                product_id=each.product_id,
                sku_id=each.sku_id,
                title=each.title,
                sku_name=each.sku_name,
                available=each.available,
            )
            for each in low
        ],
    )


async def _products(connection: Connection, shop_id: ShopId) -> ProductsNow:
    in_review, rejected = [
        await catalog.count_in_state(connection, shop_id, state, MAX_COUNTED)
        for state in (ProductState.IN_REVIEW, ProductState.REJECTED)
    ]
    return ProductsNow(in_review=in_review, rejected=rejected)


async def _money(connection: Connection, shop_id: ShopId, now: datetime) -> MoneyNow:
    money = await settlement.get_money_of_shop(connection, shop_id, now)
    return MoneyNow(
        available_minor=money.available_minor, currency=money.currency, has_failed_payout=money.has_failed_payout
    )


async def _notices(connection: Connection, shop_id: ShopId, now: datetime) -> list[NoticeNow]:
    return [
        NoticeNow(
            notice_id=notice.notice_id,
            kind=notice.kind,
            text=notice.text,
            deadline_at_ms=notice.deadline_ms,
        )
        for notice in await shops.list_open_notices(connection, shop_id, now)
    ]


async def _rooms(connection: Connection, shop_id: ShopId) -> list[RoomNow]:
    return [
        RoomNow(
            room_id=room.room_id,
            title=room.title,
            cover_url=room.cover_url,
            started_at_ms=None if room.started_at is None else to_epoch_ms(room.started_at),
            online=room.online,
        )
        for room in await live.list_rooms_of_shop(connection, shop_id, live.ON_AIR_STATES, SHOWN)
    ]
