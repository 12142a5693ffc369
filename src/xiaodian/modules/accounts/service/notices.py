"""An account's inbox: what it should know, until it was read and for a while after."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId, Notice, NoticeKind
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import earliest_id, new_id

KEPT = timedelta(days=90)
FORGET_AT_ONCE = 10_000


class KeptNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A row of accounts.notice."""

    notice_id: UUID
    kind: NoticeKind
    params: dict[str, str]
    link: str
    is_read: bool


async def give_notices(connection: Connection, notices: Sequence[Notice]) -> None:
    """Put notices into their accounts' inboxes, in the caller's transaction; an account that was erased has none."""
    if not notices:
        return
    # Held, so that none of them is erased before this is written: it would fail for all.
    rows = await connection.fetch(
        "SELECT account_id FROM accounts.account WHERE account_id = ANY($1::uuid[]) ORDER BY 1 FOR KEY SHARE",
        list({each.account_id for each in notices}),
    )
    there = {row["account_id"] for row in rows}
    await connection.copy_records_to_table(
        "notice",
        schema_name="accounts",
        columns=["notice_id", "account_id", "kind", "params", "link"],
        records=[
            (new_id(), each.account_id, each.kind.value, each.params, each.link)
            for each in notices
            if each.account_id in there
        ],
    )


async def list_notices(
    connection: Connection, account_id: AccountId, *, before: UUID | None, limit: int
) -> list[KeptNotice]:
    """An account's notices, the newest first."""
    rows = await connection.fetch(
        """
        SELECT notice_id, kind, params, link, read_at IS NOT NULL AS is_read FROM accounts.notice
        WHERE account_id = $1 AND ($2::uuid IS NULL OR notice_id < $2) ORDER BY notice_id DESC LIMIT $3
        """,
        account_id,
        before,
        limit,
    )
    return [KeptNotice(**{**row, "kind": NoticeKind(row["kind"])}) for row in rows]


async def count_unread(connection: Connection, account_id: AccountId) -> int:
    """How many notices of an account were not read yet."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM accounts.notice WHERE account_id = $1 AND read_at IS NULL", account_id
        )
    )


async def mark_read(database: Database, account_id: AccountId, up_to: UUID, *, alone: bool = False) -> bool:
    """What came up to and including this notice was read, or this one alone; answers whether any of it was unread."""
    async with database.connection() as connection:
        status: str = await connection.execute(
            """
            UPDATE accounts.notice SET read_at = now()
            WHERE account_id = $1 AND notice_id <= $2 AND (notice_id = $2 OR NOT $3) AND read_at IS NULL
            """,
            account_id,
            up_to,
            alone,
        )
    return status != "UPDATE 0"


async def forget_notices(database: Database) -> None:
    """What is older than KEPT is thrown away, read or not."""
    oldest = earliest_id(utc_now() - KEPT)
    while True:
        async with database.connection() as connection:
            status: str = await connection.execute(
                """
                DELETE FROM accounts.notice WHERE notice_id IN (
                    SELECT notice_id FROM accounts.notice WHERE notice_id < $1 ORDER BY notice_id LIMIT $2
                )
                """,
                oldest,
                FORGET_AT_ONCE,
            )
        if status != f"DELETE {FORGET_AT_ONCE}":
            return
