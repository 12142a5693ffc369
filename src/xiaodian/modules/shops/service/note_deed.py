"""Write into a shop's audit log who did what, in the transaction that does it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id

_INSERT = """
    INSERT INTO shops.deed (shop_id, deed_id, account_id, role, app_id, app_name, deed, target, details, done_at)
    VALUES ($1, $2, $3, (SELECT role FROM shops.staff WHERE shop_id = $1 AND account_id = $3), $4, $5, $6, $7, $8, $9)
"""
# A look by itself is committed without waiting for the disk: a page need not be slower for it. If the machine dies in
# that fifth of a second, so may the line, as the one who looked may never have got the page.
_LOOK = """
    WITH noted AS (
        SELECT done_at FROM shops.deed
        WHERE shop_id = $1 AND target = $7 AND deed = $6 AND account_id = $3 AND done_at > $10
            AND app_id IS NOT DISTINCT FROM $4
        ORDER BY done_at DESC LIMIT 1
    ),
    written AS (
        INSERT INTO shops.deed (shop_id, deed_id, account_id, role, app_id, app_name, deed, target, details, done_at)
        SELECT $1, $2, $3, (SELECT role FROM shops.staff WHERE shop_id = $1 AND account_id = $3), $4, $5, $6, $7, $8, $9
        WHERE NOT EXISTS (SELECT FROM noted)
            AND set_config('synchronous_commit', coalesce($11, current_setting('synchronous_commit')), true) IS NOT NULL
        RETURNING done_at
    )
    SELECT done_at FROM noted UNION ALL SELECT done_at FROM written
"""
LOOK_LASTS = timedelta(hours=1)
MOST_REMEMBERED = 10_000


class Looks:
    """Until when a look is noted already, as this process has read it: pages are looked at again and again."""

    def __init__(self) -> None:
        self._until: dict[tuple[object, ...], datetime] = {}

    def is_noted(self, look: tuple[object, ...], now: datetime) -> bool:
        """Whether it needs no line now."""
        until = self._until.get(look)
        return until is not None and now < until

    def remember(self, look: tuple[object, ...], until: datetime) -> None:
        """It stands in the log."""
        if len(self._until) >= MOST_REMEMBERED:
            self._until.clear()
        self._until[look] = until


_looks = Looks()


async def note_deed(
    connection: Connection,
    caller: Caller,
    shop_id: ShopId,
    *,
    deed: str,
    target: str,
    details: Mapping[str, object] | None = None,
) -> None:
    """The caller did this (`product.edited`) to that (an id; empty for the shop itself).

    Its sentence stands in the message catalogue, area `deeds`, key `deed.<deed>`; `details` fill its placeholders.
    """
    await connection.execute(
        _INSERT,
        shop_id,
        new_id(),
        caller.account_id,
        caller.app_id,
        caller.app_name,
        deed,
        target,
        dict(details or {}),
        utc_now(),
    )


async def note_look(
    connection: Connection,
    caller: Caller,
    shop_id: ShopId,
    *,
    deed: str,
    target: str,
    details: Mapping[str, object] | None = None,
) -> None:
    """The caller has seen this; who looks again within the hour is noted once."""
    now = utc_now()
    look = (shop_id, target, deed, caller.account_id, caller.app_id)
    if _looks.is_noted(look, now):
        return
    is_alone = not connection.is_in_transaction()
    noted_at = await connection.fetchval(
        _LOOK,
        shop_id,
        new_id(),
        caller.account_id,
        caller.app_id,
        caller.app_name,
        deed,
        target,
        dict(details or {}),
        now,
        now - LOOK_LASTS,
        "off" if is_alone else None,
    )
    # What a transaction has written may yet be rolled back.
    if is_alone or noted_at < now:
        _looks.remember(look, noted_at + LOOK_LASTS)
