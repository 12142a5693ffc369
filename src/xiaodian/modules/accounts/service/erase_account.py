"""An account is erased: what names the person goes; who stands for them in shops' books is made up."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountErased, AccountId, Ghost
from xiaodian.contracts.base import Envelope
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.infra.work import Consumer
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id

GHOST_NAME = "已注销用户"
AGAIN_AFTER = timedelta(hours=1)
"""What was on its way when the account was erased has arrived by then, and is forgotten too."""
MOST_AGAIN = 100

_decode = msgspec.json.Decoder(AccountErased).decode
_GHOSTS = """
    INSERT INTO accounts.account (account_id, sign_in, password_hash, display_name)
    SELECT ghost, 'erased:' || ghost, '', $2 FROM unnest($1::uuid[]) AS ghost
"""
_TABLES = ("session", "access_token", "address", "notice", "account")
_AGAIN = """
    UPDATE accounts.erased SET ghosts = NULL
    WHERE account_id IN (
        SELECT account_id FROM accounts.erased WHERE ghosts IS NOT NULL AND erased_at <= $1
        ORDER BY erased_at LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING OLD.account_id, OLD.ghosts
"""

Erase = Callable[[Connection, AccountErased], Awaitable[None]]


async def erase_account(connection: Connection, account_id: AccountId, shop_ids: Collection[UUID]) -> AccountErased:
    """In the caller's transaction, which has seen to it that nothing stands in the way: the account is no more.

    Nobody can sign in as a ghost. The event is emitted; the caller forgets callers after the commit.
    """
    ghosts = [Ghost(shop_id=shop_id, account_id=AccountId(new_id())) for shop_id in sorted(shop_ids)]
    for table in _TABLES:
        await connection.execute(f"DELETE FROM accounts.{table} WHERE account_id = $1", account_id)
    await connection.execute(_GHOSTS, [ghost.account_id for ghost in ghosts], GHOST_NAME)
    await connection.execute(
        "INSERT INTO accounts.erased (account_id, erased_at, ghosts) VALUES ($1, $2, $3)",
        account_id,
        utc_now(),
        msgspec.json.encode(ghosts).decode(),
    )
    event = AccountErased(account_id=account_id, ghosts=ghosts)
    await outbox.emit(connection, event)
    return event


async def tell_again(database: Database, now: datetime) -> int:
    """Tell of accounts that were erased a while ago once more, and forget who stands for them; answers how many."""
    async with database.transaction() as connection:
        rows = await connection.fetch(_AGAIN, now - AGAIN_AFTER, MOST_AGAIN)
        events = [
            AccountErased(account_id=row["account_id"], ghosts=msgspec.json.decode(row["ghosts"], type=list[Ghost]))
            for row in rows
        ]
        if events:
            await outbox.emit(connection, *events)
    return len(events)


def on_erasure(ctx: Context, module: str, erase: Erase) -> Consumer:
    """A module's reaction to erased accounts. `erase` does no harm when it comes again, so there is no inbox."""

    async def _erase(envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            async with ctx.database.transaction() as connection:
                await erase(connection, _decode(envelope.data))

    return Consumer(durable=f"{module}-erased", event_types=("AccountErased",), handle=_erase)
