"""What surfacing knows of a person: which goods they have looked at and bought."""

from xiaodian.contracts.accounts import AccountErased
from xiaodian.infra.database import Connection


async def erase(connection: Connection, erased: AccountErased) -> None:
    """All of it goes."""
    await connection.execute("DELETE FROM surfacing.acquaintance WHERE account_id = $1", erased.account_id)
