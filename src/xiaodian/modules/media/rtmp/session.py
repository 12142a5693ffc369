"""One publisher's RTMP conversation without I/O: bytes in, events out, bytes to send in `take_output`.

Understands FMLE-style publishing (releaseStream, FCPublish, createStream, publish; OBS, ffmpeg and phones do this) and
plain publishing (createStream, publish; nginx-rtmp's push does this). Playing is refused.
"""

import struct
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple, TypeAlias

from xiaodian.modules.media.rtmp import chunks
from xiaodian.modules.media.rtmp.amf0 import Value, decode_values, encode_values
from xiaodian.modules.media.rtmp.chunks import ChunkReader, Message, write_message
from xiaodian.modules.media.rtmp.handshake import Handshake
from xiaodian.modules.media.rtmp.limits import MAX_KEY_CHARS, RtmpError

WINDOW_BYTES = 2_500_000
OUTGOING_CHUNK_BYTES = 4096
MESSAGE_STREAM_ID = 1
_PING_REQUEST, _PING_RESPONSE = 6, 7
_STREAM_BEGIN = 0
_CONTROL_STREAM, _COMMAND_STREAM, _STATUS_STREAM = 2, 3, 5

ENHANCED_VIDEO_CODECS = ("hvc1", "av01", "avc1", "vp09")
"""Enhanced RTMP: what we take besides the H.264 of old."""


class PublishRequested(NamedTuple):
    """The client wants to publish; answer with accept_publish or refuse_publish."""

    stream_key: str


class Media(NamedTuple):
    """Audio (8), video (9) or metadata (18), as in a FLV tag. The timestamp is in ms and wraps at 2^32."""

    tag_type: int
    timestamp: int
    payload: bytes


class Unpublished(NamedTuple):
    """The client says that it is done."""


SessionEvent: TypeAlias = PublishRequested | Media | Unpublished


class Refusal(Enum):
    """Why publishing is refused; the value is the status code the client gets."""

    BAD_NAME = "NetStream.Publish.BadName"
    DENIED = "NetStream.Publish.Denied"


class _Phase(Enum):
    HANDSHAKE = auto()
    CONNECTING = auto()
    CONNECTED = auto()
    ASKING = auto()
    PUBLISHING = auto()
    OVER = auto()


class PublishSession:
    """The state of one connection."""

    def __init__(self) -> None:
        self._phase = _Phase.HANDSHAKE
        self._handshake = Handshake()
        self._reader = ChunkReader()
        self._output: list[bytes] = []
        self._chunk_bytes = chunks.DEFAULT_CHUNK_BYTES
        self._received_bytes = 0
        self._acknowledged_bytes = 0
        self._window_bytes = WINDOW_BYTES
        self.encoder = ""
        """What the encoder calls itself; for the log."""

    @property
    def is_publishing(self) -> bool:
        """Whether media is expected."""
        return self._phase is _Phase.PUBLISHING

    def feed(self, data: bytes) -> list[SessionEvent]:
        """Take bytes of the client. Raises RtmpError; feed nothing more after that."""
        self._received_bytes += len(data)
        if self._phase is _Phase.HANDSHAKE:
            self._output.append(self._handshake.feed(data))
            if not self._handshake.is_complete:
                return []
            self._phase = _Phase.CONNECTING
            data = self._handshake.rest
        events: list[SessionEvent] = []
        for message in self._reader.feed(data):
            self._handle(message, events)
        self._acknowledge()
        return events

    def take_output(self) -> bytes:
        """Bytes to send now."""
        output = b"".join(self._output)
        self._output.clear()
        return output

    def accept_publish(self) -> None:
        """Tell the client to go ahead."""
        self._phase = _Phase.PUBLISHING
        self._control(chunks.USER_CONTROL, struct.pack(">HI", _STREAM_BEGIN, MESSAGE_STREAM_ID))
        self._status("status", "NetStream.Publish.Start", "Publishing")

    def refuse_publish(self, refusal: Refusal, description: str) -> None:
        """Tell the client no; close the connection after sending."""
        self._phase = _Phase.OVER
        self._status("error", refusal.value, description)

    def end_publish(self, description: str) -> None:
        """Tell the client that we stop; close the connection after sending."""
        self._phase = _Phase.OVER
        self._status("status", "NetStream.Unpublish.Success", description)

    def _handle(self, message: Message, events: list[SessionEvent]) -> None:
        kind = message.type_id
        if kind in (chunks.AUDIO, chunks.VIDEO):
            if self.is_publishing and message.payload:
                events.append(Media(kind, message.timestamp, message.payload))
        elif kind in (chunks.COMMAND_AMF0, chunks.COMMAND_AMF3):
            # An AMF3 command starts with a zero byte and goes on in AMF0, as every client sends it.
            self._command(message.payload[1:] if kind == chunks.COMMAND_AMF3 else message.payload, events)
        elif kind in (chunks.DATA_AMF0, chunks.DATA_AMF3):
            if self.is_publishing:
                payload = message.payload[1:] if kind == chunks.DATA_AMF3 else message.payload
                events.append(Media(18, message.timestamp, payload))
        elif kind == chunks.AGGREGATE:
            if self.is_publishing:
                events.extend(_split_aggregate(message))
        elif kind == chunks.USER_CONTROL:
            if message.payload[:2] == struct.pack(">H", _PING_REQUEST):
                self._control(chunks.USER_CONTROL, struct.pack(">H", _PING_RESPONSE) + message.payload[2:6])
        elif kind == chunks.WINDOW_ACK_SIZE and len(message.payload) >= 4:
            self._window_bytes = max(struct.unpack_from(">I", message.payload)[0], 4096)

    def _command(self, payload: bytes, events: list[SessionEvent]) -> None:
        values = decode_values(payload)
        if len(values) < 2 or not isinstance(values[0], str) or not isinstance(values[1], float):
            raise RtmpError("command without name or number")
        name, number = values[0], values[1]
        if self._phase is _Phase.CONNECTING and name != "connect":
            raise RtmpError("first command is not connect")
        if name == "connect":
            self._connect(number, values[2] if len(values) > 2 else None)
        elif name == "createStream":
            self._result(number, None, float(MESSAGE_STREAM_ID))
        elif name in ("releaseStream", "FCPublish", "getStreamLength", "_checkbw"):
            self._result(number, None, None)
            if name == "FCPublish":
                self._send_command("onFCPublish", 0.0, None, {"code": "NetStream.Publish.Start", "description": ""})
        elif name == "publish":
            self._publish(values, events)
        elif name in ("FCUnpublish", "deleteStream", "closeStream"):
            if self._phase in (_Phase.PUBLISHING, _Phase.ASKING):
                self._phase = _Phase.OVER
                events.append(Unpublished())
        elif name in ("play", "play2"):
            self._status("error", "NetStream.Play.Failed", "Watch by HLS")
        # Other commands are for features that publishing does not need; no encoder waits for their answers.

    def _connect(self, number: float, argument: Value) -> None:
        if self._phase is not _Phase.CONNECTING:
            raise RtmpError("connected twice")
        wishes = argument if isinstance(argument, Mapping) else {}
        self.encoder = str(wishes.get("flashVer") or "")[:100]
        self._phase = _Phase.CONNECTED
        self._control(chunks.WINDOW_ACK_SIZE, struct.pack(">I", WINDOW_BYTES))
        self._control(chunks.SET_PEER_BANDWIDTH, struct.pack(">IB", WINDOW_BYTES, 2))
        self._control(chunks.SET_CHUNK_SIZE, struct.pack(">I", OUTGOING_CHUNK_BYTES))
        self._chunk_bytes = OUTGOING_CHUNK_BYTES
        server: dict[str, Value] = {"fmsVer": "FMS/3,5,7,7009", "capabilities": 31.0, "mode": 1.0}
        status: dict[str, Value] = {
            "level": "status",
            "code": "NetConnection.Connect.Success",
            "description": "Connected",
            "objectEncoding": 0.0,
        }
        offered = wishes.get("fourCcList")
        if isinstance(offered, Sequence) and not isinstance(offered, str):
            known = [codec for codec in ENHANCED_VIDEO_CODECS if codec in offered or "*" in offered]
            server["fourCcList"] = known
            status["fourCcList"] = known
        self._result(number, server, status)

    def _publish(self, values: Sequence[Value], events: list[SessionEvent]) -> None:
        if self._phase is not _Phase.CONNECTED:
            raise RtmpError("publish at the wrong time")
        name = values[3] if len(values) > 3 else None
        if not isinstance(name, str) or len(name) > MAX_KEY_CHARS:
            raise RtmpError("publish without a stream key")
        self._phase = _Phase.ASKING
        # Encoders hand on what the user typed, which may have a query after the key.
        events.append(PublishRequested(name.partition("?")[0].strip("/ ")))

    def _acknowledge(self) -> None:
        if self._received_bytes - self._acknowledged_bytes >= self._window_bytes // 2:
            self._acknowledged_bytes = self._received_bytes
            self._control(chunks.ACKNOWLEDGEMENT, struct.pack(">I", self._received_bytes & 0xFFFFFFFF))

    def _control(self, type_id: int, payload: bytes) -> None:
        self._output.append(write_message(_CONTROL_STREAM, type_id, 0, payload))

    def _result(self, number: float, properties: Value, information: Value) -> None:
        self._send_command("_result", number, properties, information)

    def _send_command(self, *values: Value) -> None:
        self._output.append(
            write_message(
                _COMMAND_STREAM, chunks.COMMAND_AMF0, 0, encode_values(*values), chunk_bytes=self._chunk_bytes
            )
        )

    def _status(self, level: str, code: str, description: str) -> None:
        payload = encode_values(
            "onStatus", 0.0, None, {"level": level, "code": code, "description": description, "details": ""}
        )
        self._output.append(
            write_message(
                _STATUS_STREAM, chunks.COMMAND_AMF0, MESSAGE_STREAM_ID, payload, chunk_bytes=self._chunk_bytes
            )
        )


def _split_aggregate(message: Message) -> list[SessionEvent]:
    """The tags inside an aggregate; their times are relative to the first (specification, section 7.1.6)."""
    payload = message.payload
    events: list[SessionEvent] = []
    offset, first_timestamp = 0, None
    while offset + 11 <= len(payload):
        size = int.from_bytes(payload[offset + 1 : offset + 4], "big")
        timestamp = int.from_bytes(payload[offset + 4 : offset + 7], "big") | payload[offset + 7] << 24
        body = payload[offset + 11 : offset + 11 + size]
        if len(body) < size:
            raise RtmpError("aggregate message is cut off")
        first_timestamp = timestamp if first_timestamp is None else first_timestamp
        if payload[offset] in (chunks.AUDIO, chunks.VIDEO) and body:
            at = (message.timestamp + timestamp - first_timestamp) & 0xFFFFFFFF
            events.append(Media(payload[offset], at, body))
        offset += 11 + size + 4
    return events
