"""RTMP's chunk stream (specification 1.0, section 5.3): bytes to messages and back."""

import struct
from typing import NamedTuple

from xiaodian.modules.media.rtmp.limits import (
    MAX_CHUNK_BYTES,
    MAX_CHUNK_STREAMS,
    MAX_CONTROL_BYTES,
    MAX_MESSAGE_BYTES,
    MAX_UNFINISHED_BYTES,
    RtmpError,
)

DEFAULT_CHUNK_BYTES = 128
EXTENDED_TIMESTAMP = 0xFFFFFF
_TIMESTAMP_MASK = 0xFFFFFFFF

# Message header bytes by chunk format: 0 absolute, 1 with delta, 2 delta only, 3 nothing.
_HEADER_BYTES = (11, 7, 3, 0)

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_ACK_SIZE, SET_PEER_BANDWIDTH = 1, 2, 3, 4, 5, 6
AUDIO, VIDEO = 8, 9
DATA_AMF3, COMMAND_AMF3, DATA_AMF0, COMMAND_AMF0, AGGREGATE = 15, 17, 18, 20, 22
_LARGE_TYPES = frozenset((AUDIO, VIDEO, AGGREGATE))


class Message(NamedTuple):
    """A whole RTMP message. The timestamp is in ms and wraps at 2^32."""

    type_id: int
    stream_id: int
    timestamp: int
    payload: bytes


class _ChunkStream:
    """What chunks of one chunk stream leave out because it is as before."""

    __slots__ = ("body", "delta", "extended", "length", "stream_id", "timestamp", "type_id")

    def __init__(self) -> None:
        self.timestamp = 0
        self.delta = 0
        self.extended: int | None = None
        self.length = -1
        self.type_id = 0
        self.stream_id = 0
        self.body: bytearray | None = None


class ChunkReader:
    """Takes bytes, gives whole messages. A chunk is parsed only once all of it is there."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._needed = 1
        self._chunk_bytes = DEFAULT_CHUNK_BYTES
        self._streams: dict[int, _ChunkStream] = {}
        self._unfinished_bytes = 0

    def feed(self, data: bytes) -> list[Message]:
        """Messages that became complete. Raises RtmpError."""
        self._buffer += data
        messages: list[Message] = []
        if len(self._buffer) < self._needed:
            return messages
        offset = 0
        with memoryview(self._buffer) as view:
            while True:
                taken, message = self._read_chunk(view, offset)
                if not taken:
                    break
                offset += taken
                if message is not None and not self._obey(message):
                    messages.append(message)
        del self._buffer[:offset]
        self._needed -= offset
        return messages

    def _read_chunk(self, view: memoryview, start: int) -> tuple[int, Message | None]:
        """Bytes taken (0: not enough there yet) and the message that ended with this chunk, if one did."""
        end = len(view)
        if not self._has(start + 1, end):
            return 0, None
        chunk_format, chunk_stream_id = view[start] >> 6, view[start] & 0x3F
        at = start + 1
        if chunk_stream_id < 2:
            if not self._has(at + 1 + chunk_stream_id, end):
                return 0, None
            extra = view[at] + (view[at + 1] << 8 if chunk_stream_id else 0)
            at += 1 + chunk_stream_id
            chunk_stream_id = 64 + extra
        state = self._streams.get(chunk_stream_id) or self._open(chunk_stream_id, chunk_format)
        header_end = at + _HEADER_BYTES[chunk_format]
        if not self._has(header_end, end):
            return 0, None
        header = _Header(chunk_format, view[at:header_end], state)
        if header.field == EXTENDED_TIMESTAMP:
            if not self._has(header_end + 4, end):
                return 0, None
            header_end += header.take_extended(view, header_end, state)
        if header.length > (MAX_MESSAGE_BYTES if header.type_id in _LARGE_TYPES else MAX_CONTROL_BYTES):
            raise RtmpError(f"message of type {header.type_id} with {header.length} bytes is too large")
        done = len(state.body) if state.body is not None and header.continues else 0
        size = min(self._chunk_bytes, header.length - done)
        if not self._has(header_end + size, end):
            return 0, None
        message = self._take(state, header, view[header_end : header_end + size])
        return header_end + size - start, message

    def _has(self, position: int, end: int) -> bool:
        self._needed = position
        return position <= end

    def _open(self, chunk_stream_id: int, chunk_format: int) -> _ChunkStream:
        if chunk_format > 1 or len(self._streams) >= MAX_CHUNK_STREAMS:
            raise RtmpError(f"unexpected chunk stream {chunk_stream_id}")
        return self._streams.setdefault(chunk_stream_id, _ChunkStream())

    def _take(self, state: _ChunkStream, header: "_Header", part: memoryview) -> Message | None:
        if not header.continues:
            if state.body is not None:
                self._unfinished_bytes -= len(state.body)
                state.body = None
            header.apply(state)
        if state.body is None and len(part) == state.length:
            return Message(state.type_id, state.stream_id, state.timestamp, bytes(part))
        if state.body is None:
            state.body = bytearray()
        state.body += part
        self._unfinished_bytes += len(part)
        if self._unfinished_bytes > MAX_UNFINISHED_BYTES:
            raise RtmpError("too many unfinished messages")
        if len(state.body) < state.length:
            return None
        payload = bytes(state.body)
        self._unfinished_bytes -= len(payload)
        state.body = None
        return Message(state.type_id, state.stream_id, state.timestamp, payload)

    def _obey(self, message: Message) -> bool:
        """Carry out the messages that are about the chunk stream itself."""
        if message.type_id not in (SET_CHUNK_SIZE, ABORT):
            return False
        if len(message.payload) < 4:
            raise RtmpError("control message is cut off")
        (value,) = struct.unpack_from(">I", message.payload)
        if message.type_id == SET_CHUNK_SIZE:
            if not 1 <= value <= 0x7FFFFFFF:
                raise RtmpError(f"chunk size {value} is not allowed")
            # The specification: sizes beyond the largest message mean the same as that.
            self._chunk_bytes = min(value, MAX_CHUNK_BYTES)
        elif (state := self._streams.get(value)) and state.body is not None:
            self._unfinished_bytes -= len(state.body)
            state.body = None
        return True


class _Header:
    """A chunk's message header; nothing in the chunk stream changes until the whole chunk is there."""

    __slots__ = ("continues", "extended", "field", "format", "length", "stream_id", "type_id")

    def __init__(self, chunk_format: int, raw: memoryview, state: _ChunkStream) -> None:
        self.format = chunk_format
        self.continues = chunk_format == 3 and state.body is not None
        self.length, self.type_id, self.stream_id = state.length, state.type_id, state.stream_id
        self.extended = state.extended if chunk_format == 3 else None
        if chunk_format == 3:
            self.field = EXTENDED_TIMESTAMP if state.extended is not None else state.delta
            return
        self.field = int.from_bytes(raw[:3], "big")
        if chunk_format < 2:
            self.length, self.type_id = int.from_bytes(raw[3:6], "big"), raw[6]
        if chunk_format == 0:
            self.stream_id = int.from_bytes(raw[7:11], "little")

    def take_extended(self, view: memoryview, at: int, state: _ChunkStream) -> int:
        """Read the extended timestamp; answers its length."""
        value = int.from_bytes(view[at : at + 4], "big")
        if self.format == 3 and value != state.extended:
            # Some encoders leave it out of follow-up chunks, against the specification: then this is payload.
            return 0
        self.extended = value
        return 4

    def apply(self, state: _ChunkStream) -> None:
        """A message begins: remember its header, move the clock."""
        value = self.field if self.extended is None else self.extended
        state.extended = self.extended
        state.length, state.type_id, state.stream_id = self.length, self.type_id, self.stream_id
        state.delta = value
        state.timestamp = value if self.format == 0 else (state.timestamp + value) & _TIMESTAMP_MASK


def write_message(
    chunk_stream_id: int, type_id: int, stream_id: int, payload: bytes, *, chunk_bytes: int = DEFAULT_CHUNK_BYTES
) -> bytes:
    """A message of ours with timestamp 0, cut into chunks. `chunk_stream_id` is 2 to 63."""
    head = bytes([chunk_stream_id]) + bytes(3) + len(payload).to_bytes(3, "big") + bytes([type_id])
    parts = [head + stream_id.to_bytes(4, "little") + payload[:chunk_bytes]]
    follow_up = bytes([0xC0 | chunk_stream_id])
    parts += [follow_up + payload[at : at + chunk_bytes] for at in range(chunk_bytes, len(payload), chunk_bytes)]
    return b"".join(parts)
