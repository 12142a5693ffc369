"""Access tokens for programs that act for an account: an OBS plug-in, a stream deck, an assistant."""

from typing import cast
from uuid import UUID

from xiaodian.contracts.accounts import PERSONAL_SCOPES, AccountId, Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts.errors import LimitReachedError
from xiaodian.modules.accounts.queries import AccessToken
from xiaodian.modules.accounts.rules import MAX_ACCESS_TOKENS, TOKEN_NAME_MAX_CHARS, require_line
from xiaodian.modules.accounts.service.end_callers import CallersEnded, end_callers
from xiaodian.modules.accounts.tokens import hash_token, new_access_token


async def create_access_token(
    ctx: Context, account_id: AccountId, *, name: str, scopes: frozenset[Scope]
) -> tuple[AccessToken, str]:
    """A new token and its secret, which is shown this once. Raises InvalidInputError, LimitReachedError."""
    shown = require_line("name", name, TOKEN_NAME_MAX_CHARS)
    if not scopes <= PERSONAL_SCOPES:
        raise InvalidInputError(field="scopes", reason="not_personal")
    secret = new_access_token()
    token = AccessToken(token_id=new_id(), name=shown, scopes=sorted(scopes), created_at=utc_now(), last_used_at=None)
    async with ctx.database.transaction() as connection:
        await connection.execute("SELECT FROM accounts.account WHERE account_id = $1 FOR NO KEY UPDATE", account_id)
        count = cast(
            "int",
            await connection.fetchval("SELECT count(*) FROM accounts.access_token WHERE account_id = $1", account_id),
        )
        if count >= MAX_ACCESS_TOKENS:
            raise LimitReachedError(limit=MAX_ACCESS_TOKENS)
        await connection.execute(
            """
            INSERT INTO accounts.access_token (token_id, token_hash, account_id, name, scopes, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            token.token_id,
            hash_token(secret),
            account_id,
            shown,
            [scope.value for scope in token.scopes],
            token.created_at,
        )
    return token, secret


async def revoke_access_token(ctx: Context, account_id: AccountId, token_id: UUID) -> None:
    """End a token in every process. Raises NotFoundError."""
    async with ctx.database.connection() as connection:
        token_hash = await connection.fetchval(
            "DELETE FROM accounts.access_token WHERE account_id = $1 AND token_id = $2 RETURNING token_hash",
            account_id,
            token_id,
        )
    if token_hash is None:
        raise NotFoundError
    await end_callers(ctx.broker, CallersEnded(token_hashes=[token_hash]))
