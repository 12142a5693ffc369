"""A fan lets messages come to a browser, or no longer."""

from cryptography.hazmat.primitives.asymmetric import ec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.edge.context import Context, Records
from xiaodian.infra.database import Connection
from xiaodian.infra.outbound import check_address
from xiaodian.infra.sealing import Sealer
from xiaodian.kit.clock import utc_now
from xiaodian.modules.outreach.service.push_keys import from_text, get_key, public_text
from xiaodian.modules.outreach.wire import PushInput, PushState

MOST_BROWSERS = 10
AUTH_BYTES = 16

_SAVE = """
    INSERT INTO outreach.push_subscription (endpoint, account_id, receiver_key, auth, since, language)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (endpoint) DO UPDATE SET account_id = excluded.account_id, receiver_key = excluded.receiver_key,
        auth = excluded.auth, since = excluded.since, language = excluded.language
"""
_KEEP_LATEST = """
    DELETE FROM outreach.push_subscription WHERE account_id = $1 AND endpoint NOT IN (
        SELECT endpoint FROM outreach.push_subscription WHERE account_id = $1 ORDER BY since DESC LIMIT $2
    )
"""


async def see_push(records: Records, account_id: AccountId) -> PushState:
    """The platform's public key, and to how many browsers messages go."""
    async with records.database.connection() as connection:
        key = await get_key(connection, Sealer.of(records.settings))
        browsers = await connection.fetchval(
            "SELECT count(*) FROM outreach.push_subscription WHERE account_id = $1", account_id
        )
    return PushState(public_key=public_text(key), browsers=browsers)


async def subscribe(ctx: Context, account_id: AccountId, new: PushInput, language: str) -> None:
    """From now on messages also come to this browser, which has asked the person, in this language. A browser belongs
    to who was the last to say so in it. Raises AddressRefusedError, InvalidInputError.
    """
    await check_address(new.endpoint, allow_private=ctx.settings.outbound_private_addresses, field="endpoint")
    try:
        receiver_key, auth = from_text(new.receiver_key), from_text(new.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver_key)
    except ValueError as error:
        raise InvalidInputError(field="receiver_key", reason="malformed") from error
    if len(auth) != AUTH_BYTES:
        raise InvalidInputError(field="auth", reason="malformed")
    async with ctx.database.transaction() as connection:
        await connection.execute(_SAVE, new.endpoint, account_id, receiver_key, auth, utc_now(), language)
        await connection.execute(_KEEP_LATEST, account_id, MOST_BROWSERS)


async def unsubscribe(connection: Connection, account_id: AccountId, endpoint: str) -> None:
    """No more to this browser; again is fine."""
    await connection.execute(
        "DELETE FROM outreach.push_subscription WHERE endpoint = $1 AND account_id = $2", endpoint, account_id
    )
