"""HTTP: what is known of the caller, to take along and to have erased."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody
from msgspec import Meta

from xiaodian.contracts.accounts import AccountBusyError, WrongPasswordError
from xiaodian.contracts.base import Input, TooManyRequestsError, UnauthenticatedError, UnavailableError
from xiaodian.contracts.fans import ConditionError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.modules.privacy.service import erase_own, see_own_data
from xiaodian.modules.privacy.wire import KnownToShops

TAGS = ["privacy"]
MEMBER = access(Access.MEMBER)


class ErasureInput(Input, frozen=True, kw_only=True):
    """The password once more: nobody else who holds the phone may do this."""

    password: Annotated[str, Meta(max_length=256)]


@get("/api/me/known-to-shops", opt=MEMBER, tags=TAGS, responses=problems(UnauthenticatedError, ConditionError))
async def list_known_to_shops(ctx: Ctx, caller: SignedIn) -> KnownToShops:
    """What each shop knows of the caller."""
    return msgspec.convert(await see_own_data.see_known(ctx, caller.account_id), KnownToShops)


@get(
    "/api/me/export",
    opt=MEMBER,
    tags=TAGS,
    responses=problems(UnauthenticatedError, ConditionError, UnavailableError),
)
async def export_own_data(ctx: Ctx, caller: SignedIn) -> Response[dict[str, Any]]:
    """All that the platform holds of the caller, as a file."""
    data = await see_own_data.export_own(ctx, caller.account_id)
    headers = {"content-disposition": 'attachment; filename="xiaodian-my-data.json"', "cache-control": "no-store"}
    return Response(data, headers=headers)


@post(
    "/api/me/erasure",
    opt=MEMBER,
    tags=TAGS,
    status_code=204,
    responses=problems(
        UnauthenticatedError, WrongPasswordError, AccountBusyError, TooManyRequestsError, MalformedRequestError
    ),
)
async def erase_own_account(ctx: Ctx, caller: SignedIn, data: JSONBody[ErasureInput]) -> None:
    """Erase the caller's account, for good. Orders stay with the shops as the law wants, without the person."""
    await erase_own.erase_own(ctx, caller, data.password)


routes = [list_known_to_shops, export_own_data, erase_own_account]
