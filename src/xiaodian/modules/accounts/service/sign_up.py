"""Sign up."""

from xiaodian.contracts.accounts import AccountCreated, AccountId, SignInTakenError
from xiaodian.contracts.risk import Limit
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import queries
from xiaodian.modules.accounts.passwords import hash_password
from xiaodian.modules.accounts.queries import Member
from xiaodian.modules.accounts.rules import DISPLAY_NAME_MAX_CHARS, require_line, require_password, require_sign_in
from xiaodian.modules.accounts.service.open_session import open_session
from xiaodian.modules.risk import api as risk

HOUR_S = 3600.0


async def sign_up(ctx: Context, *, sign_in: str, password: str, display_name: str, network: str) -> tuple[Member, str]:
    """Create an account and sign it in; answers it and the session's secret. `network` is where the client is.

    Raises InvalidInputError, SignInTakenError, TooManyRequestsError.
    """
    name = require_sign_in(sign_in)
    clean_password = require_password(password)
    shown = require_line("display_name", display_name, DISPLAY_NAME_MAX_CHARS)
    limit = Limit(name="sign_up", burst=ctx.settings.sign_ups_per_hour, period_s=HOUR_S)
    await risk.take(ctx.database, limit, network)
    async with ctx.database.connection() as connection:
        if await queries.find_credential(connection, name):
            raise SignInTakenError(field="sign_in")
    password_hash = await hash_password(clean_password)
    member = Member(
        account_id=AccountId(new_id()), sign_in=name, display_name=shown, avatar_url=None, is_operator=False
    )
    async with ctx.database.transaction() as connection:
        await _insert(connection, member, password_hash)
        token = await open_session(connection, member.account_id, ctx.settings.session_days)
        await outbox.emit(connection, AccountCreated(account_id=member.account_id, display_name=shown))
    await ctx.broker.poke("outbox")
    return member, token


async def _insert(connection: Connection, member: Member, password_hash: str) -> None:
    status: str = await connection.execute(
        """
        INSERT INTO accounts.account (account_id, sign_in, password_hash, display_name) VALUES ($1, $2, $3, $4)
        ON CONFLICT (sign_in) DO NOTHING
        """,
        member.account_id,
        member.sign_in,
        password_hash,
        member.display_name,
    )
    if status == "INSERT 0 0":
        raise SignInTakenError(field="sign_in")
