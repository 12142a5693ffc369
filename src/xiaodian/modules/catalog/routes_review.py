"""HTTP: the platform looks at goods."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.catalog import IllegalProductMoveError, Product, ProductId, VersionConflictError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_place, encode_place
from xiaodian.modules.catalog.review_queries import WaitingProduct, list_waiting
from xiaodian.modules.catalog.service import review_product
from xiaodian.modules.catalog.wire import Approval, Rejection

TAGS = ["operator"]
Moment = Annotated[int, Meta(ge=0, le=2**42)]
DEED_PROBLEMS = problems(
    MalformedRequestError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    ForbiddenError,
    IllegalProductMoveError,
    VersionConflictError,
)


@get(
    "/api/operator/product-reviews",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    responses=problems(InvalidInputError, UnauthenticatedError, ForbiddenError),
)
async def list_reviews(
    ctx: Ctx,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> Page[WaitingProduct]:
    """Products, and new contents of products on sale, that wait for the platform, the longest first (operator)."""
    after = decode_place(cursor, tuple[Moment, UUID]) if cursor else None
    async with ctx.database.connection() as connection:
        items = await list_waiting(connection, after=after, limit=limit + 1)
    last = items[limit - 1] if len(items) > limit else None
    next_cursor = encode_place(last.waiting_since_ms, str(last.product.product_id)) if last else None
    return Page(items=items[:limit], next_cursor=next_cursor)


@post(
    "/api/operator/product-reviews/{product_id:uuid}/approval",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    status_code=200,
    responses=DEED_PROBLEMS,
)
async def approve(ctx: Ctx, caller: SignedIn, product_id: FromPath[UUID], data: JSONBody[Approval]) -> Product:
    """Let what waits go on sale, as it was in the version that was looked at (operator)."""
    product = await review_product.approve_product(ctx.database, caller, ProductId(product_id), data.version)
    await ctx.broker.poke("outbox")
    return product


@post(
    "/api/operator/product-reviews/{product_id:uuid}/rejection",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    status_code=200,
    responses=DEED_PROBLEMS,
)
async def reject(ctx: Ctx, caller: SignedIn, product_id: FromPath[UUID], data: JSONBody[Rejection]) -> Product:
    """Send what waits back to the shop, with the reason; what is on sale stays as it was (operator)."""
    product = await review_product.reject_product(
        ctx.database, caller, ProductId(product_id), data.version, data.reason
    )
    await ctx.broker.poke("outbox")
    return product


routes = [list_reviews, approve, reject]
