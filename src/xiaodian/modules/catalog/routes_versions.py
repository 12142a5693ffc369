"""HTTP: what a product was, and how it becomes that again."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, HeaderParameter, QueryParameter

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.catalog import Product, ProductId, VersionConflictError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.catalog.service.restore_version import restore_version
from xiaodian.modules.catalog.service.see_versions import VersionDetail, VersionView, see_version, see_versions
from xiaodian.modules.catalog.wire import read_version

TAGS = ["catalog"]
READ_PROBLEMS = problems(InvalidInputError, NotFoundError, UnauthenticatedError, ForbiddenError)


@get("/api/products/{product_id:uuid}/versions", opt=access(Access.MEMBER), tags=TAGS, responses=READ_PROBLEMS)
async def list_versions(
    ctx: Ctx,
    caller: SignedIn,
    product_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> Page[VersionView]:
    """When a product was changed and by whom, the latest first (shop staff)."""
    async with ctx.database.connection() as connection:
        return await see_versions(connection, caller, ProductId(product_id), cursor=cursor, limit=limit)


@get(
    "/api/products/{product_id:uuid}/versions/{version:int}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=READ_PROBLEMS,
)
async def get_version(ctx: Ctx, caller: SignedIn, product_id: FromPath[UUID], version: FromPath[int]) -> VersionDetail:
    """A product as one version had it (shop staff)."""
    async with ctx.database.connection() as connection:
        return await see_version(connection, caller, ProductId(product_id), version)


@post(
    "/api/products/{product_id:uuid}/versions/{version:int}/restoration",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=READ_PROBLEMS | problems(VersionConflictError),
)
async def restore(
    ctx: Ctx,
    caller: SignedIn,
    product_id: FromPath[UUID],
    version: FromPath[int],
    if_match: Annotated[str | None, HeaderParameter(name="If-Match", max_length=40)] = None,
) -> Product:
    """Make a product what it was in this version, but for state and stock; that is a new version (shop staff)."""
    product = await restore_version(
        ctx.database,
        caller,
        ProductId(product_id),
        version,
        needs_review=ctx.settings.product_review,
        expected_version=read_version(if_match),
    )
    await ctx.broker.poke("outbox")
    return product


routes = [list_versions, get_version, restore]
