"""What a shop's log says of somebody who is no more: that something was done, not to whom."""

from xiaodian.contracts.accounts import AccountErased
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts


async def erase(connection: Connection, erased: AccountErased) -> None:
    """Deeds that were done to the account lose its id, its name and what was said to it. The log only grows otherwise:
    who did what and when stays, and the database sees to it.
    """
    await connection.execute("SET LOCAL xiaodian.erasing = 'on'")
    await connection.execute(
        """
        UPDATE shops.deed SET target = '', details = details || jsonb_build_object('name', $2::text, 'text', '')
        WHERE target = $1
        """,
        str(erased.account_id),
        accounts.GHOST_NAME,
    )
