"""HTTP: messages that come to a browser while its page is closed."""

from typing import Any

from litestar import Request, get, post, put
from litestar.params import JSONBody

from xiaodian.contracts.base import InvalidInputError, UnauthenticatedError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.messages import language_of
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.modules.outreach.service import subscribe
from xiaodian.modules.outreach.wire import PushEndpoint, PushInput, PushState

TAGS = ["outreach"]
PATH = "/api/me/push"
MEMBER = access(Access.MEMBER)
WRITES = problems(UnauthenticatedError, InvalidInputError, MalformedRequestError)


@get(PATH, opt=MEMBER, tags=TAGS, responses=problems(UnauthenticatedError))
async def read_push(ctx: Ctx, caller: SignedIn) -> PushState:
    """What a browser needs to let messages come to it."""
    return await subscribe.see_push(ctx, caller.account_id)


@put(PATH, opt=MEMBER, tags=TAGS, status_code=204, responses=WRITES)
async def subscribe_to_push(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], data: JSONBody[PushInput]
) -> None:
    """Let messages of shops, and reminders that were asked for, also come to this browser."""
    await subscribe.subscribe(ctx, caller.account_id, data, language_of(request))


@post(f"{PATH}/removal", opt=MEMBER, tags=TAGS, status_code=204, responses=WRITES)
async def unsubscribe_from_push(ctx: Ctx, caller: SignedIn, data: JSONBody[PushEndpoint]) -> None:
    """No more to this browser."""
    async with ctx.database.connection() as connection:
        await subscribe.unsubscribe(connection, caller.account_id, data.endpoint)


routes = [read_push, subscribe_to_push, unsubscribe_from_push]
