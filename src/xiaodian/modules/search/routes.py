"""HTTP: search."""

from typing import Annotated, Any

from litestar import Request, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from xiaodian.contracts.base import InvalidInputError, TooManyRequestsError
from xiaodian.edge.access import Access, MaybeSignedIn, access
from xiaodian.edge.context import Ctx, client_network
from xiaodian.edge.problems import problems
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.search.service.search import SearchDesk
from xiaodian.modules.search.text_rules import MAX_QUERY
from xiaodian.modules.search.wire import SearchKind, SearchResults

Desk = NamedDependency[SearchDesk]
AnyRequest = Request[Any, Any, Any]


def provide_desk(request: AnyRequest) -> SearchDesk:
    """Dependency `desk`."""
    desk: SearchDesk = request.app.state.search_desk
    return desk


@get(
    "/api/search",
    opt=access(Access.PUBLIC),
    tags=["search"],
    dependencies={"desk": Provide(provide_desk, sync_to_thread=False)},
    responses=problems(InvalidInputError, TooManyRequestsError),
)
async def search(
    ctx: Ctx,
    desk: Desk,
    request: AnyRequest,
    maybe_caller: MaybeSignedIn,
    q: Annotated[str, QueryParameter(min_length=1, max_length=MAX_QUERY)],
    kind: FromQuery[SearchKind] = SearchKind.ALL,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> SearchResults:
    """Products, creators, videos and topics that fit best; also when they are misspelt, or typed as they sound."""
    network = client_network(request, ctx.settings.trusted_proxies)
    viewer_id = maybe_caller.account_id if maybe_caller else None
    return await desk.search(network, q, kind, viewer_id, cursor=cursor, limit=limit)


routes = [search]
