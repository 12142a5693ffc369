"""Sign in."""

import unicodedata

from xiaodian.contracts.accounts import WrongPasswordError
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.modules.accounts import queries
from xiaodian.modules.accounts.passwords import hash_password, needs_rehash, verify_password
from xiaodian.modules.accounts.queries import Credential, Member
from xiaodian.modules.accounts.rules import normalise_sign_in
from xiaodian.modules.accounts.service.open_session import open_session
from xiaodian.modules.risk import api as risk

MINUTE_S = 60.0
WIDER = 10


async def sign_in(ctx: Context, *, sign_in: str, password: str, network: str) -> tuple[Member, str]:
    """Check the password and open a session; answers the account and the session's secret.

    An unknown name gives the same answer after the same time as a wrong password. Raises WrongPasswordError,
    TooManyRequestsError.
    """
    name = normalise_sign_in(sign_in)
    await _throttle(ctx, name or "", network)
    credential = None
    if name is not None:
        async with ctx.database.connection() as connection:
            credential = await queries.find_credential(connection, name)
    clean_password = unicodedata.normalize("NFC", password)
    is_right = await verify_password(credential.password_hash if credential else None, clean_password)
    if credential is None or not is_right:
        raise WrongPasswordError
    async with ctx.database.transaction() as connection:
        token = await open_session(connection, credential.account_id, ctx.settings.session_days)
        member = await queries.get_member(connection, credential.account_id)
    if needs_rehash(credential.password_hash):
        await _rehash(ctx, credential, clean_password)
    return member, token


async def _throttle(ctx: Context, name: str, network: str) -> None:
    """Spend a try before any hashing.

    A name is limited per network, so that nobody locks its owner out from elsewhere; many networks together are
    limited more loosely. What a network's own limits refuse does not count against the name.
    """
    tries = ctx.settings.sign_in_attempts_per_minute
    for limit, subject in (
        (Limit(name="sign_in_network", burst=tries * WIDER, period_s=MINUTE_S), network),
        (Limit(name="sign_in_name_network", burst=tries, period_s=MINUTE_S), f"{name} {network}"),
        (Limit(name="sign_in_name", burst=tries * WIDER, period_s=MINUTE_S), name),
    ):
        await risk.take(ctx.database, limit, subject)


async def _rehash(ctx: Context, credential: Credential, password: str) -> None:
    password_hash = await hash_password(password)
    async with ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE accounts.account SET password_hash = $3 WHERE account_id = $1 AND password_hash = $2",
            credential.account_id,
            credential.password_hash,
            password_hash,
        )
