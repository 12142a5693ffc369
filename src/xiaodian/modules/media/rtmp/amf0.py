"""AMF0 (the encoding of RTMP's commands and metadata), both ways."""

import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from xiaodian.modules.media.rtmp.limits import MAX_AMF_DEPTH, MAX_AMF_VALUES, RtmpError

Value: TypeAlias = "float | bool | str | Mapping[str, Value] | Sequence[Value] | None"

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED = 0, 1, 2, 3, 5, 6
_ECMA_ARRAY, _OBJECT_END, _STRICT_ARRAY, _DATE, _LONG_STRING, _UNSUPPORTED, _XML = 8, 9, 10, 11, 12, 13, 15


def decode_values(payload: bytes) -> list[Value]:
    """All values of a message. Raises RtmpError if it is malformed, too deep or has too many values."""
    reader = _Reader(payload)
    values: list[Value] = []
    try:
        while reader.offset < len(payload):
            values.append(reader.read(0))
    except (struct.error, IndexError) as error:
        raise RtmpError("AMF0 value is cut off") from error
    return values


def encode_values(*values: Value) -> bytes:
    """The values one after the other, as a command carries them."""
    return b"".join(map(_encode, values))


class _Reader:
    def __init__(self, payload: bytes) -> None:
        self.offset = 0
        self._payload = payload
        self._count = 0

    def read(self, depth: int) -> Value:
        self._count += 1
        if depth > MAX_AMF_DEPTH or self._count > MAX_AMF_VALUES:
            raise RtmpError("AMF0 value is too deep or too long")
        marker = self._payload[self.offset]
        self.offset += 1
        if marker == _NUMBER:
            return self._number()
        if marker == _BOOLEAN:
            self.offset += 1
            return self._payload[self.offset - 1] != 0
        if marker == _STRING:
            return self._text(">H")
        if marker in (_LONG_STRING, _XML):
            return self._text(">I")
        if marker in (_NULL, _UNDEFINED, _UNSUPPORTED):
            return None
        if marker in (_OBJECT, _ECMA_ARRAY):
            self.offset += 4 if marker == _ECMA_ARRAY else 0
            return self._object(depth)
        if marker == _STRICT_ARRAY:
            (length,) = struct.unpack_from(">I", self._payload, self.offset)
            self.offset += 4
            return [self.read(depth + 1) for _ in range(length)]
        if marker == _DATE:
            self.offset += 2
            return self._number()
        raise RtmpError(f"AMF0 marker {marker:#04x} is not supported")

    def _number(self) -> float:
        number: float = struct.unpack_from(">d", self._payload, self.offset)[0]
        self.offset += 8
        return number

    def _text(self, length_format: str) -> str:
        (length,) = struct.unpack_from(length_format, self._payload, self.offset)
        start = self.offset + struct.calcsize(length_format)
        self.offset = start + length
        if self.offset > len(self._payload):
            raise RtmpError("AMF0 text is cut off")
        return self._payload[start : self.offset].decode("utf-8", "replace")

    def _object(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while True:
            name = self._text(">H")
            if self._payload[self.offset] == _OBJECT_END:
                self.offset += 1
                return found
            found[name] = self.read(depth + 1)


def _encode(value: Value) -> bytes:
    if value is None:
        return bytes([_NULL])
    if isinstance(value, bool):
        return bytes([_BOOLEAN, value])
    if isinstance(value, int | float):
        return struct.pack(">Bd", _NUMBER, value)
    if isinstance(value, str):
        return bytes([_STRING]) + _encode_name(value)
    if isinstance(value, Mapping):
        members = b"".join(_encode_name(name) + _encode(member) for name, member in value.items())
        return bytes([_OBJECT]) + members + bytes([0, 0, _OBJECT_END])
    return struct.pack(">BI", _STRICT_ARRAY, len(value)) + b"".join(map(_encode, value))


def _encode_name(name: str) -> bytes:
    raw = name.encode()[:0xFFFF]
    return struct.pack(">H", len(raw)) + raw
