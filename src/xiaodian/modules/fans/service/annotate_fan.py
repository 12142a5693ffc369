"""What staff write down about a fan."""

from collections.abc import Sequence

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.text import BadTextError, clean_line
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans import queries
from xiaodian.modules.fans.wire import MOST_NOTES, TAG_CHARS, FanNote
from xiaodian.modules.shops import api as shops


async def add_note(
    database: Database, caller: Caller, shop_id: ShopId, account_id: AccountId, text: str
) -> list[FanNote]:
    """Write a note; answers all of them. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    words = text.strip()
    if not words:
        raise InvalidInputError(field="text", reason="empty")
    async with database.transaction() as connection:
        name = await _lock(connection, caller, shop_id, account_id)
        if len(await queries.list_notes(connection, shop_id, account_id)) >= MOST_NOTES:
            raise InvalidInputError(field="text", reason="too_many", limit=MOST_NOTES)
        await connection.execute(
            "INSERT INTO fans.note VALUES ($1, $2, $3, $4, $5, $6, $7)",
            shop_id,
            account_id,
            new_id(),
            caller.account_id,
            caller.display_name,
            words,
            utc_now(),
        )
        await shops.note_deed(
            connection, caller, shop_id, deed="fan.noted", target=str(account_id), details={"name": name}
        )
        return await queries.list_notes(connection, shop_id, account_id)


async def set_tags(
    database: Database, caller: Caller, shop_id: ShopId, account_id: AccountId, tags: Sequence[str]
) -> list[str]:
    """The fan has these tags from now on. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    wanted = sorted({_clean(tag) for tag in tags})
    async with database.transaction() as connection:
        name = await _lock(connection, caller, shop_id, account_id)
        await connection.execute("DELETE FROM fans.tag WHERE shop_id = $1 AND account_id = $2", shop_id, account_id)
        await connection.execute("INSERT INTO fans.tag SELECT $1, $2, unnest($3::text[])", shop_id, account_id, wanted)
        await shops.note_deed(
            connection, caller, shop_id, deed="fan.tagged", target=str(account_id), details={"name": name}
        )
    return wanted


async def _lock(connection: Connection, caller: Caller, shop_id: ShopId, account_id: AccountId) -> str:
    """The name of a fan of the shop, held until the transaction ends."""
    await shops.require_right(connection, caller, shop_id, Scope.FANS_WRITE)
    found = await connection.fetchval(
        "SELECT true FROM fans.fan WHERE shop_id = $1 AND account_id = $2 FOR NO KEY UPDATE", shop_id, account_id
    )
    if not found:
        raise NotFoundError
    people = await accounts.get_accounts(connection, [account_id])
    return people[account_id].display_name if account_id in people else ""


def _clean(tag: str) -> str:
    try:
        return clean_line(tag, max_chars=TAG_CHARS)
    except BadTextError as error:
        raise InvalidInputError(field="tags", reason=error.reason) from error
