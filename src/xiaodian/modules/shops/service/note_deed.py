"""Write into a shop's audit log who did what, in the transaction that does it."""

from collections.abc import Mapping
from datetime import timedelta

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id

_INSERT = """
    INSERT INTO shops.deed (shop_id, deed_id, account_id, role, app_id, app_name, deed, target, details, done_at)
    VALUES ($1, $2, $3, (SELECT role FROM shops.staff WHERE shop_id = $1 AND account_id = $3), $4, $5, $6, $7, $8, $9)
"""
_WAS_NOTED = """
    SELECT true FROM shops.deed
    WHERE shop_id = $1 AND target = $2 AND deed = $3 AND account_id = $4 AND done_at > $5
        AND app_id IS NOT DISTINCT FROM $6
    LIMIT 1
"""
LOOK_LASTS = timedelta(hours=1)


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
    since = utc_now() - LOOK_LASTS
    if not await connection.fetchval(_WAS_NOTED, shop_id, target, deed, caller.account_id, since, caller.app_id):
        await note_deed(connection, caller, shop_id, deed=deed, target=target, details=details)
