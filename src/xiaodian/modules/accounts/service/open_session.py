"""A new browser session."""

from datetime import timedelta

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts.rules import MAX_SESSIONS
from xiaodian.modules.accounts.tokens import hash_token, new_session_token


async def open_session(connection: Connection, account_id: AccountId, days: int) -> str:
    """Open a session and answer its secret, which is nowhere else. Beyond the limit the oldest sessions end."""
    token = new_session_token()
    await connection.execute(
        """
        DELETE FROM accounts.session WHERE token_hash IN (
            SELECT token_hash FROM accounts.session WHERE account_id = $1 ORDER BY created_at DESC OFFSET $2)
        """,
        account_id,
        MAX_SESSIONS - 1,
    )
    await connection.execute(
        "INSERT INTO accounts.session (token_hash, account_id, expires_at) VALUES ($1, $2, $3)",
        hash_token(token),
        account_id,
        utc_now() + timedelta(days=days),
    )
    return token
