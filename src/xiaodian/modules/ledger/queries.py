"""Reads of the ledger.

A balance is the newest fitting checkpoint and the entries numbered after it. A checkpoint fits a past moment if all of
its entries were posted by then; entries after it are picked by their own time. So the answer is exact whatever the
order in which transactions committed, and however clocks went.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.ledger import AccountEntry, PostedTransfer
from xiaodian.infra.database import Connection

_BALANCES = """
    SELECT wanted.account, (coalesce(past.balance_minor, 0) + coalesce(recent.amount_minor, 0))::bigint AS balance_minor
    FROM unnest($1::text[]) AS wanted (account)
    LEFT JOIN LATERAL (
        SELECT c.entry_id, c.balance_minor FROM ledger.checkpoint AS c
        WHERE c.account = wanted.account AND c.currency = $2 AND ($3::timestamptz IS NULL OR c.through_at <= $3)
        ORDER BY c.entry_id DESC LIMIT 1
    ) AS past ON true
    LEFT JOIN LATERAL (
        SELECT sum(e.amount_minor) AS amount_minor FROM ledger.entry AS e
        WHERE e.account = wanted.account AND e.entry_id > coalesce(past.entry_id, 0)
            AND e.currency = $2 AND ($3::timestamptz IS NULL OR e.posted_at <= $3)
    ) AS recent ON true
"""

# Where a period begins in an account: all entries up to the newest checkpoint before it are older.
_BEGINNING = """
    coalesce((
        SELECT c.entry_id FROM ledger.checkpoint AS c
        WHERE c.account = $1 AND c.currency = $2 AND c.through_at < $3 ORDER BY c.entry_id DESC LIMIT 1
    ), 0)
"""

_TRANSFER = "t.transfer_id, t.kind, t.currency, t.reference, t.reverses_id, t.posted_at"
_AMOUNTS = """
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(account, amount_minor) AS amounts FROM (
            SELECT e.account, sum(e.amount_minor) AS amount_minor FROM ledger.entry AS e
            WHERE e.transfer_id = t.transfer_id GROUP BY e.account
        ) AS of_account
    ) AS sides
"""


async def get_balance(connection: Connection, account: str, currency: str, at: datetime | None = None) -> int:
    """The sum of an account's entries in minor units, up to and including `at` (now if None); 0 if it has none."""
    return (await get_balances(connection, [account], currency, at))[account]


async def get_balances(
    connection: Connection, accounts: Collection[str], currency: str, at: datetime | None = None
) -> dict[str, int]:
    """The balances of several accounts in one look."""
    rows = await connection.fetch(_BALANCES, list(accounts), currency, at)
    return {row["account"]: row["balance_minor"] for row in rows}


async def list_entries(
    connection: Connection,
    account: str,
    currency: str,
    *,
    start: datetime,
    end: datetime,
    kind: str | None = None,
    after: int = 0,
    limit: int,
) -> list[AccountEntry]:
    """What came and went in [start, end), the oldest first, of one kind or all; `after` is the number of the last entry
    already seen.
    """
    rows = await connection.fetch(
        f"""
        SELECT e.entry_id, e.transfer_id, t.kind, t.reference, e.amount_minor, e.currency, e.posted_at
        FROM ledger.entry AS e JOIN ledger.transfer AS t USING (transfer_id)
        WHERE e.account = $1 AND e.currency = $2 AND e.posted_at >= $3 AND e.posted_at < $4
            AND e.entry_id > greatest($5, {_BEGINNING}) AND ($7::text IS NULL OR t.kind = $7)
        ORDER BY e.entry_id LIMIT $6
        """,
        account,
        currency,
        start,
        end,
        after,
        limit,
        kind,
    )
    return [AccountEntry(**row) for row in rows]


async def sum_by_kind(
    connection: Connection, account: str, currency: str, start: datetime, end: datetime
) -> dict[str, int]:
    """What each kind of transfer brought to an account in [start, end)."""
    rows = await connection.fetch(
        f"""
        SELECT t.kind, sum(e.amount_minor)::bigint AS amount_minor
        FROM ledger.entry AS e JOIN ledger.transfer AS t USING (transfer_id)
        WHERE e.account = $1 AND e.currency = $2 AND e.posted_at >= $3 AND e.posted_at < $4
            AND e.entry_id > {_BEGINNING}
        GROUP BY t.kind
        """,
        account,
        currency,
        start,
        end,
    )
    return {row["kind"]: row["amount_minor"] for row in rows}


async def list_transfers(
    connection: Connection,
    kinds: Sequence[str],
    start: datetime,
    end: datetime,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[PostedTransfer]:
    """Transfers of these kinds posted in [start, end), the oldest first, after the one of this time and id."""
    after_at, after_id = after or (start, UUID(int=0))
    rows = await connection.fetch(
        f"""
        SELECT {_TRANSFER}, sides.amounts FROM (
            SELECT {_TRANSFER} FROM ledger.transfer AS t
            WHERE t.posted_at >= $4 AND t.posted_at < $3 AND t.kind = ANY($1::text[])
                AND t.posted_at >= $2 AND (t.posted_at, t.transfer_id) > ($4, $5)
            ORDER BY t.posted_at, t.transfer_id LIMIT $6
        ) AS t {_AMOUNTS} ORDER BY t.posted_at, t.transfer_id
        """,
        list(kinds),
        start,
        end,
        after_at,
        after_id,
        limit,
    )
    return [PostedTransfer(**row) for row in rows]


async def list_transfers_of(
    connection: Connection, references: Collection[str], kinds: Sequence[str]
) -> list[PostedTransfer]:
    """Transfers of these kinds that belong to one of these references, the oldest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_TRANSFER}, sides.amounts FROM ledger.transfer AS t {_AMOUNTS}
        WHERE t.reference = ANY($1::text[]) AND t.kind = ANY($2::text[]) ORDER BY t.posted_at, t.transfer_id
        """,
        list(references),
        list(kinds),
    )
    return [PostedTransfer(**row) for row in rows]
