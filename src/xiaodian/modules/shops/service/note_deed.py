"""Write into a shop's audit log who did what, in the transaction that does it."""

from collections.abc import Mapping

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id

_INSERT = """
    INSERT INTO shops.deed (shop_id, deed_id, account_id, role, app_id, deed, target, details, done_at)
    VALUES ($1, $2, $3, (SELECT role FROM shops.staff WHERE shop_id = $1 AND account_id = $3), $4, $5, $6, $7, $8)
"""


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
        deed,
        target,
        dict(details or {}),
        utc_now(),
    )
