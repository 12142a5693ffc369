"""HTTP: a shop's deposit."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import post
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.orders import IdempotencyInFlightError, IdempotencyMismatchError
from xiaodian.contracts.settlement import BalanceTooLowError, DepositNeededError, MoneyFrozenError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.problems import problems
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.money import format_minor
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement.service import books_of_shop, deposits
from xiaodian.modules.settlement.wire import BalanceView, to_balance_view
from xiaodian.modules.settlement.wire_payouts import AmountInput
from xiaodian.modules.shops import api as shops

TAGS = ["settlement"]
DEPOSIT = "/api/shops/{shop_id:uuid}/deposit"
REFUSALS = (
    BalanceTooLowError,
    ForbiddenError,
    IdempotencyInFlightError,
    IdempotencyMismatchError,
    NotFoundError,
)


@post(DEPOSIT, opt=access(Access.MEMBER), tags=TAGS, status_code=200, responses=problems(*REFUSALS))
async def pay_shop_deposit(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    data: JSONBody[AmountInput],
    idempotency_key: IdempotencyKey,
) -> BalanceView:
    """Put part of the balance into the shop's deposit (owner and finance)."""

    async def _run(connection: Connection) -> BalanceView:
        await _require_right(connection, caller, ShopId(shop_id))
        await deposits.pay_deposit(connection, ShopId(shop_id), data.amount_minor, utc_now())
        await _note(connection, caller, ShopId(shop_id), "money.deposit_paid", data.amount_minor)
        return await _see(ctx, connection, ShopId(shop_id))

    operation, may = f"deposit {shop_id}", partial(_require_right, caller=caller, shop_id=ShopId(shop_id))
    return await orders.answer_once(ctx.database, caller, idempotency_key, operation, data, BalanceView, _run, may)


@post(
    f"{DEPOSIT}/withdrawal",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=problems(*REFUSALS, DepositNeededError, MoneyFrozenError),
)
async def withdraw_shop_deposit(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    data: JSONBody[AmountInput],
    idempotency_key: IdempotencyKey,
) -> BalanceView:
    """Put part of the shop's deposit back into the balance, while no after-sale is open (owner and finance)."""

    async def _run(connection: Connection) -> BalanceView:
        await _require_right(connection, caller, ShopId(shop_id))
        await deposits.withdraw_deposit(connection, ShopId(shop_id), data.amount_minor, utc_now())
        await _note(connection, caller, ShopId(shop_id), "money.deposit_withdrawn", data.amount_minor)
        return await _see(ctx, connection, ShopId(shop_id))

    operation, may = f"deposit withdrawal {shop_id}", partial(_require_right, caller=caller, shop_id=ShopId(shop_id))
    return await orders.answer_once(ctx.database, caller, idempotency_key, operation, data, BalanceView, _run, may)


async def _require_right(connection: Connection, caller: Caller, shop_id: ShopId) -> None:
    await shops.require_right(connection, caller, shop_id, Scope.FINANCE_WRITE)


async def _note(connection: Connection, caller: Caller, shop_id: ShopId, deed: str, amount_minor: int) -> None:
    details = {"amount": format_minor(amount_minor)}
    await shops.note_deed(connection, caller, shop_id, deed=deed, target="", details=details)


async def _see(ctx: Ctx, connection: Connection, shop_id: ShopId) -> BalanceView:
    money = await books_of_shop.get_shop_money(connection, shop_id, utc_now(), ctx.settings.books_utc_offset_h)
    return to_balance_view(money)


DEPOSIT_ROUTES: list[Any] = [pay_shop_deposit, withdraw_shop_deposit]
