"""What media's routes take and give, and what front RTMP servers send to ask about a publisher."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec
from litestar.datastructures import UploadFile

from xiaodian.contracts.base import Contract, InvalidInputError


class StreamKey(Contract, frozen=True, kw_only=True):
    """How to publish: an encoder takes address and key apart, a browser opens `<publisher_url>?key=<stream_key>`."""

    stream_key: str
    rtmp_url: str
    publisher_url: str


class Picture(Contract, frozen=True, kw_only=True):
    """A stored picture."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class PictureUpload:
    """A multipart form with one file. A dataclass, because Litestar fills no msgspec struct with uploads."""

    file: UploadFile


class CallbackAnswer(Contract, frozen=True, kw_only=True):
    """`code` 0 is what SRS wants to see; the others look at the status only."""

    code: int


class PublishQuestion(NamedTuple):
    """What a front server asks. `is_publish` false: it only tells us something else that we let pass or not."""

    stream_key: str
    secret: str
    is_publish: bool
    is_end: bool


class _SrsHook(msgspec.Struct, frozen=True, kw_only=True):
    """SRS 4 and later, `http_hooks`: on_publish, on_unpublish."""

    action: str
    stream: str
    app: str = ""
    param: str = ""


class _MediaMtxAuth(msgspec.Struct, frozen=True, kw_only=True):
    """MediaMTX 1.x, `authMethod: http`."""

    action: str
    path: str
    protocol: str = ""
    query: str = ""


def read_question(content_type: str, body: bytes, secret: str) -> PublishQuestion:
    """Understand a callback of nginx-rtmp (form), SRS or MediaMTX (JSON). Raises InvalidInputError."""
    if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        return _read_nginx(parse_qs(body.decode("utf-8", "replace"), max_num_fields=100), secret)
    try:
        members = msgspec.json.decode(body)
        if isinstance(members, Mapping) and "stream" in members:
            return _read_srs(members, secret)
        return _read_mediamtx(members, secret)
    except msgspec.MsgspecError as error:
        raise InvalidInputError(reason="unknown_callback") from error


def _read_nginx(form: dict[str, list[str]], secret: str) -> PublishQuestion:
    call, name = form.get("call", ["publish"])[0], form.get("name", [""])[0]
    if not name:
        raise InvalidInputError(field="name", reason="missing")
    return PublishQuestion(
        stream_key=name,
        secret=secret or form.get("secret", [""])[0],
        is_publish=call == "publish",
        is_end=call in ("publish_done", "done", "update_publish"),
    )


def _read_srs(members: Any, secret: str) -> PublishQuestion:
    hook = msgspec.convert(members, _SrsHook)
    return PublishQuestion(
        stream_key=hook.stream,
        secret=secret or _secret_in(hook.param),
        is_publish=hook.action == "on_publish",
        is_end=hook.action == "on_unpublish",
    )


def _read_mediamtx(members: Any, secret: str) -> PublishQuestion:
    auth = msgspec.convert(members, _MediaMtxAuth)
    return PublishQuestion(
        # The path is `live/<key>`, or the key alone.
        stream_key=urlsplit(auth.path).path.rpartition("/")[2],
        secret=secret or _secret_in(auth.query),
        is_publish=auth.action == "publish",
        is_end=False,
    )


def _secret_in(query: str) -> str:
    return parse_qs(query.lstrip("?"), max_num_fields=100).get("secret", [""])[0]
