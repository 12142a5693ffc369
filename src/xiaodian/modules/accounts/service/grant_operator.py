"""Make somebody an operator of the platform, or no longer; only the command line does."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts.rules import normalise_sign_in


async def find_account_of(connection: Connection, sign_in: str) -> AccountId:
    """The account with this phone number or e-mail. Raises NotFoundError."""
    account_id: AccountId | None = await connection.fetchval(
        "SELECT account_id FROM accounts.account WHERE sign_in = $1", normalise_sign_in(sign_in)
    )
    if account_id is None:
        raise NotFoundError
    return account_id


async def grant_operator(connection: Connection, account_id: AccountId) -> None:
    """Make the account an operator; sessions notice within `session_cache_s`. Raises NotFoundError."""
    await _set(connection, account_id, is_operator=True)


async def revoke_operator(connection: Connection, account_id: AccountId) -> None:
    """The account is no operator any more; sessions notice within `session_cache_s`. Raises NotFoundError."""
    await _set(connection, account_id, is_operator=False)


async def _set(connection: Connection, account_id: AccountId, *, is_operator: bool) -> None:
    status: str = await connection.execute(
        "UPDATE accounts.account SET is_operator = $2 WHERE account_id = $1", account_id, is_operator
    )
    if status == "UPDATE 0":
        raise NotFoundError
