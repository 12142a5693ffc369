"""The client's half of RTMP, for tests: what an encoder would send."""

from xiaodian.modules.media.rtmp.amf0 import Value, encode_values
from xiaodian.modules.media.rtmp.chunks import write_message

HELLO = b"\x03" + bytes(1536) + bytes(1536)
"""C0, C1 and C2 at once."""


def command(*values: Value) -> bytes:
    """An AMF0 command."""
    return write_message(3, 20, 0, encode_values(*values))


def chunk(
    chunk_format: int,
    body: bytes,
    *,
    chunk_stream_id: int = 4,
    timestamp: int = 0,
    length: int = 0,
    type_id: int = 9,
    extended: int | None = None,
) -> bytes:
    """One chunk with a header of any format, right or wrong."""
    field = 0xFFFFFF if extended is not None else timestamp
    head = bytes([chunk_format << 6 | chunk_stream_id])
    if chunk_format < 3:
        head += field.to_bytes(3, "big")
    if chunk_format < 2:
        head += length.to_bytes(3, "big") + bytes([type_id])
    if chunk_format == 0:
        head += (1).to_bytes(4, "little")
    return head + (extended.to_bytes(4, "big") if extended is not None else b"") + body


def publish_commands(key: str) -> bytes:
    """What OBS and ffmpeg send after the handshake."""
    return b"".join(
        (
            command("connect", 1.0, {"app": "live", "flashVer": "FMLE/3.0", "fourCcList": ["hvc1", "av01"]}),
            command("releaseStream", 2.0, None, key),
            command("FCPublish", 3.0, None, key),
            command("createStream", 4.0, None),
            command("publish", 5.0, None, key, "live"),
        )
    )
