"""HTTP: the report of a room that is over."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import ForbiddenError, NotFoundError, UnauthenticatedError, UnavailableError
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.reports import Report, RoomNotOverError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.messages import language_of
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.draw import PrintKind
from xiaodian.modules.insights.service.eyes import open_eyes
from xiaodian.modules.insights.service.print_report import ReportPress
from xiaodian.modules.insights.service.see_report import get_report

REPORT = "/api/rooms/{room_id:uuid}/report"
PROBLEMS = problems(MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError, RoomNotOverError)
PRINT_PROBLEMS = PROBLEMS | problems(UnavailableError)
MEDIA_TYPES = {PrintKind.PDF: "application/pdf", PrintKind.PICTURE: "image/png"}
ENDINGS = {PrintKind.PDF: "pdf", PrintKind.PICTURE: "png"}
AnyRequest = Request[Any, Any, Any]
Press = NamedDependency[ReportPress]
ShopQuery = Annotated[UUID | None, QueryParameter(name="shop_id")]


def provide_press(request: AnyRequest) -> ReportPress:
    """Dependency `press`."""
    press: ReportPress = request.app.state.report_press
    return press


PRESS = {"press": Provide(provide_press, sync_to_thread=False)}


@get(REPORT, opt=access(Access.MEMBER), tags=["insights"], responses=PROBLEMS)
async def read_report(ctx: Ctx, caller: SignedIn, room_id: FromPath[RoomId], shop_id: ShopQuery = None) -> Report:
    """What a room came to beside the host's rooms before: all of it to its host, to a shop (`shop_id`) what it sold."""
    return await _read(ctx, caller, room_id, shop_id)


@get(
    f"{REPORT}/pdf",
    opt=access(Access.MEMBER),
    tags=["insights"],
    dependencies=PRESS,
    media_type=MEDIA_TYPES[PrintKind.PDF],
    responses=PRINT_PROBLEMS,
)
async def print_report(
    ctx: Ctx, caller: SignedIn, press: Press, request: AnyRequest, room_id: FromPath[RoomId], shop_id: ShopQuery = None
) -> Response[bytes]:
    """The same as a PDF of A4, in the reader's language."""
    report = await _read(ctx, caller, room_id, shop_id)
    return await answer_print(press, PrintKind.PDF, report, request)


@get(
    f"{REPORT}/picture",
    opt=access(Access.MEMBER),
    tags=["insights"],
    dependencies=PRESS,
    media_type=MEDIA_TYPES[PrintKind.PICTURE],
    responses=PRINT_PROBLEMS,
)
async def picture_report(
    ctx: Ctx, caller: SignedIn, press: Press, request: AnyRequest, room_id: FromPath[RoomId], shop_id: ShopQuery = None
) -> Response[bytes]:
    """The same as a picture for phones (PNG, 1080 wide), in the reader's language."""
    report = await _read(ctx, caller, room_id, shop_id)
    return await answer_print(press, PrintKind.PICTURE, report, request)


async def answer_print(press: ReportPress, kind: PrintKind, report: Report, request: AnyRequest) -> Response[bytes]:
    """The file, named by its room."""
    language = language_of(request)
    content = await press.print(kind, report, language)
    name = f"report-{report.room_id}.{ENDINGS[kind]}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)


async def _read(ctx: Context, caller: Caller, room_id: RoomId, shop_id: UUID | None) -> Report:
    async with ctx.database.connection() as connection:
        eyes = await open_eyes(connection, caller, room_id, None if shop_id is None else ShopId(shop_id))
        return await get_report(connection, eyes, utc_now())


routes = [read_report, print_report, picture_report]
