"""The open API: stock."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post, put
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import UNSET

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import SkuId, StockWish
from xiaodian.edge.context import Context
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.integrations import wire_products as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.integrations.service import stock

TAGS = ["stock"]
MAX_BATCH_BYTES = 262_144

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get("/skus/{sku_id:uuid}", tags=TAGS, **reads(Scope.STOCK_READ, wire.Sku))
async def get_sku(call: OpenCall, sku_id: FromPath[UUID]) -> Response[bytes]:
    """One SKU: its price and what can be bought of it."""
    return call.answer(await stock.get_sku(call, SkuId(sku_id)))


@put(
    "/skus/{sku_id:uuid}/stock",
    tags=TAGS,
    **writes(Scope.STOCK_WRITE, wire.StockLevel, InvalidInputError, body=wire.StockSetting),
)
async def set_stock(call: OpenCall, sku_id: FromPath[UUID]) -> Response[bytes]:
    """Set how many pieces can be bought. Saying it again changes nothing, so it needs no key."""
    data = await call.read(wire.StockSetting)
    wish = StockWish(sku_id=SkuId(sku_id), available=data.available)
    return call.answer(await stock.change_stock(call.ctx, call, wish, data.reason))


@post(
    "/skus/{sku_id:uuid}/stock-deltas",
    tags=TAGS,
    **writes(Scope.STOCK_WRITE, wire.StockLevel, InvalidInputError, body=wire.StockDelta, is_once=True),
)
async def add_stock(call: OpenCall, sku_id: FromPath[UUID]) -> Response[bytes]:
    """Add pieces that came in, or take away those found missing, whatever is sold meanwhile."""
    data = await call.read(wire.StockDelta)
    wish = StockWish(sku_id=SkuId(sku_id), delta=data.delta)

    async def _add(ctx: Context) -> wire.StockLevel:
        return await stock.change_stock(ctx, call, wish, data.reason)

    return await call.answer_once(data, _add)


@post(
    "/stock-batches",
    tags=TAGS,
    **writes(Scope.STOCK_WRITE, wire.StockLevels, InvalidInputError, body=wire.StockBatch, is_once=True),
)
async def change_stocks(call: OpenCall) -> Response[bytes]:
    """Set or change the stock of up to 1,000 SKUs: all of them, or none."""
    data = await call.read(wire.StockBatch)
    wishes = [
        StockWish(
            sku_id=SkuId(change.sku_id),
            available=None if change.available is UNSET else change.available,
            delta=None if change.delta is UNSET else change.delta,
        )
        for change in data.changes
    ]

    async def _change(ctx: Context) -> wire.StockLevels:
        return await stock.change_stocks(ctx, call, wishes, data.reason)

    return await call.answer_once(data, _change)


@get(
    "/skus/{sku_id:uuid}/stock-moves",
    tags=TAGS,
    **reads(Scope.STOCK_READ, wire.StockMovePage, is_list=True),
)
async def list_stock_moves(
    call: OpenCall, sku_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Response[bytes]:
    """What came and went of a SKU other than by orders, the latest first."""
    before = await call.read_cursor(cursor)
    found = await stock.list_moves(call, SkuId(sku_id), before=before, limit=limit + 1)
    next_cursor = await call.next_cursor(found, limit, lambda move: move.id)
    return call.answer(wire.StockMovePage(items=found[:limit], next_cursor=next_cursor))


routes = [get_sku, set_stock, add_stock, change_stocks, list_stock_moves]
