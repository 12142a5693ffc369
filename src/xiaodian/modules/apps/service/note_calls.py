"""Every call of an app is written down, behind the request's back: in batches, from a queue that has an end."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.apps import AppId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.infra.logging import get_logger
from xiaodian.kit.clock import utc_now
from xiaodian.modules.apps.service.call_days import day_of, ensure_days

WRITE_EVERY_S = 0.5
MAX_WAITING = 10_000
MAX_BATCH = 1_000

_INSERT_CALLS = """
    INSERT INTO apps.call (shop_id, app_id, call_id, method, route, status, request_id, duration_us)
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::integer[])
"""
# In the order of keys, so that processes which count at once wait for each other and not in a circle.
_ADD_USAGE = """
    INSERT INTO apps.usage AS usage (shop_id, app_id, day, calls, refused, dropped, last_at)
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::date[], $4::bigint[], $5::bigint[], $6::bigint[], $7::timestamptz[])
    ORDER BY 1, 2, 3
    ON CONFLICT (shop_id, app_id, day) DO UPDATE SET
        calls = usage.calls + excluded.calls,
        refused = usage.refused + excluded.refused,
        dropped = usage.dropped + excluded.dropped,
        last_at = greatest(usage.last_at, excluded.last_at)
"""

log = get_logger(__name__)


class Call(NamedTuple):
    """A call of the open API."""

    call_id: UUID
    shop_id: ShopId
    app_id: AppId
    method: str
    route: str
    """The template; empty if the path is none of ours."""
    status: int
    request_id: str
    duration_us: int


class CallLog:
    """The queue of one process. Whoever notes a call never waits; what does not fit is counted."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Call] = deque()
        self._dropped: Counter[tuple[ShopId, AppId]] = Counter()
        self._known_days: set[date] = set()
        self._writer: asyncio.Task[None] | None = None

    def note(self, call: Call) -> None:
        """Put a call into the queue, or count it as dropped."""
        if len(self._waiting) >= MAX_WAITING:
            self._dropped[call.shop_id, call.app_id] += 1
        else:
            self._waiting.append(call)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write_soon())

    async def flush(self) -> None:
        """Write all that waits. Raises UnavailableError; then it goes on waiting."""
        while self._waiting or self._dropped:
            batch = [self._waiting[index] for index in range(min(MAX_BATCH, len(self._waiting)))]
            dropped = dict(self._dropped)
            async with self._database.transaction() as connection:
                await self._write(connection, batch, dropped)
            for _ in batch:
                self._waiting.popleft()
            self._dropped.subtract(dropped)
            self._dropped = +self._dropped

    async def close(self) -> None:
        """Write what waits, once; the process ends."""
        if self._writer is not None:
            self._writer.cancel()
        try:
            await self.flush()
        except Exception as error:
            log.warning("calls_not_written", error=type(error).__name__, count=len(self._waiting))

    async def _write_soon(self) -> None:
        """Write until nothing waits, with pauses in which more comes together."""
        while self._waiting or self._dropped:
            await asyncio.sleep(WRITE_EVERY_S)
            try:
                await self.flush()
            except Exception as error:
                log.warning("calls_not_written", error=type(error).__name__, count=len(self._waiting))

    async def _write(
        self, connection: Connection, batch: Sequence[Call], dropped: dict[tuple[ShopId, AppId], int]
    ) -> None:
        days = {day_of(call.call_id) for call in batch} - self._known_days
        if days:
            await ensure_days(connection, sorted(days))
        if batch:
            await connection.execute(_INSERT_CALLS, *_columns(batch))
        await connection.execute(_ADD_USAGE, *_usage(batch, dropped, utc_now()))
        self._known_days |= days


def _columns(batch: Sequence[Call]) -> Iterable[list[object]]:
    names = ("shop_id", "app_id", "call_id", "method", "route", "status", "request_id", "duration_us")
    return [[getattr(call, name) for call in batch] for name in names]


def _usage(batch: Sequence[Call], dropped: dict[tuple[ShopId, AppId], int], now: datetime) -> Iterable[list[object]]:
    """Columns of what is to be added; a dropped call counts as a call of today."""
    calls: Counter[tuple[ShopId, AppId, date]] = Counter()
    refused: Counter[tuple[ShopId, AppId, date]] = Counter()
    lost: Counter[tuple[ShopId, AppId, date]] = Counter()
    for call in batch:
        key = (call.shop_id, call.app_id, day_of(call.call_id))
        calls[key] += 1
        refused[key] += call.status >= 400
    for (shop_id, app_id), count in dropped.items():
        key = (shop_id, app_id, now.date())
        calls[key] += count
        lost[key] += count
    keys = list(calls)
    return [
        [key[0] for key in keys],
        [key[1] for key in keys],
        [key[2] for key in keys],
        [calls[key] for key in keys],
        [refused[key] for key in keys],
        [lost[key] for key in keys],
        [now] * len(keys),
    ]
