"""People by a part of their name."""

from collections.abc import Collection

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection

_IN_NAME = "position(accounts.name_key($1) IN accounts.name_key(display_name)) > 0"


async def list_named(connection: Connection, part: str, limit: int) -> list[AccountId]:
    """Accounts with this part in their name, in no order; fewer than the limit are all."""
    rows = await connection.fetch(
        f"""
        SELECT account_id FROM accounts.account
        WHERE accounts.name_grams(display_name) @> accounts.name_grams($1) AND {_IN_NAME} LIMIT $2
        """,
        part,
        limit,
    )
    return [AccountId(row["account_id"]) for row in rows]


async def filter_named(connection: Connection, account_ids: Collection[AccountId], part: str) -> set[AccountId]:
    """Those of the accounts that have this part in their name."""
    rows = await connection.fetch(
        f"SELECT account_id FROM accounts.account WHERE account_id = ANY($2::uuid[]) AND {_IN_NAME}",
        part,
        list(account_ids),
    )
    return {AccountId(row["account_id"]) for row in rows}
