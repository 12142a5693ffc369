"""HTTP: resumable uploads by the tus protocol, version 1.0 (https://tus.io/protocols/resumable-upload)."""

from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, head, patch, post, route
from litestar.enums import HttpMethod
from litestar.params import FromPath

from xiaodian.contracts.base import InvalidInputError, NotFoundError, TooManyRequestsError, UnauthenticatedError
from xiaodian.contracts.media import (
    NotAVideoError,
    TooManyUploadsError,
    UploadConflictError,
    UploadDamagedError,
    UploadTooLargeError,
    UploadVersionError,
)
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MethodNotAllowedError, Problem, UnsupportedMediaTypeError, handle_error, problems
from xiaodian.modules.media.service import uploads
from xiaodian.modules.media.service.uploads import Upload
from xiaodian.modules.media.tus_rules import (
    CHECKSUMS,
    CHUNK_TYPE,
    EXTENSIONS,
    VERSION,
    check_metadata,
    read_checksum,
    read_number,
)

UNLIMITED = None
"""The upload's own announced length is the limit, and that has one (vod_max_bytes)."""
PATH = "/api/uploads"


def _refuse(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """A refusal, with the header that the protocol wants on every answer."""
    answer = handle_error(request, error)
    answer.headers["Tus-Resumable"] = VERSION
    if answer.status_code == UploadVersionError.status:
        answer.headers["Tus-Version"] = VERSION
    return answer


_SPEAKS_TUS: dict[str, Any] = {
    "opt": access(Access.MEMBER),
    "exception_handlers": {Exception: _refuse},
    "tags": ["media"],
}
_COMMON = (UnauthenticatedError, NotFoundError, UploadVersionError, InvalidInputError, TooManyRequestsError)
_APPENDING = (*_COMMON, UploadConflictError, UploadTooLargeError, UploadDamagedError, UnsupportedMediaTypeError)


@route(PATH, http_method=[HttpMethod.OPTIONS], opt=access(Access.PUBLIC), status_code=204, include_in_schema=False)
async def tell_abilities(ctx: Ctx) -> Response[None]:
    """What of the protocol is spoken here."""
    headers = {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(ctx.settings.vod_max_bytes),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        "Allow": "OPTIONS, POST",
    }
    return Response(None, status_code=204, headers=headers)


@post(
    PATH,
    status_code=201,
    responses=problems(*_APPENDING, NotAVideoError, TooManyUploadsError),
    request_max_body_size=UNLIMITED,
    **_SPEAKS_TUS,
)
async def open_upload(ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any]) -> Response[None]:
    """Begin an upload (tus: creation). `Upload-Length` says how many bytes will come; `Location` where to send them.

    Once all have arrived, the film is the vod of the same id: `/api/vods/{id}`.
    """
    _check_version(request)
    metadata = check_metadata(request.headers.get("upload-metadata", ""))
    length = read_number("Upload-Length", request.headers.get("upload-length"))
    upload = await uploads.open_upload(ctx, caller.account_id, length, metadata)
    if _has_chunk(request):
        upload = await _append(ctx, caller, request, upload.upload_id, 0)
    return _answer(upload, 201, Location=f"{PATH}/{upload.upload_id}")


@head(PATH + "/{upload_id:uuid}", responses=problems(*_COMMON), **_SPEAKS_TUS)
async def show_upload(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], upload_id: FromPath[UUID]
) -> Response[None]:
    """How many bytes have arrived (tus: `Upload-Offset`)."""
    _check_version(request)
    upload = await uploads.get_upload(ctx, caller.account_id, upload_id)
    more = {"Upload-Metadata": upload.metadata} if upload.metadata else {}
    return _answer(upload, 200, **{"Upload-Length": str(upload.length), "Cache-Control": "no-store", **more})


@patch(
    PATH + "/{upload_id:uuid}",
    status_code=204,
    responses=problems(*_APPENDING),
    request_max_body_size=UNLIMITED,
    **_SPEAKS_TUS,
)
async def append_to_upload(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], upload_id: FromPath[UUID]
) -> Response[None]:
    """Send more bytes (tus: PATCH), from `Upload-Offset` on. What arrived before a cut is kept."""
    _check_version(request)
    return await _take_chunk(ctx, caller, request, upload_id)


@delete(PATH + "/{upload_id:uuid}", status_code=204, responses=problems(*_COMMON, UploadConflictError), **_SPEAKS_TUS)
async def end_upload(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], upload_id: FromPath[UUID]
) -> Response[None]:
    """Give an upload up (tus: termination). One that has arrived is a film, and is deleted with the video it became."""
    _check_version(request)
    await uploads.end_upload(ctx, caller.account_id, upload_id)
    return Response(None, status_code=204, headers={"Tus-Resumable": VERSION})


@post(
    PATH + "/{upload_id:uuid}",
    status_code=204,
    responses=problems(*_APPENDING, MethodNotAllowedError),
    request_max_body_size=UNLIMITED,
    **_SPEAKS_TUS,
)
async def act_by_override(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], upload_id: FromPath[UUID]
) -> Response[None]:
    """PATCH or DELETE for clients that cannot send these; `X-HTTP-Method-Override` says which."""
    _check_version(request)
    match request.headers.get("x-http-method-override", "").upper():
        case "PATCH":
            return await _take_chunk(ctx, caller, request, upload_id)
        case "DELETE":
            await uploads.end_upload(ctx, caller.account_id, upload_id)
            return Response(None, status_code=204, headers={"Tus-Resumable": VERSION})
    raise MethodNotAllowedError


async def _take_chunk(ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], upload_id: UUID) -> Response[None]:
    if not _has_chunk(request):
        raise UnsupportedMediaTypeError(expected=CHUNK_TYPE)
    offset = read_number("Upload-Offset", request.headers.get("upload-offset"))
    return _answer(await _append(ctx, caller, request, upload_id, offset), 204)


async def _append(ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], upload_id: UUID, offset: int) -> Upload:
    checksum = read_checksum(request.headers.get("upload-checksum"))
    body: AsyncIterator[bytes] = request.stream()
    return await uploads.append(ctx, caller.account_id, upload_id, offset, body, checksum)


def _has_chunk(request: Request[Any, Any, Any]) -> bool:
    return request.content_type[0] == CHUNK_TYPE


def _check_version(request: Request[Any, Any, Any]) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise UploadVersionError(field="Tus-Resumable", expected=VERSION)


def _answer(upload: Upload, status: int, **more: str) -> Response[None]:
    headers = {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(upload.received),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
        **more,
    }
    return Response(None, status_code=status, headers=headers)


routes = [tell_abilities, open_upload, show_upload, append_to_upload, end_upload, act_by_override]
