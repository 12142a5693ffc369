"""What accounts keep of a person."""

import unicodedata
from typing import Any

from xiaodian.contracts.accounts import AccountId, WrongPasswordError
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts.passwords import verify_password
from xiaodian.modules.risk import api as risk

TRIES = Limit(name="password_again", burst=5, period_s=60.0)
_PARTS = {
    "addresses": "SELECT recipient, phone, region, detail, is_default FROM accounts.address WHERE account_id = $1",
    "notices": "SELECT kind, params::text, link, read_at FROM accounts.notice WHERE account_id = $1",
    "sessions": "SELECT created_at, expires_at FROM accounts.session WHERE account_id = $1",
    "access_tokens": "SELECT name, scopes, created_at, last_used_at FROM accounts.access_token WHERE account_id = $1",
}


async def export(connection: Connection, account_id: AccountId) -> dict[str, Any]:
    """The account itself and all that hangs on it, but no secrets."""
    row = await connection.fetchrow(
        """
        SELECT account_id, sign_in, display_name, avatar_url, birthday, created_at FROM accounts.account
        WHERE account_id = $1
        """,
        account_id,
    )
    parts = {
        part: [dict(each) for each in await connection.fetch(select, account_id)] for part, select in _PARTS.items()
    }
    return {"account": dict(row) if row else None, **parts}


async def check_password(ctx: Context, account_id: AccountId, password: str) -> None:
    """Whether it is really the account's owner. Raises WrongPasswordError, TooManyRequestsError."""
    await risk.take(ctx.database, TRIES, str(account_id))
    async with ctx.database.connection() as connection:
        password_hash = await connection.fetchval(
            "SELECT password_hash FROM accounts.account WHERE account_id = $1", account_id
        )
    if not await verify_password(password_hash, unicodedata.normalize("NFC", password)):
        raise WrongPasswordError


async def lock_account(connection: Connection, account_id: AccountId) -> None:
    """Nobody else erases or changes it until the transaction ends. Raises NotFoundError."""
    row = await connection.fetchrow("SELECT FROM accounts.account WHERE account_id = $1 FOR UPDATE", account_id)
    if row is None:
        raise NotFoundError
