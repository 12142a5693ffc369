"""The open API: the shop itself, its customers and its money."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, patch, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import IllegalMoveError
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.contracts.shops import ShopNameTakenError
from xiaodian.edge.context import Context
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.integrations import wire_finance as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.integrations.service import finance
from xiaodian.modules.integrations.wire_orders import Order

SHOP = ["shop"]
CUSTOMERS = ["customers"]
REFUNDS = ["refunds"]
LEDGER = ["ledger"]
CSV = "text/csv"

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get("/shop", tags=SHOP, **reads(Scope.SHOP_READ, wire.Shop))
async def get_shop(call: OpenCall) -> Response[bytes]:
    """The shop that the token is bound to."""
    return call.answer(await finance.get_shop(call))


@patch(
    "/shop",
    tags=SHOP,
    **writes(
        Scope.SHOP_WRITE, wire.Shop, InvalidInputError, ShopNameTakenError, body=wire.ShopEdit, takes_if_match=True
    ),
)
async def edit_shop(call: OpenCall) -> Response[bytes]:
    """Rename the shop, close or open it."""
    return call.answer(await finance.edit_shop(call, await call.read(wire.ShopEdit)))


@get("/customers", tags=CUSTOMERS, **reads(Scope.CUSTOMERS_READ, wire.CustomerPage, is_list=True))
async def list_customers(call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 20) -> Response[bytes]:
    """Who has bought, masked, with how many orders for how much; who bought last first."""
    found = await finance.list_customers(call, before=await call.read_cursor(cursor), limit=limit + 1)
    next_cursor = await call.next_cursor(found, limit, lambda one: one.last_order_id)
    items = [finance.to_customer(one) for one in found[:limit]]
    return call.answer(wire.CustomerPage(items=items, next_cursor=next_cursor))


@get("/refunds", tags=REFUNDS, **reads(Scope.ORDERS_READ, wire.RefundPage, is_list=True))
async def list_refunds(call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 20) -> Response[bytes]:
    """What goes or went back to buyers, for whatever reason, the newest first."""
    found = await finance.list_refunds(call, before=await call.read_cursor(cursor), limit=limit + 1)
    next_cursor = await call.next_cursor(found, limit, lambda refund: refund.id)
    return call.answer(wire.RefundPage(items=found[:limit], next_cursor=next_cursor))


@post(
    "/orders/{order_id:uuid}/refunds",
    tags=REFUNDS,
    **writes(
        Scope.ORDERS_WRITE,
        Order,
        InvalidInputError,
        IllegalMoveError,
        RefundTooLargeError,
        body=wire.NewRefund,
        is_once=True,
    ),
)
async def refund_order(call: OpenCall, order_id: FromPath[UUID]) -> Response[bytes]:
    """Give money back without goods coming back, until the order is completed. An open after-sale goes first."""
    data = await call.read(wire.NewRefund)

    async def _refund(ctx: Context) -> Order:
        return await finance.refund_order(ctx, call, order_id, data)

    return await call.answer_once(data, _refund)


@get("/balance", tags=LEDGER, **reads(Scope.FINANCE_READ, wire.Balance))
async def get_balance(call: OpenCall) -> Response[bytes]:
    """What the shop has, what is still to come, what is on its way to the bank."""
    return call.answer(await finance.get_balance(call))


@get("/settlements", tags=LEDGER, **reads(Scope.FINANCE_READ, wire.SettlementPage, is_list=True))
async def list_settlements(call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 20) -> Response[bytes]:
    """Every order that was paid, the newest first, with how its money was or will be split."""
    found = await finance.list_settlements(call, before=await call.read_cursor(cursor), limit=limit + 1)
    next_cursor = await call.next_cursor(found, limit, lambda settlement: settlement.order_id)
    return call.answer(wire.SettlementPage(items=found[:limit], next_cursor=next_cursor))


@get(
    "/statements/{period:str}", tags=LEDGER, **reads(Scope.FINANCE_READ, wire.Statement, InvalidInputError, pages=True)
)
async def get_statement(
    call: OpenCall, period: FromPath[str], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Response[bytes]:
    """A day (`2026-11-28`) or a month (`2026-11`) of the shop's balance, movement by movement."""
    after = await call.read_cursor(cursor)
    statement = await finance.get_statement(call, period, after=after.int if after else 0, limit=limit)
    return call.answer(await finance.with_cursor(call, statement, limit, period))


@get(
    "/statements/{period:str}/csv",
    tags=LEDGER,
    **reads(Scope.FINANCE_READ, str, InvalidInputError, media_type=CSV, is_file=True),
)
async def download_statement(call: OpenCall, period: FromPath[str]) -> Stream:
    """The same as a table for spreadsheets: all of it, with the balances as first and last row."""
    return Stream(
        await finance.open_statement_csv(call, period),
        media_type=f"{CSV}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="statement-{period}.csv"', "cache-control": "no-store"},
    )


routes = [
    get_shop,
    edit_shop,
    list_customers,
    list_refunds,
    refund_order,
    get_balance,
    list_settlements,
    get_statement,
    download_statement,
]
