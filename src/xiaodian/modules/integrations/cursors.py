"""Cursors: where a list goes on, sealed so that only what was made here, for this list and shop, is taken."""

import base64
import binascii
import hashlib
from uuid import UUID

from xiaodian.infra.database import Database
from xiaodian.modules.integrations.errors import BadCursorError

SEAL_BYTES = 8
MAX_CHARS = 400


class Cursors:
    """Seals and reads cursors. One per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key: bytes | None = None

    async def seal(self, scope: str, position: bytes) -> str:
        """A cursor that goes on from there; `scope` names shop, list and filters."""
        return seal_cursor(await self._get_key(), scope, position)

    async def read(self, scope: str, cursor: str) -> bytes:
        """From where to go on. Raises BadCursorError."""
        return read_cursor(await self._get_key(), scope, cursor)

    async def _get_key(self) -> bytes:
        if self._key is None:
            async with self._database.connection() as connection:
                key: UUID = await connection.fetchval("SELECT key FROM integrations.cursor_key")
            self._key = key.bytes
        return self._key


def seal_cursor(key: bytes, scope: str, position: bytes) -> str:
    """An opaque text for the position."""
    return base64.urlsafe_b64encode(_seal(key, scope, position) + position).decode()


def read_cursor(key: bytes, scope: str, cursor: str) -> bytes:
    """The position that a cursor stands for. Raises BadCursorError."""
    if len(cursor) > MAX_CHARS:
        raise BadCursorError(field="cursor")
    try:
        content = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadCursorError(field="cursor") from error
    seal, position = content[:SEAL_BYTES], content[SEAL_BYTES:]
    if seal != _seal(key, scope, position):
        raise BadCursorError(field="cursor")
    return position


def _seal(key: bytes, scope: str, position: bytes) -> bytes:
    return hashlib.blake2b(position + scope.encode(), key=key, digest_size=SEAL_BYTES).digest()
