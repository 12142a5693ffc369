"""The way out of messages that works without signing in: a page, and one click from the mail program (RFC 8058)."""

from html import escape
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath, QueryParameter

from xiaodian.contracts.base import NotFoundError
from xiaodian.edge.access import Access, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.messages import language_of, translate
from xiaodian.edge.problems import problems
from xiaodian.infra.sealing import Sealer
from xiaodian.modules.outreach.queries import ALL_SHOPS
from xiaodian.modules.outreach.service.opt_out import opt_out
from xiaodian.modules.outreach.service.opt_out_token import OptOut, read_token
from xiaodian.modules.shops import api as shops

TAGS = ["outreach"]
PATH = "/unsubscribe/{token:str}"
PROBLEMS = problems(NotFoundError)
AnyRequest = Request[Any, Any, Any]


@get(PATH, opt=access(Access.PUBLIC), tags=TAGS, include_in_schema=False)
async def read_unsubscribe_page(ctx: Ctx, request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Asks whether no more is wanted. Opening it changes nothing: mail programs look at links by themselves."""
    wish = read_token(Sealer.of(ctx.settings), token)
    return await _page(ctx, request, wish, is_done=False)


@post(PATH, opt=access(Access.PUBLIC), tags=TAGS, status_code=200, include_in_schema=False, responses=PROBLEMS)
async def unsubscribe(
    ctx: Ctx,
    request: AnyRequest,
    token: FromPath[str],
    is_of_all: Annotated[bool, QueryParameter(name="all")] = False,
) -> Response[str]:
    """No more messages of the shop, or of any; again is fine."""
    wish = read_token(Sealer.of(ctx.settings), token)
    await opt_out(ctx.database, wish.account_id, ALL_SHOPS if is_of_all else wish.shop_id)
    return await _page(ctx, request, wish, is_done=True)


async def _page(ctx: Context, request: AnyRequest, wish: OptOut, *, is_done: bool) -> Response[str]:
    language = language_of(request)
    async with ctx.database.connection() as connection:
        shop = await shops.get_shop(connection, wish.shop_id)

    def _say(key: str) -> str:
        return escape(translate(language, "notices", key, {"shop": shop.name}))

    forms = "".join(
        f'<form method="post" action="?{query}"><button>{_say(key)}</button></form>'
        for query, key in (("", "unsubscribe_shop"), ("all=true", "unsubscribe_all"))
    )
    body = f"<h1>{_say('unsubscribe_done' if is_done else 'unsubscribe_ask')}</h1>{'' if is_done else forms}"
    return Response(
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{_say('unsubscribe_title')}</title><body>{body}</body></html>",
        media_type=MediaType.HTML,
        headers={"cache-control": "no-store", "referrer-policy": "no-referrer"},
    )


routes = [read_unsubscribe_page, unsubscribe]
