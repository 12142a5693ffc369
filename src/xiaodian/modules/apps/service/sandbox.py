"""A developer's sandbox shop: made-up orders, fake payment, and time that passes when told to."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, NamedTuple

from msgspec import Meta

from xiaodian.contracts.accounts import Account, AccountId, AddressId, Caller, Scope
from xiaodian.contracts.base import Input, InvalidInputError
from xiaodian.contracts.catalog import SkuId, StockId
from xiaodian.contracts.orders import Order, OrderId, OrderState
from xiaodian.contracts.shops import SandboxShopError, Shop, ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.aftersales import api as aftersales
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import api as settlement
from xiaodian.modules.shops import api as shops

PERSON = "沙盒买家"
MOST_LINES = 20
MOST_ADVANCE_S = 366 * 86_400
SETTLED_AT_MOST = 500
"""Orders whose settlement one advance brings about; the job does the rest."""


class SandboxLine(Input, frozen=True, kw_only=True):
    """A SKU of the sandbox shop, and how many."""

    sku_id: SkuId
    quantity: Annotated[int, Meta(ge=1, le=99)] = 1


class Sandbox(NamedTuple):
    """A sandbox shop and who buys there."""

    shop: Shop
    person_id: AccountId
    address_id: AddressId


async def open_sandbox(ctx: Context, developer: Account) -> Shop:
    """The developer's sandbox shop, made if there is none yet."""
    async with ctx.database.transaction() as connection:
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtext('apps.sandbox'), hashtext($1))", str(developer.account_id)
        )
        present = await find_sandbox_of(connection, developer.account_id)
        if present is not None:
            return present
        address = accounts.clean_address(
            recipient=PERSON, phone="13800000000", region="辽宁省 丹东市", detail="沙盒路 1 号"
        )
        person_id, address_id = await accounts.make_up_person(connection, PERSON, address)
        name = f"沙盒 {str(person_id)[-8:]}"
        shop = await shops.open_sandbox_shop(connection, person_id, developer.account_id, name)
        await connection.execute(
            "INSERT INTO apps.sandbox (developer_id, shop_id, person_id, address_id) VALUES ($1, $2, $3, $4)",
            developer.account_id,
            shop.shop_id,
            person_id,
            address_id,
        )
    return shop


async def find_sandbox_of(connection: Connection, developer_id: AccountId) -> Shop | None:
    """The developer's sandbox shop, if there is one."""
    shop_id = await connection.fetchval("SELECT shop_id FROM apps.sandbox WHERE developer_id = $1", developer_id)
    return await shops.get_shop(connection, shop_id) if shop_id is not None else None


async def advance_time(ctx: Context, caller: Caller, shop_id: ShopId, by: timedelta) -> None:
    """Let time pass in a sandbox shop: what waits for it happens before this returns.

    Unpaid orders are cancelled, delivered ones completed and settled, silence in after-sales taken for an answer. Other
    shops go on as they were. Raises NotFoundError, ForbiddenError, SandboxShopError.
    """
    async with ctx.database.transaction() as connection:
        await _require_sandbox(connection, caller, shop_id)
        await orders.advance_clock(connection, shop_id, by)
        await aftersales.advance_clock(connection, shop_id, by)
        await settlement.advance_clock(connection, shop_id, by)
    await orders.run_timers(ctx)
    await aftersales.run_timers(ctx)
    async with ctx.database.connection() as connection:
        completed = await orders.list_newly_completed(connection, shop_id, SETTLED_AT_MOST)
    await settlement.settle_now(ctx, completed)


async def place_sandbox_order(
    ctx: Context,
    desk: orders.OrderDesk,
    caller: Caller,
    shop_id: ShopId,
    lines: Sequence[SandboxLine],
    *,
    is_paid: bool,
    key: str,
) -> OrderId:
    """An order as somebody made up would place it, at today's prices, paid unless told otherwise.

    The same `key` gives the same order, for a day.

    Raises NotFoundError, ForbiddenError, SandboxShopError, and what a checkout may be refused for.
    """
    async with ctx.database.connection() as connection:
        sandbox = await _require_sandbox(connection, caller, shop_id)
        shelf = await catalog.open_shelf_of(connection, {line.sku_id for line in lines}, lock=False)
    wished = [_to_line(line, shelf, shop_id) for line in lines]
    buyer = Caller(
        account_id=sandbox.person_id, display_name=PERSON, is_operator=False, scopes=frozenset({Scope.EVERYTHING})
    )
    wish = orders.CheckoutInput(lines=wished, address_id=sandbox.address_id)
    placed: list[Order] = await desk.place(buyer, key, wish)
    unpaid = [order for order in placed if order.state is OrderState.PENDING_PAYMENT]
    if is_paid and unpaid:
        await orders.pay_in_sandbox(ctx, desk.cashier, sandbox.person_id, unpaid)
    return placed[0].order_id


def _to_line(line: SandboxLine, shelf: catalog.Shelf, shop_id: ShopId) -> orders.LineInput:
    sku = shelf.skus.get(StockId(line.sku_id))
    if sku is None or sku.shop_id != shop_id:
        raise InvalidInputError(field="lines", reason="unknown_sku", sku_id=str(line.sku_id))
    return orders.LineInput(sku_id=line.sku_id, quantity=line.quantity, price_minor=sku.price_minor)


async def _require_sandbox(connection: Connection, caller: Caller, shop_id: ShopId) -> Sandbox:
    shop = await shops.require_right(connection, caller, shop_id, Scope.ORDERS_WRITE)
    row = await connection.fetchrow("SELECT person_id, address_id FROM apps.sandbox WHERE shop_id = $1", shop_id)
    if row is None:
        raise SandboxShopError
    return Sandbox(shop, row["person_id"], row["address_id"])
