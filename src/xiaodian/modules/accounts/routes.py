"""Routes of accounts."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import Cookie
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.accounts import Address, AddressId, SignInTakenError, WrongPasswordError
from xiaodian.contracts.base import InvalidInputError, NotFoundError, TooManyRequestsError, UnauthenticatedError
from xiaodian.edge.access import SESSION_COOKIE, Access, SignedIn, access
from xiaodian.edge.context import Ctx, client_network, is_https
from xiaodian.edge.problems import problems
from xiaodian.modules.accounts import queries, routes_notices
from xiaodian.modules.accounts.errors import LimitReachedError
from xiaodian.modules.accounts.service import access_tokens, addresses, change_profile, sign_in, sign_out, sign_up
from xiaodian.modules.accounts.wire import (
    AccessTokenInput,
    AccessTokenList,
    AddressInput,
    AddressList,
    Me,
    NewAccessToken,
    ProfilePatch,
    SignIn,
    SignUp,
    to_me,
    to_new_token,
    to_token_view,
)

AnyRequest = Request[Any, Any, Any]
DAY_S = 86_400


@post(
    "/api/accounts",
    tags=["accounts"],
    opt=access(Access.PUBLIC),
    responses=problems(InvalidInputError, SignInTakenError, TooManyRequestsError),
)
async def create_account(request: AnyRequest, ctx: Ctx, data: JSONBody[SignUp]) -> Response[Me]:
    """Sign up; the answer's cookie is the session."""
    member, token = await sign_up.sign_up(
        ctx,
        sign_in=data.sign_in,
        password=data.password,
        display_name=data.display_name,
        network=client_network(request, ctx.settings.trusted_proxies),
    )
    return Response(to_me(member), status_code=201, cookies=[_session_cookie(request, ctx, token)])


@post(
    "/api/sessions",
    tags=["accounts"],
    opt=access(Access.PUBLIC),
    responses=problems(WrongPasswordError, TooManyRequestsError),
)
async def create_session(request: AnyRequest, ctx: Ctx, data: JSONBody[SignIn]) -> Response[Me]:
    """Sign in; the answer's cookie is the session."""
    member, token = await sign_in.sign_in(
        ctx,
        sign_in=data.sign_in,
        password=data.password,
        network=client_network(request, ctx.settings.trusted_proxies),
    )
    if previous := request.cookies.get(SESSION_COOKIE):
        await sign_out.sign_out(ctx, previous)
    return Response(to_me(member), status_code=201, cookies=[_session_cookie(request, ctx, token)])


@delete("/api/sessions/current", tags=["accounts"], opt=access(Access.PUBLIC), status_code=204)
async def delete_session(request: AnyRequest, ctx: Ctx) -> Response[None]:
    """Sign out everywhere this session is known; without a session nothing happens."""
    if token := request.cookies.get(SESSION_COOKIE):
        await sign_out.sign_out(ctx, token)
    return Response(None, status_code=204, cookies=[_session_cookie(request, ctx, "", max_age_s=0)])


@get("/api/me", tags=["accounts"], opt=access(Access.MEMBER), responses=problems(UnauthenticatedError))
async def read_me(ctx: Ctx, caller: SignedIn) -> Me:
    """The account that is signed in."""
    async with ctx.database.connection() as connection:
        return to_me(await queries.get_member(connection, caller.account_id))


@patch(
    "/api/me",
    tags=["accounts"],
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, InvalidInputError),
)
async def update_me(ctx: Ctx, caller: SignedIn, data: JSONBody[ProfilePatch]) -> Me:
    """Change the display name, the picture or the birthday."""
    return to_me(
        await change_profile.change_profile(
            ctx,
            caller.account_id,
            display_name=data.display_name,
            avatar_url=data.avatar_url,
            birthday=data.birthday,
        )
    )


@get("/api/me/addresses", tags=["accounts"], opt=access(Access.MEMBER), responses=problems(UnauthenticatedError))
async def list_addresses(ctx: Ctx, caller: SignedIn) -> AddressList:
    """Where orders can go; the default first."""
    async with ctx.database.connection() as connection:
        return AddressList(items=await queries.list_addresses(connection, caller.account_id))


@post(
    "/api/me/addresses",
    tags=["accounts"],
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, InvalidInputError, LimitReachedError),
)
async def create_address(ctx: Ctx, caller: SignedIn, data: JSONBody[AddressInput]) -> Address:
    """Add an address; the first one is the default."""
    text = _clean(data)
    return await addresses.add_address(ctx.database, caller.account_id, text, is_default=data.is_default)


@put(
    "/api/me/addresses/{address_id:uuid}",
    tags=["accounts"],
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, InvalidInputError, NotFoundError),
)
async def replace_address(
    ctx: Ctx, caller: SignedIn, address_id: FromPath[AddressId], data: JSONBody[AddressInput]
) -> Address:
    """Replace an address. The default stays it until another becomes it."""
    text = _clean(data)
    return await addresses.change_address(ctx.database, caller.account_id, address_id, text, is_default=data.is_default)


@delete(
    "/api/me/addresses/{address_id:uuid}",
    tags=["accounts"],
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, NotFoundError),
)
async def delete_address(ctx: Ctx, caller: SignedIn, address_id: FromPath[AddressId]) -> None:
    """Remove an address; orders keep their copy."""
    await addresses.remove_address(ctx.database, caller.account_id, address_id)


@get("/api/me/tokens", tags=["accounts"], opt=access(Access.MEMBER), responses=problems(UnauthenticatedError))
async def list_tokens(ctx: Ctx, caller: SignedIn) -> AccessTokenList:
    """Access tokens of programs that act for this account."""
    async with ctx.database.connection() as connection:
        tokens = await queries.list_access_tokens(connection, caller.account_id)
    return AccessTokenList(items=[to_token_view(token) for token in tokens])


@post(
    "/api/me/tokens",
    tags=["accounts"],
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, InvalidInputError, LimitReachedError),
)
async def create_token(ctx: Ctx, caller: SignedIn, data: JSONBody[AccessTokenInput]) -> NewAccessToken:
    """Make an access token; its secret is shown this once."""
    token, secret = await access_tokens.create_access_token(ctx, caller.account_id, name=data.name, scopes=data.scopes)
    return to_new_token(token, secret)


@delete(
    "/api/me/tokens/{token_id:uuid}",
    tags=["accounts"],
    opt=access(Access.MEMBER),
    responses=problems(UnauthenticatedError, NotFoundError),
)
async def delete_token(ctx: Ctx, caller: SignedIn, token_id: FromPath[UUID]) -> None:
    """End an access token at once."""
    await access_tokens.revoke_access_token(ctx, caller.account_id, token_id)


def _clean(data: JSONBody[AddressInput]) -> addresses.AddressText:
    return addresses.clean_address(recipient=data.recipient, phone=data.phone, region=data.region, detail=data.detail)


def _session_cookie(request: AnyRequest, ctx: Ctx, token: str, max_age_s: int | None = None) -> Cookie:
    return Cookie(
        key=SESSION_COOKIE,
        value=token,
        path="/",
        max_age=ctx.settings.session_days * DAY_S if max_age_s is None else max_age_s,
        httponly=True,
        samesite="lax",
        secure=is_https(request, ctx.settings),
    )


routes = [
    create_account,
    create_session,
    delete_session,
    read_me,
    update_me,
    list_addresses,
    create_address,
    replace_address,
    delete_address,
    list_tokens,
    create_token,
    delete_token,
    *routes_notices.routes,
]
