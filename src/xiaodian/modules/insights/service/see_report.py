"""The report of a room that is over: what it came to, beside the host's rooms before."""

from collections.abc import Sequence
from datetime import datetime

from xiaodian.contracts.catalog import Product
from xiaodian.contracts.insights import RoomProduct
from xiaodian.contracts.live import RoomInfo, RoomState
from xiaodian.contracts.reports import Report, ReportFigure, ReportFlashSale, ReportQuestion, RoomNotOverError
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.insights import queries, question_queries, report_queries
from xiaodian.modules.insights.board_rules import REPORT_STEPS, steps_of
from xiaodian.modules.insights.report_rules import (
    Figures,
    Whole,
    beside_whole,
    figures_of_whole,
    find_best_minute,
    whole_of,
)
from xiaodian.modules.insights.service import see_minutes, see_room
from xiaodian.modules.insights.service.eyes import Eyes
from xiaodian.modules.insights.service.fan_shares import get_fan_shares
from xiaodian.modules.insights.service.see_board import brought, list_rooms_before
from xiaodian.modules.orders import api as orders
from xiaodian.modules.promotion import api as promotion

MAX_STRETCHES = 240
"""So fine is a line that is looked at on paper."""
MAX_FLASH_SALES = 50


async def get_report(connection: Connection, eyes: Eyes, now: datetime) -> Report:
    """What a room came to. Raises RoomNotOverError."""
    room = eyes.room
    if room.state is not RoomState.ENDED:
        raise RoomNotOverError
    shares = await get_fan_shares(connection, eyes)
    metrics = await see_room.get_metrics(connection, eyes, now, seen_buyers=shares.seen_buyers)
    products = await see_room.list_products(connection, eyes, now)
    featured = await see_room.list_featured(connection, eyes)
    before = [each for each in await list_rooms_before(connection, eyes) if each.started_at]
    past = await _list_figures(connection, eyes, before)
    [new_fans] = await _count_new_fans(connection, eyes, [room])
    figures = figures_of_whole(whole_of(metrics), new_fans, sees_money=eyes.sees_money, sees_traffic=eyes.sees_traffic)
    sales = await queries.list_sale_minutes(connection, room.room_id, eyes.shop_id)
    logged = dict(await queries.list_log_minutes(connection, room.room_id)) if eyes.sees_traffic else {}
    host = await accounts.get_account(connection, room.host_id)
    return Report(
        room_id=room.room_id,
        title=room.title,
        cover_url=room.cover_url,
        host_name=host.display_name,
        at_ms=to_epoch_ms(now),
        started_at_ms=metrics.started_at_ms,
        ended_at_ms=metrics.ended_at_ms,
        is_whole=metrics.is_whole,
        currency=metrics.currency,
        past_rooms=len(past),
        figures=[
            *beside_whole(figures, past),
            ReportFigure(key="fan_share_viewers", value=shares.of_viewers, median=None, last=None),
            ReportFigure(key="fan_share_buyers", value=shares.of_buyers, median=None, last=None),
        ],
        steps=steps_of(metrics, REPORT_STEPS),
        minutes=await see_minutes.list_minutes(connection, eyes, now, most=MAX_STRETCHES),
        featured=featured,
        best_minute=find_best_minute(
            sales,
            logged,
            featured,
            (metrics.started_at_ms or 0, metrics.ended_at_ms or 0),
            sees_money=eyes.sees_money,
        ),
        products=sorted(products, key=brought, reverse=True),
        flash_sales=await _list_flash_sales(connection, eyes, products),
        questions=await _list_questions(connection, eyes),
    )


async def _list_figures(connection: Connection, eyes: Eyes, rooms: Sequence[RoomInfo]) -> list[Figures]:
    wholes = await report_queries.list_wholes(connection, [room.room_id for room in rooms], eyes.shop_id)
    fans = await _count_new_fans(connection, eyes, rooms)
    return [
        figures_of_whole(
            wholes.get(room.room_id, Whole()), new, sees_money=eyes.sees_money, sees_traffic=eyes.sees_traffic
        )
        for room, new in zip(rooms, fans, strict=True)
    ]


async def _count_new_fans(connection: Connection, eyes: Eyes, rooms: Sequence[RoomInfo]) -> list[int]:
    """How many began to follow while each room was on air; nobody while it never was."""
    spans = [(room.started_at, room.ended_at) for room in rooms if room.started_at and room.ended_at]
    counted = iter(await content.count_new_fans(connection, eyes.room.host_id, spans) if spans else [])
    return [next(counted) if room.started_at and room.ended_at else 0 for room in rooms]


async def _list_flash_sales(
    connection: Connection, eyes: Eyes, products: Sequence[RoomProduct]
) -> list[ReportFlashSale]:
    room = eyes.room
    if room.started_at is None or room.ended_at is None or not products:
        return []
    shop_ids = list({product.shop_id for product in products})
    product_ids = [product.product_id for product in products]
    sales = await promotion.list_flash_sales_between(
        connection, shop_ids, product_ids, room.started_at, room.ended_at, MAX_FLASH_SALES
    )
    if not sales:
        return []
    stocks = [orders.SetAside(sale.flash_sale_id, sale.shop_id, sale.starts_at, sale.ends_at) for sale in sales]
    sold = await orders.sum_sold_in_room(connection, room.room_id, stocks)
    of_id = {
        each.product_id: each
        for each in await catalog.get_products(connection, list({sale.product_id for sale in sales}))
    }
    nothing = orders.StockSold(0, 0, 0)
    return [
        ReportFlashSale(
            flash_sale_id=sale.flash_sale_id,
            product_id=sale.product_id,
            title=of_id[sale.product_id].title,
            sku_name=_name_of_sku(of_id[sale.product_id], sale),
            price_minor=sale.price_minor,
            starts_at_ms=to_epoch_ms(sale.starts_at),
            ends_at_ms=to_epoch_ms(sale.ended_at or sale.ends_at),
            set_aside=sale.set_aside,
            orders_paid=sold.get(sale.flash_sale_id, nothing).orders,
            pieces=sold.get(sale.flash_sale_id, nothing).pieces,
            gmv_minor=eyes.money(sold.get(sale.flash_sale_id, nothing).goods_minor),
        )
        for sale in sales
        if sale.product_id in of_id
    ]


async def _list_questions(connection: Connection, eyes: Eyes) -> list[ReportQuestion]:
    """They are part of a room's traffic."""
    if not eyes.sees_traffic:
        return []
    asked = await question_queries.list_room_questions(connection, eyes.room.room_id)
    products = await catalog.get_products(connection, list({each.product_id for each in asked if each.product_id}))
    titles = {product.product_id: product.title for product in products}
    return [
        ReportQuestion(
            product_id=each.product_id,
            title=None if each.product_id is None else titles.get(each.product_id, ""),
            kind=each.kind,
            people=each.people,
        )
        for each in asked
    ]


def _name_of_sku(product: Product, sale: promotion.FlashSaleRow) -> str:
    return next((sku.name for sku in product.skus if sku.sku_id == sale.sku_id), "")
