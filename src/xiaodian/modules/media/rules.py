"""Pure decisions about streams and segments."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.media import StreamId

LEASE_S = 15.0
"""An ingest process that did not renew its claim for so long is gone."""
LEASE_RENEWAL_S = 4.0

KEY_BYTES = 20
DEFAULT_RTMP_PORT = 1935
_FILE_NAME = re.compile(r"(?a:\d{1,9}-(init\.mp4|\d{1,9}\.m4s))")
PICTURES = "/media/pictures/"
"""Where pictures are served on our HTTP server."""
_PICTURE_NAME = re.compile(r"[0-9a-f]{64}\.webp")


class SegmentTime(NamedTuple):
    """When a segment was, in epoch ms, and how long; ends meet starts, so that rounding never adds up."""

    start_ms: int
    duration_ms: int


def segment_time(anchor_ms: int, start_s: float, duration_s: float) -> SegmentTime:
    """Wall-clock time of a segment from its media time; `anchor_ms` is the wall-clock of media time zero."""
    start = anchor_ms + round(start_s * 1000)
    end = anchor_ms + round((start_s + duration_s) * 1000)
    return SegmentTime(start, max(end - start, 1))


def rounded_target_s(duration_ms: int) -> int:
    """What a segment demands of EXT-X-TARGETDURATION: its duration to the nearest second (RFC 8216, 4.3.3.1)."""
    return max((duration_ms + 500) // 1000, 1)


def segment_name(run_no: int, seq: int) -> str:
    """File name of a segment. With the run's number in it, it never names anything else."""
    return f"{run_no}-{seq}.m4s"


def init_name(run_no: int) -> str:
    """File name of the init part of a run of one encoder configuration."""
    return f"{run_no}-init.mp4"


def is_stream_file(name: str) -> bool:
    """Whether this can be the name of a segment or init part; nothing else is ever looked up."""
    return _FILE_NAME.fullmatch(name) is not None


def is_picture_file(name: str) -> bool:
    """Whether this can be the name of a stored picture."""
    return _PICTURE_NAME.fullmatch(name) is not None


def stream_file_path(stream_id: StreamId, name: str) -> str:
    """Where a stream's file is in the storage."""
    return f"streams/{stream_id}/{name}"


def picture_file_path(name: str) -> str:
    """Where a picture is in the storage; spread over folders by hash."""
    return f"pictures/{name[:2]}/{name}"


class PublishAddresses(NamedTuple):
    """Where encoders and browsers publish to."""

    rtmp_url: str
    publisher_url: str


def publish_addresses(
    *, requested_url: str, rtmp_url: str, rtmp_port: int, publisher_url: str, publisher_port: int
) -> PublishAddresses:
    """The configured addresses, or those on the host that the request came to."""
    host = urlsplit(requested_url).hostname or "localhost"
    host = f"[{host}]" if ":" in host else host
    port = "" if rtmp_port == DEFAULT_RTMP_PORT else f":{rtmp_port}"
    return PublishAddresses(
        rtmp_url or f"rtmp://{host}{port}/live", publisher_url or f"ws://{host}:{publisher_port}/publish"
    )


class Publisher(NamedTuple):
    """A recognised publisher and what it may publish to."""

    owner_id: AccountId
    stream_id: StreamId
