"""ClickHouse: a server over HTTP, or the embedded engine `chdb` for trying it out and for tests."""

import asyncio
import functools
import importlib
import threading
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import httpx
import msgspec

from xiaodian.contracts.base import UnavailableError

TIMEOUT_S = 60.0
RETRY_AFTER_S = 5
EMBEDDED = "chdb:"
TABLES = (
    # Ids are texts: in a text they sort as they do in PostgreSQL, as UUIDs they would not. Of an order the row with the
    # highest version counts.
    """
    CREATE TABLE IF NOT EXISTS fan_purchase (
        shop_id String, account_id String, order_id String, paid_at DateTime64(6, 'UTC'), day Date,
        is_counted Bool, gmv_minor Int64, returned_minor Int64, room_id String, version UInt64
    ) ENGINE = ReplacingMergeTree(version) ORDER BY (shop_id, account_id, order_id)
    """,
    """
    CREATE TABLE IF NOT EXISTS fan_known (shop_id String, account_id String)
    ENGINE = ReplacingMergeTree ORDER BY (shop_id, account_id)
    """,
)
NAMES = ("fan_purchase", "fan_known")
_FORGET = "DELETE FROM {name} WHERE account_id = '{account_id}'"
_OPTIONS = "prefer_column_name_to_alias = 1, output_format_json_quote_64bit_integers = 0"


class Warehouse(Protocol):
    """Where facts are kept by columns."""

    async def ask(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a SELECT. Raises UnavailableError."""

    async def put(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Add rows; when it returns they are stored. Raises UnavailableError."""

    async def forget(self, account_id: UUID) -> None:
        """No row names this account any more. Raises UnavailableError."""


def _rows(answer: bytes) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in answer.splitlines() if line]


def _insert(table: str, rows: Sequence[dict[str, Any]]) -> bytes:
    head = f"INSERT INTO {table} SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow\n"
    return head.encode() + b"\n".join(map(msgspec.json.encode, rows))


class Server:
    """A ClickHouse server; user, password and database stand in its address."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url, self._transport = httpx.URL(url), transport
        self._is_ready = False

    async def ask(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a SELECT. Raises UnavailableError."""
        await self._prepare()
        return _rows(await self._send(f"{sql} SETTINGS {_OPTIONS} FORMAT JSONEachRow".encode()))

    async def put(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Add rows. Raises UnavailableError."""
        await self._prepare()
        await self._send(_insert(table, rows))

    async def forget(self, account_id: UUID) -> None:
        """No row names this account any more. Raises UnavailableError."""
        await self._prepare()
        for name in NAMES:
            await self._send(_FORGET.format(name=name, account_id=account_id).encode())

    async def _prepare(self) -> None:
        if not self._is_ready:
            for table in TABLES:
                await self._send(table.encode())
            self._is_ready = True

    async def _send(self, statement: bytes) -> bytes:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, transport=self._transport) as client:
                answer = await client.post(self._url, content=statement)
                answer.raise_for_status()
        except httpx.HTTPError as error:
            raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error
        return answer.content


class Embedded:
    """The engine within this process, with its files in a folder (`chdb:folder`); one process at a time may have it."""

    def __init__(self, url: str) -> None:
        chdb: Any = importlib.import_module("chdb.session")  # An extra, and a large one.
        self._session = chdb.Session(url.removeprefix(EMBEDDED) or None)
        self._lock = threading.Lock()
        for table in TABLES:
            self.run(table)

    async def ask(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a SELECT."""
        return _rows(await asyncio.to_thread(self.run, f"{sql} SETTINGS {_OPTIONS}", "JSONEachRow"))

    async def put(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Add rows."""
        await asyncio.to_thread(self.run, _insert(table, rows).decode())

    async def forget(self, account_id: UUID) -> None:
        """No row names this account any more."""
        for name in NAMES:
            await asyncio.to_thread(self.run, _FORGET.format(name=name, account_id=account_id))

    def close(self) -> None:
        """Let go of the folder."""
        self._session.close()

    def run(self, sql: str, form: str = "CSV") -> bytes:
        """One statement; what it answers."""
        with self._lock:
            answer: bytes = self._session.query(sql, form).bytes()
            return answer


@functools.cache
def open_warehouse(url: str) -> Warehouse:
    """By its address: `http://user:password@host:8123/?database=name`, or `chdb:folder`."""
    return Embedded(url) if url.startswith(EMBEDDED) else Server(url)
