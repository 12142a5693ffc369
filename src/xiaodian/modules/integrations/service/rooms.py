"""What the open API does with live rooms, by the use cases of live and insights."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.figures import DEFINITIONS
from xiaodian.contracts.live import RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.insights import api as insights
from xiaodian.modules.integrations import wire_reports
from xiaodian.modules.integrations import wire_rooms as wire
from xiaodian.modules.integrations.call import Call
from xiaodian.modules.integrations.conversion import to_wire
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops

_FORMULAS = {each.key: each.formula for each in DEFINITIONS}


async def list_rooms(call: Call, *, before: UUID | None, limit: int) -> list[wire.Room]:
    """The newest first. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.ROOMS_READ)
        found = await live.list_rooms_page_of_shop(connection, call.shop_id, before=before, limit=limit)
        return await _show(connection, found)


async def get_room(call: Call, room_id: UUID) -> wire.Room:
    """One of the shop's. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        room = await _find(connection, call, room_id, Scope.ROOMS_READ)
        return (await _show(connection, [room]))[0]


async def plan_room(ctx: Context, call: Call, new: wire.NewRoom) -> wire.Room:
    """Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.ROOMS_WRITE)
    room = await live.create_room(ctx, call.caller, title=new.title.strip(), cover_url=new.cover_url)
    return to_wire(wire.Room, room, own_id="room_id", bag=[])


async def edit_room(call: Call, room_id: UUID, edit: wire.RoomEdit) -> wire.Room:
    """Raises NotFoundError, ForbiddenError."""
    await _require_own(call, room_id)
    await live.change_room(call.ctx, call.caller, RoomId(room_id), title=edit.title, cover_url=edit.cover_url)
    return await get_room(call, room_id)


async def set_bag(call: Call, room_id: UUID, bag: wire.Bag) -> wire.Room:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, BagFullError, RoomEndedError."""
    await _require_own(call, room_id)
    await live.set_bag(call.ctx, call.caller, RoomId(room_id), [ProductId(each) for each in bag.product_ids])
    return await get_room(call, room_id)


async def feature_product(call: Call, room_id: UUID, wanted: wire.NewCue) -> wire.Cue:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, NotInBagError, RoomEndedError."""
    await _require_own(call, room_id)
    at_ms = to_epoch_ms(wanted.at) if wanted.at else None
    cue = await live.feature_product(call.ctx, call.caller, RoomId(room_id), ProductId(wanted.product_id), at_ms=at_ms)
    return wire.Cue(id=cue.cue_id, product_id=cue.product_id, at=cue.start_at)


async def unfeature_product(call: Call, room_id: UUID) -> None:
    """Raises NotFoundError, ForbiddenError, RoomEndedError."""
    await _require_own(call, room_id)
    await live.unfeature_product(call.ctx, call.caller, RoomId(room_id))


async def set_live_price(call: Call, room_id: UUID, sku_id: UUID, price_minor: int | None) -> None:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, NotInBagError, NotOwnGoodsError, RoomEndedError."""
    await _require_own(call, room_id)
    await live.set_live_price(call.ctx, call.caller, RoomId(room_id), SkuId(sku_id), price_minor)


async def get_metrics(call: Call, room_id: UUID) -> wire.RoomMetrics:
    """Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await _find(connection, call, room_id, Scope.ROOMS_READ)
        metrics = await insights.get_room_metrics(connection, call.caller, RoomId(room_id), call.shop_id)
    return to_wire(wire.RoomMetrics, metrics)


async def list_products(call: Call, room_id: UUID) -> wire.RoomProducts:
    """Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await _find(connection, call, room_id, Scope.ROOMS_READ)
        found = await insights.get_room_products(connection, call.caller, RoomId(room_id), call.shop_id)
    return wire.RoomProducts(items=[to_wire(wire.RoomProduct, product) for product in found])


async def get_report(call: Call, room_id: UUID) -> wire_reports.RoomReport:
    """Raises NotFoundError, ForbiddenError, RoomNotOverError."""
    async with call.ctx.database.connection() as connection:
        await _find(connection, call, room_id, Scope.ROOMS_READ)
        report = await insights.get_room_report(connection, call.caller, RoomId(room_id), call.shop_id)
    figures = [to_wire(wire_reports.RoomReportFigure, each, formula=_FORMULAS[each.key]) for each in report.figures]
    return to_wire(wire_reports.RoomReport, report, figures=figures)


async def require_room(call: Call, room_id: UUID, right: Scope) -> None:
    """It is the shop's, and the caller may. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await _find(connection, call, room_id, right)


async def _require_own(call: Call, room_id: UUID) -> None:
    await require_room(call, room_id, Scope.ROOMS_WRITE)


async def _find(connection: Connection, call: Call, room_id: UUID, right: Scope) -> live.Room:
    await shops.require_right(connection, call.caller, call.shop_id, right)
    room = await live.find_room_of_shop(connection, call.shop_id, RoomId(room_id))
    if room is None:
        raise NotFoundError
    return room


async def _show(connection: Connection, rooms: Sequence[live.Room]) -> list[wire.Room]:
    bags = await live.get_bags(connection, [room.room_id for room in rooms])
    return [to_wire(wire.Room, room, own_id="room_id", bag=list(bags[room.room_id])) for room in rooms]
