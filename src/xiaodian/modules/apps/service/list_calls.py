"""What an app did in a shop, call by call."""

from typing import Literal
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.kit.paging import Page, decode_cursor, encode_cursor
from xiaodian.modules.shops import api as shops

MOST_SCANNED = 5_000
"""So many calls a page looks through for those that are wanted; then it ends, with a cursor to go on."""

Outcome = Literal["ok", "refused", "failed"]


class NotedCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it was written down."""

    call_id: UUID
    method: str
    route: str
    status: int
    request_id: str
    duration_us: int


class CallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls are wanted."""

    method: str | None = None
    outcome: Outcome | None = None

    @property
    def is_open(self) -> bool:
        """Whether it lets all through."""
        return self.method is None and self.outcome is None

    def wants(self, call: NotedCall) -> bool:
        """Whether this is one of them."""
        if self.method is not None and call.method != self.method:
            return False
        return self.outcome is None or self.outcome == _outcome(call.status)


async def list_calls(
    ctx: Context,
    caller: Caller,
    shop_id: ShopId,
    app_id: UUID,
    wanted: CallFilter,
    *,
    cursor: str | None,
    limit: int,
) -> Page[NotedCall]:
    """Calls of an app, the newest first; kept for 30 days. Raises NotFoundError, ForbiddenError, BadCursorError."""
    before = decode_cursor(cursor) if cursor else None
    scanned = limit + 1 if wanted.is_open else MOST_SCANNED
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.SHOP_READ)
        rows = await connection.fetch(
            """
            SELECT call_id, method, route, status, request_id, duration_us FROM apps.call
            WHERE shop_id = $1 AND app_id = $2 AND ($3::uuid IS NULL OR call_id < $3) ORDER BY call_id DESC LIMIT $4
            """,
            shop_id,
            app_id,
            before,
            scanned,
        )
    calls = [NotedCall(**row) for row in rows]
    found = [call for call in calls if wanted.wants(call)]
    last = found[limit - 1] if len(found) > limit else calls[-1] if len(calls) == scanned and calls else None
    return Page(items=found[:limit], next_cursor=encode_cursor(last.call_id) if last is not None else None)


def _outcome(status: int) -> Outcome:
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else "ok"
