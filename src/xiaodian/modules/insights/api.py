"""The door of insights. Reads check the caller's rights, as they know whose figures they are."""

from datetime import date

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.insights import RoomMetrics, RoomMinutes, RoomProduct, ShopDay
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.reports import Report
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.behaviour_route import make_report_route
from xiaodian.modules.insights.queries import count_recent_orders
from xiaodian.modules.insights.question_queries import set_room_questions
from xiaodian.modules.insights.replay_queries import ProductSecond, list_acts_of_rooms, list_room_product_seconds
from xiaodian.modules.insights.routes_shared_report import make_find_report_preview
from xiaodian.modules.insights.service import compare_days, see_minutes, see_room
from xiaodian.modules.insights.service.board_desk import BoardDesk
from xiaodian.modules.insights.service.eyes import open_eyes
from xiaodian.modules.insights.service.personal_data import export
from xiaodian.modules.insights.service.print_report import ReportPress
from xiaodian.modules.insights.service.rebuild import Rebuilt, rebuild
from xiaodian.modules.insights.service.report_behaviour import BehaviourDesk
from xiaodian.modules.insights.service.see_report import get_report
from xiaodian.modules.insights.service.whole_places import WholePlaces, find_whole_places
from xiaodian.modules.insights.video_queries import (
    get_video_sums,
    list_acts_of_accounts,
    list_acts_of_videos,
    list_product_seconds,
    list_video_sales,
)
from xiaodian.modules.insights.visit_rules import Act
from xiaodian.modules.insights.watching_queries import (
    Watched,
    get_first_day,
    hold_first_day,
    list_watched,
    select_watched_days,
)
from xiaodian.modules.insights.wire import BehaviourItem
from xiaodian.modules.shops import api as shops

__all__ = [
    "Act",
    "BehaviourDesk",
    "BehaviourItem",
    "BoardDesk",
    "ProductSecond",
    "Rebuilt",
    "ReportPress",
    "Watched",
    "WholePlaces",
    "count_recent_orders",
    "export",
    "find_whole_places",
    "get_first_day",
    "get_room_metrics",
    "get_room_products",
    "get_room_report",
    "get_video_sums",
    "hold_first_day",
    "list_acts_of_accounts",
    "list_acts_of_rooms",
    "list_acts_of_videos",
    "list_product_seconds",
    "list_room_minutes",
    "list_room_product_seconds",
    "list_shop_days",
    "list_video_sales",
    "list_watched",
    "make_find_report_preview",
    "make_report_route",
    "rebuild",
    "select_watched_days",
    "set_room_questions",
]


async def get_room_metrics(
    connection: Connection, caller: Caller, room_id: RoomId, shop_id: ShopId | None = None
) -> RoomMetrics:
    """A room's figures: all to its host, to a shop what it sold there. Raises NotFoundError, ForbiddenError."""
    eyes = await open_eyes(connection, caller, room_id, shop_id)
    return await see_room.get_metrics(connection, eyes, utc_now())


async def list_room_minutes(
    connection: Connection, caller: Caller, room_id: RoomId, shop_id: ShopId | None = None
) -> RoomMinutes:
    """A room's time line, bounded in length. Raises NotFoundError, ForbiddenError."""
    eyes = await open_eyes(connection, caller, room_id, shop_id)
    return await see_minutes.list_minutes(connection, eyes, utc_now())


async def get_room_products(
    connection: Connection, caller: Caller, room_id: RoomId, shop_id: ShopId | None = None
) -> list[RoomProduct]:
    """Each product of a room from card to purchase. Raises NotFoundError, ForbiddenError."""
    eyes = await open_eyes(connection, caller, room_id, shop_id)
    return await see_room.list_products(connection, eyes, utc_now())


async def get_room_report(
    connection: Connection, caller: Caller, room_id: RoomId, shop_id: ShopId | None = None
) -> Report:
    """What came of a room that is over. Raises NotFoundError, ForbiddenError, RoomNotOverError."""
    eyes = await open_eyes(connection, caller, room_id, shop_id)
    return await get_report(connection, eyes, utc_now())


async def list_shop_days(
    connection: Connection, caller: Caller, shop_id: ShopId, first: date, last: date, utc_offset_h: int
) -> list[ShopDay]:
    """A shop's days in the time zone of its books. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    await shops.require_right(connection, caller, shop_id, Scope.FINANCE_READ)
    start, end = compare_days.parse_days(first.isoformat(), last.isoformat(), utc_offset_h)
    return await compare_days.list_days(connection, shop_id, start, end, utc_offset_h)
