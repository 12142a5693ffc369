"""Routes of content."""

from litestar import delete, get, put
from litestar.params import FromPath

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError, NotFoundError, TooManyRequestsError, UnauthenticatedError
from xiaodian.contracts.content import CreatorCard
from xiaodian.edge.access import Access, MaybeSignedIn, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.content.service import follow_creator, read_creator


@get(
    "/api/creators/{account_id:uuid}",
    tags=["content"],
    opt=access(Access.PUBLIC),
    responses=problems(NotFoundError),
)
async def read_creator_card(ctx: Ctx, maybe_caller: MaybeSignedIn, account_id: FromPath[AccountId]) -> CreatorCard:
    """A creator, how many follow, and whether the caller does."""
    viewer_id = maybe_caller.account_id if maybe_caller else None
    return await read_creator.read_creator(ctx.database, account_id, viewer_id)


@put(
    "/api/creators/{account_id:uuid}/follow",
    tags=["content"],
    opt=access(Access.MEMBER),
    status_code=204,
    responses=problems(UnauthenticatedError, InvalidInputError, NotFoundError, TooManyRequestsError),
)
async def follow(ctx: Ctx, caller: SignedIn, account_id: FromPath[AccountId]) -> None:
    """Follow a creator; again is fine."""
    await follow_creator.follow_creator(ctx, caller.account_id, account_id)


@delete(
    "/api/creators/{account_id:uuid}/follow",
    tags=["content"],
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, TooManyRequestsError),
)
async def unfollow(ctx: Ctx, caller: SignedIn, account_id: FromPath[AccountId]) -> None:
    """Stop following a creator; again is fine."""
    await follow_creator.unfollow_creator(ctx, caller.account_id, account_id)


routes = [read_creator_card, follow, unfollow]
