"""Secrets of an app: shown once; two at a time, so that one takes over from the other without a gap."""

from uuid import UUID

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.apps import TooManySecretsError
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts.api import hash_token
from xiaodian.modules.apps import queries
from xiaodian.modules.apps.queries import OwnApp, Secret
from xiaodian.modules.apps.rules import MAX_SECRETS
from xiaodian.modules.apps.service.register_app import lock_app
from xiaodian.modules.apps.tokens import CLIENT_SECRET_PREFIX, ENDING_CHARS, new_secret


async def add_secret(ctx: Context, caller: Caller, app_id: UUID) -> tuple[Secret, str]:
    """A new secret of one's app, and its text. Raises NotFoundError, InvalidInputError, TooManySecretsError."""
    async with ctx.database.transaction() as connection:
        app = await lock_app(connection, caller.account_id, app_id)
        if app.is_public:
            raise InvalidInputError(field="app_id", reason="public_app")
        return await insert_secret(connection, app)


async def end_secret(ctx: Context, caller: Caller, app_id: UUID, secret_id: UUID) -> None:
    """From now on nobody gets in with it; tokens bought with it live on. Raises NotFoundError."""
    async with ctx.database.transaction() as connection:
        await lock_app(connection, caller.account_id, app_id)
        await delete_secret(connection, app_id, secret_id)


async def insert_secret(connection: Connection, app: OwnApp) -> tuple[Secret, str]:
    """A new secret of a locked app. Raises TooManySecretsError."""
    present = (await queries.list_secrets(connection, [app.app_id]))[app.app_id]
    if len(present) >= MAX_SECRETS:
        raise TooManySecretsError(limit=MAX_SECRETS)
    text = new_secret(CLIENT_SECRET_PREFIX)
    await connection.execute(
        "INSERT INTO apps.secret (secret_id, app_id, secret_hash, ending) VALUES ($1, $2, $3, $4)",
        new_id(),
        app.app_id,
        hash_token(text),
        text[-ENDING_CHARS:],
    )
    return (await queries.list_secrets(connection, [app.app_id]))[app.app_id][0], text


async def delete_secret(connection: Connection, app_id: UUID, secret_id: UUID) -> None:
    """End a secret of a locked app. Raises NotFoundError."""
    status: str = await connection.execute(
        "DELETE FROM apps.secret WHERE app_id = $1 AND secret_id = $2", app_id, secret_id
    )
    if status == "DELETE 0":
        raise NotFoundError
