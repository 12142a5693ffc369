"""What live keeps of a person."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection


async def is_host(connection: Connection, account_id: AccountId) -> bool:
    """Whether rooms are in the account's name."""
    found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM live.room WHERE host_id = $1)", account_id)
    return found
