"""What live keeps of a person."""

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.infra.database import Connection


async def is_host(connection: Connection, account_id: AccountId) -> bool:
    """Whether rooms are in the account's name."""
    found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM live.room WHERE host_id = $1)", account_id)
    return found


async def erase(connection: Connection, erased: AccountErased) -> None:
    """Where the account was muted, and what of it is pinned, is forgotten."""
    await connection.execute("DELETE FROM live.mute WHERE account_id = $1", erased.account_id)
