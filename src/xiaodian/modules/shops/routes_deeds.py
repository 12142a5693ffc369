"""HTTP: a shop's log of who saw and did what."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.messages import language_of
from xiaodian.edge.problems import problems
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.shops import queries
from xiaodian.modules.shops.deed_queries import list_deeds
from xiaodian.modules.shops.models import DeedFilter
from xiaodian.modules.shops.service.export_deeds import export_deeds
from xiaodian.modules.shops.service.note_deed import note_deed
from xiaodian.modules.shops.wire_staff import DeedView, to_deed_view

TAGS = ["staff"]
DEEDS = "/api/shops/{shop_id:uuid}/deeds"
LAST_MS = 4_102_444_800_000
"""The year 2100."""
PROBLEMS = problems(UnauthenticatedError, NotFoundError, ForbiddenError, InvalidInputError)

Area = Annotated[str | None, QueryParameter(pattern=r"^[a-z_]{1,40}\Z", description="Of which kind: `order`, `staff`")]
Moment = Annotated[int | None, QueryParameter(ge=0, le=LAST_MS)]


@get(DEEDS, opt=access(Access.MEMBER), tags=TAGS, responses=PROBLEMS)
async def list_shop_deeds(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    account_id: FromQuery[UUID | None] = None,
    area: Area = None,
    since_ms: Moment = None,
    until_ms: Moment = None,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> Page[DeedView]:
    """Who saw and did what in the shop, the latest first (`staff:read`)."""
    before = decode_cursor(cursor) if cursor else None
    wanted = _filter(account_id, area, since_ms, until_ms)
    async with ctx.database.connection() as connection:
        await queries.require_right(connection, caller, ShopId(shop_id), Scope.STAFF_READ)
        deeds = await list_deeds(connection, ShopId(shop_id), wanted, before=before, limit=limit + 1)
        people = await accounts.get_accounts(connection, list({deed.account_id for deed in deeds}))
    return Page(
        items=[to_deed_view(deed, people.get(deed.account_id)) for deed in deeds[:limit]],
        next_cursor=encode_cursor(deeds[limit - 1].deed_id) if len(deeds) > limit else None,
    )


@get(
    "/api/shops/{shop_id:uuid}/deeds.csv",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=PROBLEMS,
    media_type="text/csv; charset=utf-8",
)
async def download_shop_deeds(
    request: Request[Any, Any, Any],
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    account_id: FromQuery[UUID | None] = None,
    area: Area = None,
    since_ms: Moment = None,
    until_ms: Moment = None,
) -> Stream:
    """The same as CSV for spreadsheets, in the reader's language; the latest 100,000 at most."""
    wanted = _filter(account_id, area, since_ms, until_ms)
    language = language_of(request)
    async with ctx.database.connection() as connection:
        await queries.require_right(connection, caller, ShopId(shop_id), Scope.STAFF_READ)
        await note_deed(connection, caller, ShopId(shop_id), deed="log.exported", target="")
    return Stream(
        export_deeds(ctx.database, ShopId(shop_id), wanted, language, ctx.settings.books_utc_offset_h),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="log.csv"', "cache-control": "no-store"},
    )


def _filter(account_id: UUID | None, area: str | None, since_ms: int | None, until_ms: int | None) -> DeedFilter:
    return DeedFilter(
        account_id=AccountId(account_id) if account_id else None,
        area=area,
        since=from_epoch_ms(since_ms) if since_ms is not None else None,
        until=from_epoch_ms(until_ms) if until_ms is not None else None,
    )


routes = [list_shop_deeds, download_shop_deeds]
