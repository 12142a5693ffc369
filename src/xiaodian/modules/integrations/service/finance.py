"""What the open API does with the shop, its customers and its money, by the use cases of the modules that keep them."""

from collections.abc import AsyncIterator
from uuid import UUID

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import Shop
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.integrations import wire_finance as wire
from xiaodian.modules.integrations.call import Call, etag_of
from xiaodian.modules.integrations.conversion import to_wire
from xiaodian.modules.integrations.service.orders import to_order
from xiaodian.modules.integrations.wire_orders import Order
from xiaodian.modules.orders import api as orders
from xiaodian.modules.payments import api as payments
from xiaodian.modules.settlement import api as settlement
from xiaodian.modules.shops import api as shops

MAX_ENTRY_ID = 2**63 - 1


async def get_shop(call: Call) -> wire.Shop:
    """Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        shop = await shops.require_right(connection, call.caller, call.shop_id, Scope.SHOP_READ)
    return to_wire(wire.Shop, shop, own_id="shop_id")


async def edit_shop(call: Call, edit: wire.ShopEdit) -> wire.Shop:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, ShopNameTakenError, ChangedMeanwhileError."""

    def _check(before: Shop) -> None:
        call.check_if_match(etag_of(_show_shop(before)))

    shop = await shops.change_shop(
        call.ctx, call.caller, call.shop_id, name=edit.name, is_open=edit.is_open, check=_check
    )
    return _show_shop(shop)


def _show_shop(shop: Shop) -> wire.Shop:
    return to_wire(wire.Shop, shop, own_id="shop_id")


async def list_customers(call: Call, *, before: UUID | None, limit: int) -> list[orders.Customer]:
    """Who bought last first; looking at them is noted. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.CUSTOMERS_READ)
        return await orders.list_customers(connection, call.shop_id, before=before, limit=limit)


def to_customer(customer: orders.Customer) -> wire.Customer:
    """As it goes out."""
    return to_wire(wire.Customer, customer, own_id="buyer_id", name=customer.buyer_name)


async def list_refunds(call: Call, *, before: UUID | None, limit: int) -> list[wire.Refund]:
    """The newest first. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.ORDERS_READ)
        found = await payments.list_refunds_of_shop(connection, call.shop_id, before=before, limit=limit)
    return [to_wire(wire.Refund, refund, own_id="refund_id") for refund in found]


async def refund_order(ctx: Context, call: Call, order_id: UUID, wish: wire.NewRefund) -> Order:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, IllegalMoveError, RefundTooLargeError."""
    lines = {line.line_no: line.amount_minor for line in wish.lines}
    if len(lines) < len(wish.lines):
        raise InvalidInputError(field="lines", reason="twice")
    refund = orders.SellerRefund(lines=lines, freight_minor=wish.freight_minor)
    async with ctx.database.transaction() as connection:
        return to_order(await orders.refund_by_seller(connection, call.caller, OrderId(order_id), refund))


async def get_balance(call: Call) -> wire.Balance:
    """Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.FINANCE_READ)
        money = await settlement.get_shop_money(
            connection, call.shop_id, utc_now(), call.ctx.settings.books_utc_offset_h
        )
    return to_wire(wire.Balance, settlement.to_balance_view(money))


async def list_settlements(call: Call, *, before: UUID | None, limit: int) -> list[wire.Settlement]:
    """The newest first. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.FINANCE_READ)
        found = await settlement.list_settlements(connection, call.shop_id, before=before, limit=limit)
    return [to_wire(wire.Settlement, settlement.to_settlement_view(one)) for one in found]


async def get_statement(call: Call, period: str, *, after: int, limit: int) -> settlement.Statement:
    """With one line more than the limit, if there is one. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    wanted = settlement.parse_period(period, call.ctx.settings.books_utc_offset_h)
    after = min(after, MAX_ENTRY_ID)
    return await settlement.read_period(call.ctx, call.caller, call.shop_id, wanted, after=after, limit=limit + 1)


async def with_cursor(call: Call, statement: settlement.Statement, limit: int, period: str) -> wire.Statement:
    """As it goes out."""
    view = settlement.to_statement_view(statement, None, limit)
    next_cursor = await call.next_cursor(statement.lines, limit, lambda line: UUID(int=line.entry.entry_id))
    return to_wire(wire.Statement, view, period=period, next_cursor=next_cursor)


async def open_statement_csv(call: Call, period: str) -> AsyncIterator[bytes]:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, before the first byte."""
    offset_h = call.ctx.settings.books_utc_offset_h
    wanted = settlement.parse_period(period, offset_h)
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.FINANCE_READ)
    return settlement.write_period(call.ctx.database, call.shop_id, wanted, offset_h)
