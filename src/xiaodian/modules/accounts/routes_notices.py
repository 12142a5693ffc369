"""Routes of an account's inbox."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.params import FromQuery, JSONBody, Parameter

from xiaodian.contracts.base import InvalidInputError, UnauthenticatedError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx, gateway_of
from xiaodian.edge.messages import language_of, translate
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.kit.ids import made_at
from xiaodian.kit.paging import MAX_PAGE_SIZE, decode_cursor, encode_cursor
from xiaodian.modules.accounts.service.bell import bell_keys, ring_bells
from xiaodian.modules.accounts.service.notices import KeptNotice, count_unread, list_notices, mark_read
from xiaodian.modules.accounts.wire import BellView, NoticePage, NoticeView, ReadInput

TAGS = ["accounts"]
Limit = Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)]


@get(
    "/api/me/notices",
    tags=TAGS,
    opt=access(Access.MEMBER),
    responses=problems(MalformedRequestError, InvalidInputError, UnauthenticatedError),
)
async def list_own_notices(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> NoticePage:
    """The caller's notices in the reader's language, the newest first, and how many are unread."""
    before = decode_cursor(cursor) if cursor else None
    language = language_of(request)
    async with ctx.database.connection() as connection:
        notices = await list_notices(connection, caller.account_id, before=before, limit=limit + 1)
        unread = await count_unread(connection, caller.account_id)
    shown = notices[:limit]
    return NoticePage(
        items=[_show(notice, language, ctx.settings.books_utc_offset_h) for notice in shown],
        next_cursor=encode_cursor(shown[-1].notice_id) if len(notices) > limit else None,
        unread=unread,
    )


@post(
    "/api/me/notices/read",
    tags=TAGS,
    opt=access(Access.MEMBER),
    status_code=204,
    responses=problems(MalformedRequestError, UnauthenticatedError),
)
async def read_notices(ctx: Ctx, caller: SignedIn, data: JSONBody[ReadInput]) -> None:
    """The caller has read all notices up to this one, or it alone; again is fine. Their other pages hear of it."""
    if await mark_read(ctx.database, caller.account_id, data.up_to, alone=data.is_alone):
        await ring_bells(ctx, [caller.account_id])


@get("/api/me/notices/bell", tags=TAGS, opt=access(Access.MEMBER), responses=problems(UnauthenticatedError))
async def read_bell(ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any]) -> BellView:
    """What to hang up in a room's socket, or in one that is for bells alone (`gateway_url`), by
    `{"type": "bell", "key": ...}`, to hear when something new is here.
    """
    [key] = bell_keys(ctx.settings, [caller.account_id])
    return BellView(key=key.hex(), gateway_url=f"{gateway_of(ctx.settings, request)}/live/bell")


def _show(notice: KeptNotice, language: str, utc_offset_h: int) -> NoticeView:
    return NoticeView(
        notice_id=notice.notice_id,
        kind=notice.kind,
        text=translate(language, "notices", notice.kind, _name(notice.params, language, utc_offset_h)),
        params=notice.params,
        link=notice.link,
        is_read=notice.is_read,
        at=made_at(notice.notice_id),
    )


def _name(params: dict[str, str], language: str, utc_offset_h: int) -> dict[str, str]:
    """What has no title is named by when it was uploaded; moments are said in the time of the books."""
    if planned_at_ms := params.get("planned_at_ms"):
        planned_at = from_epoch_ms(int(planned_at_ms)) + timedelta(hours=utc_offset_h)
        return {**params, "time": f"{planned_at:%H:%M}"}
    if rule := params.get("rule"):
        why = translate(language, "notices", f"rule_{rule}")
        note = params.get("note")
        return {**params, "why": translate(language, "notices", "why", {"rule": why, "note": note}) if note else why}
    uploaded_at_ms = params.get("uploaded_at_ms")
    if uploaded_at_ms is None:
        return params
    uploaded_at = from_epoch_ms(int(uploaded_at_ms)) + timedelta(hours=utc_offset_h)
    name = translate(language, "notices", "untitled_video", {"time": f"{uploaded_at:%m-%d %H:%M}"})
    return {**params, "title": name}


routes = [list_own_notices, read_bell, read_notices]
