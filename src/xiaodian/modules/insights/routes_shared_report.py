"""HTTP: links to reports, and what those see who follow them."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.reports import (
    Report,
    ReportLinkEndedError,
    ReportLinksFullError,
    ReportPart,
    RoomNotOverError,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.messages import translate
from xiaodian.edge.pages import FindPreview, Preview
from xiaodian.edge.problems import MalformedRequestError, PayloadTooLargeError, problems
from xiaodian.infra.sealing import Sealer
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.insights.draw import PrintKind
from xiaodian.modules.insights.routes_report import MEDIA_TYPES, PRESS, REPORT, AnyRequest, Press, answer_print
from xiaodian.modules.insights.service.share_report import (
    Link,
    end_link,
    find_link,
    follow_link,
    list_links,
    make_link,
    open_sharing_eyes,
)
from xiaodian.modules.insights.wire import NewReportLink, ReportLink, ReportLinkList
from xiaodian.modules.live import api as live

PAGES = "/reports/"
"""Where the page of a link is."""
LINKS = f"{REPORT}/links"
SHARED = "/api/reports/{token:str}"
MAX_BODY_BYTES = 1_024
PROBLEMS = (MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError)
FOLLOWED = problems(NotFoundError, ReportLinkEndedError, UnavailableError)
HIDDEN = {"cache-control": "private, no-store", "x-robots-tag": "noindex"}
ShopQuery = Annotated[UUID | None, QueryParameter(name="shop_id")]


@post(
    LINKS,
    opt=access(Access.MEMBER),
    tags=["insights"],
    request_max_body_size=MAX_BODY_BYTES,
    responses=problems(*PROBLEMS, InvalidInputError, PayloadTooLargeError, RoomNotOverError, ReportLinksFullError),
)
async def share_report(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], data: JSONBody[NewReportLink], shop_id: ShopQuery = None
) -> ReportLink:
    """A link by which anybody who has it sees these parts of the report, until it expires or is ended."""
    async with ctx.database.connection() as connection:
        eyes = await open_sharing_eyes(connection, caller, room_id, _shop(shop_id))
    link = await make_link(ctx, caller, eyes, data.parts, timedelta(days=data.days), utc_now())
    return _show(Sealer.of(ctx.settings), link)


@get(LINKS, opt=access(Access.MEMBER), tags=["insights"], responses=problems(*PROBLEMS))
async def list_report_links(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], shop_id: ShopQuery = None
) -> ReportLinkList:
    """Links that can be followed now, the newest first."""
    async with ctx.database.connection() as connection:
        eyes = await open_sharing_eyes(connection, caller, room_id, _shop(shop_id))
        links = await list_links(connection, caller, eyes, utc_now())
    sealer = Sealer.of(ctx.settings)
    return ReportLinkList(items=[_show(sealer, link) for link in links])


@delete(f"{LINKS}/{{link_id:uuid}}", opt=access(Access.MEMBER), tags=["insights"], responses=problems(*PROBLEMS))
async def end_report_link(
    ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], link_id: FromPath[UUID], shop_id: ShopQuery = None
) -> None:
    """From now on the link shows nothing."""
    async with ctx.database.connection() as connection:
        eyes = await open_sharing_eyes(connection, caller, room_id, _shop(shop_id))
    await end_link(ctx, caller, eyes, link_id, utc_now())


@get(SHARED, opt=access(Access.PUBLIC), tags=["insights"], responses=FOLLOWED)
async def read_shared_report(ctx: Ctx, token: FromPath[str]) -> Response[Report]:
    """What a link shows."""
    return Response(await _follow(ctx, token), headers=HIDDEN)


@get(
    f"{SHARED}/pdf",
    opt=access(Access.PUBLIC),
    tags=["insights"],
    dependencies=PRESS,
    media_type=MEDIA_TYPES[PrintKind.PDF],
    responses=FOLLOWED,
)
async def print_shared_report(ctx: Ctx, press: Press, request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """The same as a PDF."""
    return await answer_print(press, PrintKind.PDF, await _follow(ctx, token), request)


@get(
    f"{SHARED}/picture",
    opt=access(Access.PUBLIC),
    tags=["insights"],
    dependencies=PRESS,
    media_type=MEDIA_TYPES[PrintKind.PICTURE],
    responses=FOLLOWED,
)
async def picture_shared_report(ctx: Ctx, press: Press, request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """The same as a picture."""
    return await answer_print(press, PrintKind.PICTURE, await _follow(ctx, token), request)


def make_find_report_preview(ctx: Context) -> FindPreview:
    """What finds the preview of the page of a link; None where a link leads nowhere."""

    async def _find(path: str, language: str) -> Preview | None:
        token = path.removeprefix(PAGES)
        async with ctx.database.connection() as connection:
            try:
                link = await find_link(connection, token, utc_now())
            except (NotFoundError, ReportLinkEndedError):
                return None
            room = await live.get_room(connection, link.room_id)
            host = await accounts.get_account(connection, room.host_id)
        words = translate(language, "previews", "report", {"name": host.display_name})
        return Preview(kind="article", title=room.title, description=words, picture_url=f"/api/reports/{token}/picture")

    return _find


async def _follow(ctx: Context, token: str) -> Report:
    async with ctx.database.connection() as connection:
        return await follow_link(connection, token, utc_now())


def _show(sealer: Sealer, link: Link) -> ReportLink:
    return ReportLink(
        link_id=link.link_id,
        path=PAGES + link.token(sealer),
        parts=[ReportPart(part) for part in link.parts],
        made_at_ms=to_epoch_ms(link.made_at),
        expires_at_ms=to_epoch_ms(link.expires_at),
    )


def _shop(shop_id: UUID | None) -> ShopId | None:
    return None if shop_id is None else ShopId(shop_id)


routes = [
    share_report,
    list_report_links,
    end_report_link,
    read_shared_report,
    print_shared_report,
    picture_shared_report,
]
