"""Change how an account shows itself."""

from msgspec import UNSET, UnsetType

from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context
from xiaodian.modules.accounts import queries
from xiaodian.modules.accounts.queries import Member
from xiaodian.modules.accounts.rules import DISPLAY_NAME_MAX_CHARS, require_line, require_month_day, require_own_picture
from xiaodian.modules.accounts.service.end_callers import CallersEnded, end_callers


async def change_profile(
    ctx: Context,
    account_id: AccountId,
    *,
    display_name: str | UnsetType = UNSET,
    avatar_url: str | UnsetType | None = UNSET,
    birthday: str | UnsetType | None = UNSET,
) -> Member:
    """Change what is given; every process knows the new name at once. Raises InvalidInputError."""
    name = None if display_name is UNSET else require_line("display_name", display_name, DISPLAY_NAME_MAX_CHARS)
    avatar = require_own_picture("avatar_url", avatar_url) if isinstance(avatar_url, str) else None
    born_on = require_month_day("birthday", birthday) if isinstance(birthday, str) else None
    async with ctx.database.transaction() as connection:
        await connection.execute(
            """
            UPDATE accounts.account
            SET display_name = coalesce($2, display_name), avatar_url = CASE WHEN $3 THEN $4 ELSE avatar_url END,
                birthday = CASE WHEN $5 THEN $6 ELSE birthday END
            WHERE account_id = $1
            """,
            account_id,
            name,
            avatar_url is not UNSET,
            avatar,
            birthday is not UNSET,
            born_on,
        )
        member = await queries.get_member(connection, account_id)
    await end_callers(ctx.broker, CallersEnded(account_id=account_id))
    return member
