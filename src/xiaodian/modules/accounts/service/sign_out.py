"""Sign out."""

from xiaodian.edge.context import Context
from xiaodian.modules.accounts.service.end_callers import CallersEnded, end_callers
from xiaodian.modules.accounts.tokens import hash_token


async def sign_out(ctx: Context, token: str) -> None:
    """End a session in every process; one that has ended already is fine."""
    token_hash = hash_token(token)
    async with ctx.database.connection() as connection:
        await connection.execute("DELETE FROM accounts.session WHERE token_hash = $1", token_hash)
    await end_callers(ctx.broker, CallersEnded(token_hashes=[token_hash]))


async def delete_expired_sessions(ctx: Context) -> None:
    """Remove sessions whose time is over."""
    async with ctx.database.connection() as connection:
        await connection.execute("DELETE FROM accounts.session WHERE expires_at < now()")
