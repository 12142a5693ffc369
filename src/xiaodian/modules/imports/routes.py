"""HTTP: bulk jobs."""

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.imports import (
    InputFile,
    Job,
    JobEndedError,
    JobId,
    JobNotReadyError,
    JobRow,
    RowOutcome,
    TooManyJobsError,
)
from xiaodian.contracts.orders import IdempotencyMismatchError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.bulk import content_type_of
from xiaodian.edge.context import Ctx
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.messages import language_of
from xiaodian.edge.problems import MalformedRequestError, PayloadTooLargeError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.imports import api, routes_products, routes_sources
from xiaodian.modules.imports.kinds import JobKinds
from xiaodian.modules.imports.rules import MAX_FILE_BYTES
from xiaodian.modules.imports.wire import JobRequest

TAGS = ["imports"]
Problems = problems(NotFoundError, ForbiddenError, UnauthenticatedError)
SHOP = "/api/shops/{shop_id:uuid}"
JOB = SHOP + "/jobs/{job_id:uuid}"
FileName = Annotated[str, QueryParameter(min_length=1, max_length=255)]
PageSize = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@post(
    SHOP + "/job-files",
    opt=access(Access.MEMBER),
    tags=TAGS,
    request_max_body_size=MAX_FILE_BYTES + 1,
    responses=Problems | problems(InvalidInputError, PayloadTooLargeError),
)
async def send_file(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], shop_id: FromPath[ShopId], name: FileName
) -> InputFile:
    """Send a file for a job to read; the body is the file as it is, at most 200 MB. Unused, it is kept for 30 days."""
    return await api.store_file(ctx, caller, shop_id, name, request.stream())


@post(
    SHOP + "/jobs",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=Problems | problems(InvalidInputError, MalformedRequestError, TooManyJobsError, IdempotencyMismatchError),
)
async def submit_job(
    ctx: Ctx,
    caller: SignedIn,
    request: Request[Any, Any, Any],
    shop_id: FromPath[ShopId],
    data: JSONBody[JobRequest],
    idempotency_key: IdempotencyKey,
) -> Job:
    """Ask for long work. It is done by and by, however long nobody looks."""
    return await api.submit_job(
        ctx,
        _kinds(request),
        caller,
        shop_id,
        data.kind,
        options=data.options,
        file_id=data.file_id,
        key=idempotency_key,
        language=language_of(request),
    )


@get(SHOP + "/jobs", opt=access(Access.MEMBER), tags=TAGS, responses=Problems | problems(InvalidInputError))
async def list_jobs(
    ctx: Ctx,
    caller: SignedIn,
    request: Request[Any, Any, Any],
    shop_id: FromPath[ShopId],
    kind: Annotated[list[str] | None, QueryParameter(max_items=20)] = None,
    cursor: FromQuery[str | None] = None,
    limit: PageSize = 20,
) -> Page[Job]:
    """A shop's jobs, the newest first, of the kinds that the caller may start."""
    return await api.list_jobs(ctx, _kinds(request), caller, shop_id, kinds_wanted=kind, cursor=cursor, limit=limit)


@get(JOB, opt=access(Access.MEMBER), tags=TAGS, responses=Problems)
async def get_job(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], shop_id: FromPath[ShopId], job_id: FromPath[JobId]
) -> Job:
    """A job, and how far it has come."""
    return await api.get_job(ctx, _kinds(request), caller, shop_id, job_id)


@get(JOB + "/rows", opt=access(Access.MEMBER), tags=TAGS, responses=Problems | problems(InvalidInputError))
async def list_job_rows(
    ctx: Ctx,
    caller: SignedIn,
    request: Request[Any, Any, Any],
    shop_id: FromPath[ShopId],
    job_id: FromPath[JobId],
    outcome: FromQuery[RowOutcome | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: PageSize = 50,
) -> Page[JobRow]:
    """What became of the rows of the file, in its order."""
    return await api.list_job_rows(
        ctx, _kinds(request), caller, shop_id, job_id, outcome=outcome, cursor=cursor, limit=limit
    )


@post(
    JOB + "/cancellation",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=Problems | problems(JobEndedError),
)
async def cancel_job(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], shop_id: FromPath[ShopId], job_id: FromPath[JobId]
) -> Job:
    """End a job. What it has done so far stays done."""
    return await api.cancel_job(ctx, _kinds(request), caller, shop_id, job_id)


@get(
    JOB + "/files/{which:str}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=Problems | problems(JobNotReadyError),
)
async def get_job_file(
    ctx: Ctx,
    caller: SignedIn,
    request: Request[Any, Any, Any],
    shop_id: FromPath[ShopId],
    job_id: FromPath[JobId],
    which: FromPath[str],
) -> Stream:
    """A file of a job: its `result`, or the `refusals` with the reasons."""
    file = await api.open_job_file(ctx, _kinds(request), caller, shop_id, job_id, which)
    headers = {
        "content-disposition": api.attachment(file.name),
        "cache-control": "private, no-store",
    }
    return Stream(file.parts, media_type=content_type_of(file.name), headers=headers)


def _kinds(request: Request[Any, Any, Any]) -> JobKinds:
    kinds: JobKinds = request.app.state.job_kinds
    return kinds


routes = [
    send_file,
    submit_job,
    list_jobs,
    get_job,
    list_job_rows,
    cancel_job,
    get_job_file,
    *routes_products.routes,
    *routes_sources.routes,
]
