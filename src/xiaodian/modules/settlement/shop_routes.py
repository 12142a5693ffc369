"""HTTP: a shop's balance, settlements, statements, invoices, and its contracts with service providers."""

from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError
from xiaodian.contracts.settlement import HasServiceShareError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, decode_place, encode_cursor, encode_place
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.settlement import queries
from xiaodian.modules.settlement.part_queries import PartPlace, StatementPart
from xiaodian.modules.settlement.rules import parse_month
from xiaodian.modules.settlement.service import books_of_shop, fee_invoices, service_shares
from xiaodian.modules.settlement.service.month_views import read_month, read_part
from xiaodian.modules.settlement.service.statement import write_statement
from xiaodian.modules.settlement.wire import (
    BalanceView,
    FeeInvoiceView,
    SettlementView,
    StatementPartView,
    StatementView,
    to_balance_view,
    to_fee_invoice_view,
    to_part_view,
    to_settlement_view,
    to_statement_view,
)
from xiaodian.modules.settlement.wire_payouts import (
    ServiceShareInput,
    ServiceShareView,
    to_service_share_view,
)
from xiaodian.modules.shops import api as shops

TAGS = ["settlement"]
SHOP = "/api/shops/{shop_id:uuid}"
STAFF = problems(InvalidInputError, NotFoundError)

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
Month = Annotated[str, QueryParameter(pattern=r"^\d{4}-\d{2}\Z")]
Kind = Annotated[str | None, QueryParameter(pattern=r"^[a-z_]{1,40}\Z")]


@get(f"{SHOP}/balance", opt=access(Access.MEMBER), tags=TAGS, responses=problems(NotFoundError))
async def get_shop_balance(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> BalanceView:
    """What the shop has, what is still to come, what is on its way to the bank (`finance:read`)."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FINANCE_READ)
        money = await books_of_shop.get_shop_money(
            connection, ShopId(shop_id), utc_now(), ctx.settings.books_utc_offset_h
        )
    return to_balance_view(money)


@get(f"{SHOP}/settlements", opt=access(Access.MEMBER), tags=TAGS, responses=STAFF)
async def list_shop_settlements(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[SettlementView]:
    """Every order that was paid, the newest first, with how its money was or will be split (`finance:read`)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FINANCE_READ)
        seen = await books_of_shop.list_settlements(connection, ShopId(shop_id), before=before, limit=limit + 1)
    return Page(
        items=[to_settlement_view(one) for one in seen[:limit]],
        next_cursor=encode_cursor(seen[limit - 1].order.order_id) if len(seen) > limit else None,
    )


@get(f"{SHOP}/statement", opt=access(Access.MEMBER), tags=TAGS, responses=STAFF)
async def get_shop_statement(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    month: Month,
    kind: Kind = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> StatementView:
    """A month (`2026-11`): the balance at its beginning and end, sums, every movement between, what is due.

    With `kind`, one of those in `by_kind`, the movements are those that this sum is made of.
    """
    after = min(decode_cursor(cursor).int, 2**63 - 1) if cursor else 0
    statement = await read_month(
        ctx, caller, ShopId(shop_id), parse_month(month), kind=kind, after=after, limit=limit + 1
    )
    lines = statement.lines
    next_cursor = encode_cursor(UUID(int=lines[limit - 1].entry.entry_id)) if len(lines) > limit else None
    return to_statement_view(statement, next_cursor, limit)


@get(f"{SHOP}/statement/{{part:str}}", opt=access(Access.MEMBER), tags=TAGS, responses=STAFF)
async def get_shop_statement_part(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    part: FromPath[StatementPart],
    month: Month,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> StatementPartView:
    """What one of a month's `totals` is made of: the orders settled, and what they gave back since (`finance:read`)."""
    after = decode_place(cursor, PartPlace) if cursor else None
    first = parse_month(month)
    found, lines = await read_part(ctx, caller, ShopId(shop_id), first, part, after=after, limit=limit + 1)
    page = lines[:limit]
    next_cursor = encode_place(page[-1].at.isoformat(), str(page[-1].line_id)) if len(lines) > limit else None
    return to_part_view(first, part, found, page, next_cursor)


@get(
    f"{SHOP}/statement.csv",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=STAFF,
    media_type="text/csv; charset=utf-8",
)
async def download_shop_statement(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], month: Month) -> Stream:
    """The whole month as CSV for spreadsheets (`finance:read`)."""
    first_day = parse_month(month)
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FINANCE_READ)
        await shops.note_deed(
            connection,
            caller,
            ShopId(shop_id),
            deed="money.statement_downloaded",
            target="",
            details={"month": month},
        )
    return Stream(
        write_statement(ctx.database, ShopId(shop_id), first_day, ctx.settings.books_utc_offset_h),
        media_type="text/csv; charset=utf-8",
        headers=_as_file(f"statement-{month}.csv"),
    )


@get(f"{SHOP}/fee-invoices", opt=access(Access.MEMBER), tags=TAGS, responses=STAFF)
async def list_shop_fee_invoices(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[FeeInvoiceView]:
    """Invoices of the platform's fees, one a month, the newest first (`finance:read`)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FINANCE_READ)
        invoices = await fee_invoices.list_fee_invoices(connection, ShopId(shop_id), before=before, limit=limit + 1)
    return Page(
        items=[to_fee_invoice_view(invoice) for invoice in invoices[:limit]],
        next_cursor=encode_cursor(invoices[limit - 1].invoice_id) if len(invoices) > limit else None,
    )


@post(
    f"{SHOP}/service-shares",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(ForbiddenError, HasServiceShareError, InvalidInputError, NotFoundError),
)
async def start_shop_service_share(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[ServiceShareInput]
) -> ServiceShareView:
    """From now on a service provider gets a share of what is ordered (owner and finance); one contract at a time."""
    share = await service_shares.start_service_share(ctx, caller, ShopId(shop_id), data.provider_id, data.rate_bp)
    async with ctx.database.connection() as connection:
        provider = await accounts.get_account(connection, share.provider_id)
    return to_service_share_view(share, provider)


@get(f"{SHOP}/service-shares", opt=access(Access.MEMBER), tags=TAGS, responses=STAFF)
async def list_shop_service_shares(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[ServiceShareView]:
    """The shop's contracts with service providers, past ones too, the newest first (`finance:read`)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FINANCE_READ)
        shares = await queries.list_service_shares(connection, ShopId(shop_id), before=before, limit=limit + 1)
        providers = await accounts.get_accounts(connection, [share.provider_id for share in shares])
    return Page(
        items=[to_service_share_view(share, providers.get(share.provider_id)) for share in shares[:limit]],
        next_cursor=encode_cursor(shares[limit - 1].share_id) if len(shares) > limit else None,
    )


@delete(
    f"{SHOP}/service-shares/{{share_id:uuid}}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(ForbiddenError, NotFoundError),
)
async def end_shop_service_share(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], share_id: FromPath[UUID]) -> None:
    """Orders from now on are not shared any more (owner and finance)."""
    await service_shares.end_service_share(ctx, caller, ShopId(shop_id), share_id)


def _as_file(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}


SHOP_ROUTES: list[Any] = [
    get_shop_balance,
    list_shop_settlements,
    get_shop_statement,
    get_shop_statement_part,
    download_shop_statement,
    list_shop_fee_invoices,
    start_shop_service_share,
    list_shop_service_shares,
    end_shop_service_share,
]
