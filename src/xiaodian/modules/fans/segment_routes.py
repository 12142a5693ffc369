"""HTTP: segments that a shop makes itself."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from litestar.response import Stream

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from xiaodian.contracts.fans import ConditionError, FanCard, SegmentCode
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.fans import wire_segments as wire
from xiaodian.modules.fans.conditions.fields import FIELDS
from xiaodian.modules.fans.service import export_members, own_segments

TAGS = ["fans"]
SEGMENTS = "/api/shops/{shop_id:uuid}/segments"
ONE = f"{SEGMENTS}/{{segment_id:uuid}}"
FOR_AN_HOUR = "private, max-age=3600"
READS = problems(UnauthenticatedError, ForbiddenError, NotFoundError)
COUNTS = problems(UnauthenticatedError, ForbiddenError, NotFoundError, TooManyRequestsError)
ASKS = problems(
    MalformedRequestError,
    InvalidInputError,
    ConditionError,
    UnauthenticatedError,
    ForbiddenError,
    NotFoundError,
    TooManyRequestsError,
)


@get("/api/fans/condition-fields", opt=access(Access.PUBLIC), tags=TAGS)
async def list_condition_fields() -> Response[wire.ConditionFieldList]:
    """All that a condition can ask of a fan."""
    told = wire.ConditionFieldList(items=[wire.to_field(field) for field in FIELDS])
    return Response(told, headers={"cache-control": FOR_AN_HOUR})


@post(f"{SEGMENTS}/count", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=ASKS, status_code=200)
async def count_segment(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], data: JSONBody[wire.ConditionInput]
) -> wire.ConditionCount:
    """How many fans meet a condition now, some of them, and the condition in both forms."""
    return await own_segments.count_condition(ctx, caller, shop_id, data)


@post(SEGMENTS, opt=access(Access.MEMBER, Scope.FANS_WRITE), tags=TAGS, responses=ASKS)
async def create_segment(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], data: JSONBody[wire.SegmentInput]
) -> wire.OwnSegment:
    """Save a condition under a name; members come and go as they meet it."""
    return await own_segments.create_segment(ctx, caller, shop_id, data)


@get(ONE, opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=COUNTS)
async def read_segment(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], segment_id: FromPath[UUID]
) -> wire.OwnSegment:
    """A segment of the shop's own, counted now."""
    return await own_segments.see_segment(ctx, caller, shop_id, segment_id)


@put(ONE, opt=access(Access.MEMBER, Scope.FANS_WRITE), tags=TAGS, responses=ASKS)
async def change_segment(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    segment_id: FromPath[UUID],
    data: JSONBody[wire.SegmentInput],
) -> wire.OwnSegment:
    """Another name or condition from now on, also for what is still to be sent to it."""
    return await own_segments.change_segment(ctx, caller, shop_id, segment_id, data)


@delete(ONE, opt=access(Access.MEMBER, Scope.FANS_WRITE), tags=TAGS, responses=READS)
async def delete_segment(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], segment_id: FromPath[UUID]) -> None:
    """It is listed no more; messages that are planned for it are still sent."""
    await own_segments.delete_segment(ctx, caller, shop_id, segment_id)


@get(f"{ONE}/fans", opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=ASKS)
async def list_fans_of_segment(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    segment_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> Page[FanCard]:
    """Who is in a segment of the shop's own now, who spent most first."""
    return await export_members.list_members(ctx, caller, shop_id, segment_id, cursor=cursor, limit=limit)


def _file(lines: AsyncIterator[str], name: str) -> Stream:
    return Stream(
        lines,
        media_type="text/csv",  # The framework adds the charset.
        headers={"content-disposition": f'attachment; filename="fans-{name}.csv"'},
    )


@get(
    f"{ONE}/fans.csv",
    opt=access(Access.MEMBER, Scope.FANS_READ),
    tags=TAGS,
    responses=READS,
    media_type="text/csv",
)
async def export_segment(ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], segment_id: FromPath[UUID]) -> Stream:
    """All who are in it now, as CSV; it stands in the shop's log."""
    return _file(await export_members.export_members(ctx, caller, shop_id, segment_id), str(segment_id))


@get(
    f"{SEGMENTS}/ready/{{code:str}}/fans.csv",
    opt=access(Access.MEMBER, Scope.FANS_READ),
    tags=TAGS,
    responses=ASKS,
    media_type="text/csv",
)
async def export_ready_segment(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], code: FromPath[SegmentCode]
) -> Stream:
    """All who are in one of the ready segments now, as CSV; it stands in the shop's log."""
    return _file(await export_members.export_ready_segment(ctx, caller, shop_id, code), code)


routes = [
    list_condition_fields,
    count_segment,
    create_segment,
    read_segment,
    change_segment,
    delete_segment,
    list_fans_of_segment,
    export_segment,
    export_ready_segment,
]
