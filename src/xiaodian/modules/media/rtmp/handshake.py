"""The plain RTMP handshake (specification 1.0, section 5.2), server side."""

import os

from xiaodian.modules.media.rtmp.limits import RtmpError

VERSION = 3
RANDOM_BYTES = 1536


class Handshake:
    """Feed it bytes until it is complete; what it did not need stays in `rest`."""

    def __init__(self) -> None:
        self.is_complete = False
        self.rest = b""
        self._buffer = bytearray()
        self._is_answered = False

    def feed(self, data: bytes) -> bytes:
        """Take bytes of the client, answer bytes to send. Raises RtmpError at the first wrong byte."""
        self._buffer += data
        answer = b""
        if self._buffer and self._buffer[0] != VERSION:
            raise RtmpError(f"not RTMP: first byte {self._buffer[0]:#04x}")
        if not self._is_answered and len(self._buffer) > RANDOM_BYTES:
            # Version zero in our S1 tells clients that we do not do the digest of Adobe's own servers.
            challenge = bytes(8) + os.urandom(RANDOM_BYTES - 8)
            answer = bytes([VERSION]) + challenge + bytes(self._buffer[1 : 1 + RANDOM_BYTES])
            self._is_answered = True
        # C2 should echo our challenge; many encoders send other bytes and all servers let them.
        if len(self._buffer) >= 1 + 2 * RANDOM_BYTES:
            self.rest = bytes(self._buffer[1 + 2 * RANDOM_BYTES :])
            self._buffer.clear()
            self.is_complete = True
        return answer
