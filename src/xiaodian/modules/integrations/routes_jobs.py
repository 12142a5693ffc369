"""The open API: bulk jobs (a file in, a file out), pictures and films."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.imports import FileId, JobEndedError, JobId, JobNotReadyError, RowOutcome, TooManyJobsError
from xiaodian.contracts.media import NotAPictureError, NotAVideoError, TooManyVideosError
from xiaodian.contracts.orders import IdempotencyMismatchError
from xiaodian.edge.bulk import content_type_of
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.imports import api as imports
from xiaodian.modules.integrations import wire_platform as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.conversion import to_wire
from xiaodian.modules.integrations.opening import reads, writes
from xiaodian.modules.media import api as media

TAGS = ["bulk jobs"]
MEDIA = ["media"]
ANY_FILE = "application/octet-stream"
PICTURES = "image/*"
MAX_FILM_BYTES = 1024 * 1024 * 1024
JOB = "/jobs/{job_id:uuid}"

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
FileName = Annotated[str, QueryParameter(min_length=1, max_length=255, description="Its ending says what it is.")]
KindName = Annotated[str | None, QueryParameter(max_length=64, description="Only those of this kind.")]
Outcome = Annotated[RowOutcome | None, QueryParameter(description="Only rows of which this became.")]


@post(
    "/pictures",
    tags=MEDIA,
    request_max_body_size=64 * 1024 * 1024,
    **writes(Scope.PRODUCTS_WRITE, wire.Picture, NotAPictureError, body=bytes, takes=PICTURES, status=201),
)
async def upload_picture(call: OpenCall) -> Response[bytes]:
    """Send a picture (JPEG, PNG or WebP), the file as it is. The same again is stored once."""
    stored = await media.store_picture(call.ctx, call.caller.account_id, await call.read_file("image/"))
    return call.answer(wire.Picture(url=media.picture_address(stored.name), width=stored.width, height=stored.height))


@post(
    "/videos",
    tags=MEDIA,
    request_max_body_size=MAX_FILM_BYTES,
    **writes(
        Scope.PRODUCTS_WRITE, wire.Video, NotAVideoError, TooManyVideosError, body=bytes, takes=ANY_FILE, status=202
    ),
)
async def upload_video(call: OpenCall) -> Response[bytes]:
    """Send a film for a product (MP4 or MOV, at most a minute), the file as it is; ask for it until it is ready."""
    return call.answer(_show_video(await media.take_video(call.ctx, call.caller.account_id, call.stream())))


@get("/videos/{video_id:uuid}", tags=MEDIA, **reads(Scope.PRODUCTS_READ, wire.Video))
async def get_video(call: OpenCall, video_id: FromPath[UUID]) -> Response[bytes]:
    """How far a film is that was sent by the same account."""
    async with call.ctx.database.connection() as connection:
        return call.answer(_show_video(await media.get_video(connection, call.caller.account_id, video_id)))


@post(
    "/job-files",
    tags=TAGS,
    request_max_body_size=imports.MAX_FILE_BYTES + 1,
    **writes(Scope.BULK_WRITE, wire.JobFile, InvalidInputError, body=bytes, takes=ANY_FILE, status=201),
)
async def send_job_file(call: OpenCall, name: FileName) -> Response[bytes]:
    """Send a file for a job to read, as it is, at most 200 MB. Unused, it is kept for 30 days."""
    stored = await imports.store_file(call.ctx, call.caller, call.shop_id, name, call.stream())
    return call.answer(to_wire(wire.JobFile, stored, own_id="file_id"))


@post(
    "/jobs",
    tags=TAGS,
    **writes(
        Scope.BULK_WRITE,
        wire.Job,
        InvalidInputError,
        TooManyJobsError,
        IdempotencyMismatchError,
        body=wire.NewJob,
        status=201,
        is_once=True,
    ),
)
async def start_job(call: OpenCall) -> Response[bytes]:
    """Ask for long work. It is done by and by; look at the job, or wait for its event."""
    data = await call.read(wire.NewJob)
    job = await imports.submit_job(
        call.ctx,
        call.job_kinds,
        call.caller,
        call.shop_id,
        data.kind,
        options=data.options,
        file_id=FileId(data.file_id) if data.file_id else None,
        key=call.inner_key,
        language=call.language,
    )
    return call.answer(to_wire(wire.Job, job, own_id="job_id"))


@get("/jobs", tags=TAGS, **reads(Scope.BULK_READ, wire.JobPage, is_list=True))
async def list_jobs(
    call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 20, kind: KindName = None
) -> Response[bytes]:
    """The shop's jobs, the newest first, of the kinds that the token may start."""
    page = await imports.list_jobs(
        call.ctx,
        call.job_kinds,
        call.caller,
        call.shop_id,
        kinds_wanted=[kind] if kind else None,
        cursor=await call.read_cursor_of_below(cursor, kind),
        limit=limit,
    )
    next_cursor = await call.seal_cursor_of_below(page.next_cursor, kind)
    items = [to_wire(wire.Job, job, own_id="job_id") for job in page.items]
    return call.answer(wire.JobPage(items=items, next_cursor=next_cursor))


@get(JOB, tags=TAGS, **reads(Scope.BULK_READ, wire.Job))
async def get_job(call: OpenCall, job_id: FromPath[UUID]) -> Response[bytes]:
    """A job, and how far it has come."""
    job = await imports.get_job(call.ctx, call.job_kinds, call.caller, call.shop_id, JobId(job_id))
    return call.answer(to_wire(wire.Job, job, own_id="job_id"))


@get(f"{JOB}/rows", tags=TAGS, **reads(Scope.BULK_READ, wire.JobRowPage, is_list=True))
async def list_job_rows(
    call: OpenCall,
    job_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
    outcome: Outcome = None,
) -> Response[bytes]:
    """What became of the rows of the file, in its order."""
    page = await imports.list_job_rows(
        call.ctx,
        call.job_kinds,
        call.caller,
        call.shop_id,
        JobId(job_id),
        outcome=outcome,
        cursor=await call.read_cursor_of_below(cursor, outcome),
        limit=limit,
    )
    next_cursor = await call.seal_cursor_of_below(page.next_cursor, outcome)
    items = [to_wire(wire.JobRow, row) for row in page.items]
    return call.answer(wire.JobRowPage(items=items, next_cursor=next_cursor))


@post(f"{JOB}/cancellation", tags=TAGS, **writes(Scope.BULK_WRITE, wire.Job, JobEndedError))
async def cancel_job(call: OpenCall, job_id: FromPath[UUID]) -> Response[bytes]:
    """End a job. What it has done so far stays done."""
    job = await imports.cancel_job(call.ctx, call.job_kinds, call.caller, call.shop_id, JobId(job_id))
    return call.answer(to_wire(wire.Job, job, own_id="job_id"))


@get(
    f"{JOB}/files/{{which:str}}",
    tags=TAGS,
    **reads(Scope.BULK_READ, bytes, JobNotReadyError, media_type=ANY_FILE, is_file=True),
)
async def get_job_file(call: OpenCall, job_id: FromPath[UUID], which: FromPath[str]) -> Stream:
    """A file of a job: its `result`, or the `refusals` with the reasons."""
    file = await imports.open_job_file(call.ctx, call.job_kinds, call.caller, call.shop_id, JobId(job_id), which)
    headers = {
        "content-disposition": imports.attachment(file.name),
        "cache-control": "private, no-store",
        "x-file-type": content_type_of(file.name),
    }
    return Stream(file.parts, media_type=ANY_FILE, headers=headers)


def _show_video(video: media.Video) -> wire.Video:
    return to_wire(wire.Video, video, own_id="video_id")


routes = [
    upload_picture,
    upload_video,
    get_video,
    send_job_file,
    start_job,
    list_jobs,
    get_job,
    list_job_rows,
    cancel_job,
    get_job_file,
]
