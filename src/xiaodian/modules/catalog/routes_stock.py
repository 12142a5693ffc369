"""HTTP: stock, its journal, and categories."""

from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.catalog import Category, Sku, SkuId
from xiaodian.contracts.orders import IdempotencyMismatchError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.service import change_stock
from xiaodian.modules.catalog.service.product_input import StockCorrection, StockSetting
from xiaodian.modules.catalog.service.set_category import set_category
from xiaodian.modules.catalog.wire import CategoryInput, CategoryList, JournalEntry

TAGS = ["catalog"]
WRITE_PROBLEMS = problems(MalformedRequestError, InvalidInputError, NotFoundError, UnauthenticatedError)


@put("/api/skus/{sku_id:uuid}/stock", opt=access(Access.MEMBER), tags=TAGS, responses=WRITE_PROBLEMS)
async def set_stock(ctx: Ctx, caller: SignedIn, sku_id: FromPath[UUID], data: JSONBody[StockSetting]) -> Sku:
    """Set how many pieces can be bought, beyond what buyers have reserved (shop staff)."""
    sku = await change_stock.set_stock(ctx.database, caller, SkuId(sku_id), data.available)
    await ctx.broker.poke("outbox")
    return sku


@post(
    "/api/skus/{sku_id:uuid}/stock-corrections",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(
        MalformedRequestError, InvalidInputError, IdempotencyMismatchError, NotFoundError, UnauthenticatedError
    ),
)
async def correct_stock(
    ctx: Ctx,
    caller: SignedIn,
    sku_id: FromPath[UUID],
    data: JSONBody[StockCorrection],
    idempotency_key: IdempotencyKey,
) -> Sku:
    """Add what came in, or put a count right, whatever is sold meanwhile (shop staff).

    The same Idempotency-Key again changes nothing and is answered with the SKU as it is by then.
    """
    sku = await change_stock.add_to_stock(ctx.database, caller, SkuId(sku_id), data, idempotency_key)
    await ctx.broker.poke("outbox")
    return sku


@get(
    "/api/skus/{sku_id:uuid}/stock-journal",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(InvalidInputError, NotFoundError, UnauthenticatedError),
)
async def list_journal(
    ctx: Ctx,
    caller: SignedIn,
    sku_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> Page[JournalEntry]:
    """What came and went of a SKU other than by orders, the latest first (shop staff)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await change_stock.get_sku_of_staff(connection, caller, SkuId(sku_id), Scope.STOCK_READ)
        items = await queries.list_journal(connection, SkuId(sku_id), before=before, limit=limit + 1)
    next_cursor = encode_cursor(items[limit - 1].journal_id) if len(items) > limit else None
    return Page(items=items[:limit], next_cursor=next_cursor)


@get("/api/categories", opt=access(Access.PUBLIC), tags=TAGS)
async def list_categories(ctx: Ctx) -> CategoryList:
    """The kinds of goods, with what the platform takes of each."""
    async with ctx.database.connection() as connection:
        return CategoryList(items=await queries.list_categories(connection))


@put(
    "/api/operator/categories/{code:str}",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError, ForbiddenError),
)
async def put_category(ctx: Ctx, code: FromPath[str], data: JSONBody[CategoryInput]) -> Category:
    """Make a category or change it; orders placed keep their fee (operator)."""
    category = Category(code=code, name_zh=data.name_zh, name_en=data.name_en, fee_bp=data.fee_bp)
    return await set_category(ctx.database, category)


routes = [set_stock, correct_stock, list_journal, list_categories, put_category]
