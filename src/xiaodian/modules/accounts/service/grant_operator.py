"""Make somebody an operator of the platform; only the command line does."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.infra.database import Connection


async def grant_operator(connection: Connection, account_id: AccountId) -> None:
    """Make the account an operator; sessions notice within `session_cache_s`. Raises NotFoundError."""
    status: str = await connection.execute(
        "UPDATE accounts.account SET is_operator = true WHERE account_id = $1", account_id
    )
    if status == "UPDATE 0":
        raise NotFoundError
