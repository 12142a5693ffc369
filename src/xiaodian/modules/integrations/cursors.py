"""Cursors: where a list goes on, sealed so that only what was made here, for this list and shop, is taken."""

import base64
import binascii
import hashlib
from uuid import UUID

from xiaodian.infra.database import Database
from xiaodian.modules.integrations.errors import BadCursorError

SEAL_BYTES = 8
ID_BYTES = 16


class Cursors:
    """Seals and reads cursors. One per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key: bytes | None = None

    async def seal(self, scope: str, last_id: UUID) -> str:
        """A cursor that goes on after this row; `scope` names shop, list and filters."""
        return seal_cursor(await self._get_key(), scope, last_id)

    async def read(self, scope: str, cursor: str) -> UUID:
        """The row after which to go on. Raises BadCursorError."""
        return read_cursor(await self._get_key(), scope, cursor)

    async def _get_key(self) -> bytes:
        if self._key is None:
            async with self._database.connection() as connection:
                key: UUID = await connection.fetchval("SELECT key FROM integrations.cursor_key")
            self._key = key.bytes
        return self._key


def seal_cursor(key: bytes, scope: str, last_id: UUID) -> str:
    """An opaque text for the row."""
    return base64.urlsafe_b64encode(last_id.bytes + _seal(key, scope, last_id.bytes)).decode()


def read_cursor(key: bytes, scope: str, cursor: str) -> UUID:
    """The row that a cursor stands for. Raises BadCursorError."""
    try:
        content = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadCursorError(field="cursor") from error
    position, seal = content[:ID_BYTES], content[ID_BYTES:]
    if len(position) != ID_BYTES or seal != _seal(key, scope, position):
        raise BadCursorError(field="cursor")
    return UUID(bytes=position)


def _seal(key: bytes, scope: str, position: bytes) -> bytes:
    return hashlib.blake2b(position + scope.encode(), key=key, digest_size=SEAL_BYTES).digest()
