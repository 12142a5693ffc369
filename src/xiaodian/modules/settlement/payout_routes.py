"""HTTP: earnings of creators; bank accounts and payouts of shops, creators and service providers."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError
from xiaodian.contracts.orders import IdempotencyInFlightError, IdempotencyMismatchError
from xiaodian.contracts.settlement import BalanceTooLowError, MoneyFrozenError, NoBankAccountError, OwnerKind
from xiaodian.contracts.shops import SandboxShopError, ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.problems import problems
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.money import format_minor
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement.models import BankAccount, Owner
from xiaodian.modules.settlement.service import earnings, owners, payout_rows, payouts
from xiaodian.modules.settlement.wire import EarningLineView, EarningsView, to_earning_line_view, to_earnings_view
from xiaodian.modules.settlement.wire_payouts import (
    AmountInput,
    BankAccountAnswer,
    BankAccountInput,
    BankAccountView,
    PayoutView,
    to_bank_account_view,
    to_payout_view,
)
from xiaodian.modules.shops import api as shops

TAGS = ["settlement"]
SHOP = "/api/shops/{shop_id:uuid}"
PAYOUT_PROBLEMS = problems(
    BalanceTooLowError,
    ForbiddenError,
    IdempotencyInFlightError,
    IdempotencyMismatchError,
    InvalidInputError,
    MoneyFrozenError,
    SandboxShopError,
    NoBankAccountError,
    NotFoundError,
)

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
Kind = Annotated[OwnerKind, QueryParameter(description="creator (commission) or service (a provider's shares)")]


@get("/api/me/earnings", opt=access(Access.MEMBER), tags=TAGS, responses=problems(InvalidInputError))
async def get_my_earnings(ctx: Ctx, caller: SignedIn, kind: Kind = OwnerKind.CREATOR) -> EarningsView:
    """What I have earned by commission: pending, available, on its way, paid."""
    owner = _own(caller, kind)
    async with ctx.database.connection() as connection:
        found = await earnings.get_earnings(connection, owner, utc_now(), ctx.settings.creator_hold_days)
    return to_earnings_view(found)


@get("/api/me/earnings/lines", opt=access(Access.MEMBER), tags=TAGS, responses=problems(InvalidInputError))
async def list_my_earning_lines(
    ctx: Ctx, caller: SignedIn, cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[EarningLineView]:
    """What I have sold for a commission, the newest orders first; a page has so many orders, each with all lines."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        by_order = await earnings.list_earning_lines(
            connection,
            caller.account_id,
            before=before,
            limit=limit + 1,
            hold_days=ctx.settings.creator_hold_days,
        )
    now_ms = to_epoch_ms(utc_now())
    return Page(
        items=[to_earning_line_view(line, now_ms) for lines in by_order[:limit] for line in lines],
        next_cursor=encode_cursor(by_order[limit - 1][0].order.order_id) if len(by_order) > limit else None,
    )


@get(f"{SHOP}/bank-account", opt=access(Access.MEMBER), tags=TAGS, responses=problems(NotFoundError))
async def get_shop_bank_account(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> BankAccountAnswer:
    """Where the shop's money is paid to (`finance:read`)."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FINANCE_READ)
    return await _get_bank_account(ctx, Owner(OwnerKind.SHOP, shop_id))


@put(f"{SHOP}/bank-account", opt=access(Access.MEMBER), tags=TAGS, responses=problems(ForbiddenError, NotFoundError))
async def set_shop_bank_account(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[BankAccountInput]
) -> BankAccountView:
    """Say where the shop's money is to be paid to (owner and finance)."""
    return await _set_bank_account(ctx, caller, Owner(OwnerKind.SHOP, shop_id), data)


@get("/api/me/bank-account", opt=access(Access.MEMBER), tags=TAGS, responses=problems(InvalidInputError))
async def get_my_bank_account(ctx: Ctx, caller: SignedIn, kind: Kind = OwnerKind.CREATOR) -> BankAccountAnswer:
    """Where my earnings are paid to."""
    return await _get_bank_account(ctx, _own(caller, kind))


@put("/api/me/bank-account", opt=access(Access.MEMBER), tags=TAGS, responses=problems(InvalidInputError))
async def set_my_bank_account(
    ctx: Ctx, caller: SignedIn, data: JSONBody[BankAccountInput], kind: Kind = OwnerKind.CREATOR
) -> BankAccountView:
    """Say where my earnings are to be paid to."""
    return await _set_bank_account(ctx, caller, _own(caller, kind), data)


@post(f"{SHOP}/payouts", opt=access(Access.MEMBER), tags=TAGS, responses=PAYOUT_PROBLEMS)
async def request_shop_payout(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    data: JSONBody[AmountInput],
    idempotency_key: IdempotencyKey,
) -> PayoutView:
    """Ask for part of the shop's balance (owner and finance). The same key gives the same answer for a day."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FINANCE_WRITE)
    return await _request(ctx, caller, Owner(OwnerKind.SHOP, shop_id), data, idempotency_key)


@post("/api/me/payouts", opt=access(Access.MEMBER), tags=TAGS, responses=PAYOUT_PROBLEMS)
async def request_my_payout(
    ctx: Ctx,
    caller: SignedIn,
    data: JSONBody[AmountInput],
    idempotency_key: IdempotencyKey,
    kind: Kind = OwnerKind.CREATOR,
) -> PayoutView:
    """Ask for part of my earnings. The same key gives the same answer for a day."""
    return await _request(ctx, caller, _own(caller, kind), data, idempotency_key)


@get(f"{SHOP}/payouts", opt=access(Access.MEMBER), tags=TAGS, responses=problems(InvalidInputError, NotFoundError))
async def list_shop_payouts(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[PayoutView]:
    """The shop's payouts, the newest first (`finance:read`)."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FINANCE_READ)
    return await _list(ctx, Owner(OwnerKind.SHOP, shop_id), cursor, limit)


@get("/api/me/payouts", opt=access(Access.MEMBER), tags=TAGS, responses=problems(InvalidInputError))
async def list_my_payouts(
    ctx: Ctx,
    caller: SignedIn,
    kind: Kind = OwnerKind.CREATOR,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
) -> Page[PayoutView]:
    """My payouts, the newest first."""
    return await _list(ctx, _own(caller, kind), cursor, limit)


def _own(caller: Caller, kind: OwnerKind) -> Owner:
    """One's own earnings. Raises InvalidInputError for a shop's money, which has routes of its own."""
    if kind is OwnerKind.SHOP:
        raise InvalidInputError(field="kind", reason="out_of_range")
    return Owner(kind, caller.account_id)


async def _get_bank_account(ctx: Context, owner: Owner) -> BankAccountAnswer:
    async with ctx.database.connection() as connection:
        account = await owners.find_bank_account(connection, owner)
    return BankAccountAnswer(bank_account=to_bank_account_view(account) if account else None)


async def _set_bank_account(ctx: Context, caller: Caller, owner: Owner, data: BankAccountInput) -> BankAccountView:
    account = BankAccount(holder=data.holder, bank=data.bank, number=data.number)
    return to_bank_account_view(await owners.set_bank_account(ctx.database, caller, owner, account))


async def _request(ctx: Context, caller: Caller, owner: Owner, data: AmountInput, key: str) -> PayoutView:
    async def _run(connection: Connection) -> PayoutView:
        payout = await payouts.request_payout(
            connection, owner, caller.account_id, data.amount_minor, utc_now(), ctx.settings.creator_hold_days
        )
        if owner.kind is OwnerKind.SHOP:
            await shops.note_deed(
                connection,
                caller,
                ShopId(owner.owner_id),
                deed="money.payout_requested",
                target=str(payout.payout_id),
                details={"amount": format_minor(data.amount_minor)},
            )
        return to_payout_view(payout)

    operation = f"payout {owner.kind} {owner.owner_id}"
    return await orders.answer_once(ctx.database, caller, key, operation, data, PayoutView, _run)


async def _list(ctx: Context, owner: Owner, cursor: str | None, limit: int) -> Page[PayoutView]:
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        found = await payout_rows.list_payouts_of(connection, owner, before=before, limit=limit + 1)
    return Page(
        items=[to_payout_view(payout) for payout in found[:limit]],
        next_cursor=encode_cursor(found[limit - 1].payout_id) if len(found) > limit else None,
    )


PAYOUT_ROUTES: list[Any] = [
    get_my_earnings,
    list_my_earning_lines,
    get_shop_bank_account,
    set_shop_bank_account,
    get_my_bank_account,
    set_my_bank_account,
    request_shop_payout,
    request_my_payout,
    list_shop_payouts,
    list_my_payouts,
]
