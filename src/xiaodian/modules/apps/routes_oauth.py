"""The endpoints of OAuth 2.0, and what the consent page asks and says."""

from typing import Annotated, Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.response import Redirect as RedirectResponse

from xiaodian.contracts.apps import BadAuthorizationRequestError
from xiaodian.contracts.base import (
    DomainError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
)
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx, client_network, own_origin
from xiaodian.edge.problems import as_domain_error, problems
from xiaodian.infra.logging import get_logger
from xiaodian.modules.apps.protocol import NAMES, OAuthAnswer, read_question, refuse, to_query
from xiaodian.modules.apps.service import authorize, issue_tokens, revoke_token
from xiaodian.modules.apps.wire import MAX_QUERY_CHARS, Consent, Decision, Redirect, to_consent

TAGS = ["apps"]
FORM = "application/x-www-form-urlencoded"
MAX_FORM_BYTES = 16_384
MOST_FIELDS = 30
CONSENT_PAGE = "/console/consent"
SECRET_HEADERS = {"cache-control": "no-store", "pragma": "no-cache"}

log = get_logger(__name__)


def answer_as_oauth(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Errors of these endpoints have RFC 6749's form, whoever raised them."""
    refusal = as_domain_error(error)
    if refusal is None:
        log.error("unexpected_error", path=request.url.path, exc_info=error)
        return to_response(refuse("server_error", "A fault of ours", 500))
    answer = to_response(refuse(_code_of(refusal), refusal.code, refusal.status))
    if refusal.retry_after_s is not None:
        answer.headers["retry-after"] = str(refusal.retry_after_s)
    return answer


def _code_of(refusal: DomainError) -> str:
    return "temporarily_unavailable" if refusal.status in (429, 503) else "invalid_request"


def to_response(answer: OAuthAnswer) -> Response[Any]:
    """How an answer of the protocol goes out."""
    headers = dict(SECRET_HEADERS)
    if answer.must_authenticate:
        headers["www-authenticate"] = 'Basic realm="oauth"'
    return Response(answer.body, status_code=answer.status, media_type="application/json", headers=headers)


class _UnreadableFormError(Exception):
    """The body is no form, or names something twice, which RFC 6749 (3.2) forbids."""


async def _read_form(request: Request[Any, Any, Any]) -> dict[str, str]:
    body = await request.body()
    if request.content_type[0] != FORM or len(body) > MAX_FORM_BYTES:
        raise _UnreadableFormError
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise _UnreadableFormError from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _UnreadableFormError
    return {name: value for name, value in fields.items() if value}


@post(
    "/oauth/token",
    opt=access(Access.SIGNED),
    tags=TAGS,
    status_code=200,
    exception_handlers={Exception: answer_as_oauth},
)
async def exchange_token(request: Request[Any, Any, Any], ctx: Ctx) -> Response[Any]:
    """RFC 6749, 3.2: an `application/x-www-form-urlencoded` body with `grant_type` and what goes with it."""
    try:
        fields = await _read_form(request)
    except _UnreadableFormError:
        return to_response(refuse("invalid_request", f"The body must be {FORM} with each field once"))
    network = client_network(request, ctx.settings.trusted_proxies)
    return to_response(await issue_tokens.issue_tokens(ctx, fields, request.headers.get("authorization"), network))


@post(
    "/oauth/revoke",
    opt=access(Access.SIGNED),
    tags=TAGS,
    status_code=200,
    exception_handlers={Exception: answer_as_oauth},
)
async def revoke(request: Request[Any, Any, Any], ctx: Ctx) -> Response[Any]:
    """RFC 7009: an app gives up a token; a refresh token takes along what came of it."""
    try:
        fields = await _read_form(request)
    except _UnreadableFormError:
        return to_response(refuse("invalid_request", f"The body must be {FORM} with each field once"))
    network = client_network(request, ctx.settings.trusted_proxies)
    return to_response(await revoke_token.revoke_token(ctx, fields, request.headers.get("authorization"), network))


@get("/oauth/authorize", opt=access(Access.PUBLIC), tags=TAGS, include_in_schema=False)
async def start_authorization(request: Request[Any, Any, Any], ctx: Ctx) -> RedirectResponse:
    """RFC 6749, 3.1: to the consent page, or back to the app with what is wrong with its request."""
    fields = read_question(request.scope["query_string"].decode("latin-1"))
    address = await authorize.find_error_address(ctx, fields, own_origin(request, ctx.settings))
    return RedirectResponse(address or f"{CONSENT_PAGE}?{to_query(fields)}", status_code=302)


@get("/.well-known/oauth-authorization-server", opt=access(Access.PUBLIC), tags=TAGS, sync_to_thread=False)
def describe_server(request: Request[Any, Any, Any], ctx: Ctx) -> dict[str, Any]:
    """RFC 8414: what this server can do, for clients that set themselves up."""
    issuer = own_origin(request, ctx.settings)
    methods = ["client_secret_basic", "client_secret_post", "none"]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "scopes_supported": sorted(NAMES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": ["zh", "en"],
    }


@get(
    "/api/oauth/consent",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(BadAuthorizationRequestError, UnauthenticatedError),
)
async def read_consent(
    request: Request[Any, Any, Any],
    ctx: Ctx,
    caller: SignedIn,
    question: FromQuery[Annotated[str, QueryParameter(max_length=MAX_QUERY_CHARS)]],
) -> Consent:
    """What an app asks, and in which of the reader's shops they could agree to it.

    `question` is the query of the address that the app sent its user to, as it came.
    """
    return to_consent(await authorize.ask(ctx, caller, read_question(question), own_origin(request, ctx.settings)))


@post(
    "/api/oauth/consent",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=problems(
        BadAuthorizationRequestError, ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
    ),
)
async def decide(request: Request[Any, Any, Any], ctx: Ctx, caller: SignedIn, data: JSONBody[Decision]) -> Redirect:
    """Let an app into a shop, or not; answers where the browser goes on."""
    issuer, fields = own_origin(request, ctx.settings), read_question(data.question)
    if data.decision == "deny":
        return Redirect(redirect_to=await authorize.deny(ctx, fields, issuer))
    if data.shop_id is None:
        raise InvalidInputError(field="shop_id", reason="empty")
    return Redirect(redirect_to=await authorize.approve(ctx, caller, fields, issuer, data.shop_id))


routes = [exchange_token, revoke, start_authorization, describe_server, read_consent, decide]
