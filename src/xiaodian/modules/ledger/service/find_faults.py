"""Look at every row of the ledger for what must never be."""

from xiaodian.contracts.ledger import LedgerFault
from xiaodian.infra.database import Connection
from xiaodian.modules.ledger.queries import get_balances

MOST_FAULTS = 100

_UNBALANCED = """
    SELECT 'unbalanced' AS kind, t.transfer_id::text AS name, coalesce(sum(e.amount_minor), 0)::bigint AS found_minor,
        0::bigint AS wanted_minor
    FROM ledger.transfer AS t LEFT JOIN ledger.entry AS e USING (transfer_id)
    GROUP BY t.transfer_id HAVING coalesce(sum(e.amount_minor), 1) <> 0 LIMIT $1
"""

_MIXED_CURRENCY = """
    SELECT 'mixed_currency' AS kind, t.transfer_id::text AS name,
        e.amount_minor AS found_minor, 0::bigint AS wanted_minor
    FROM ledger.transfer AS t JOIN ledger.entry AS e USING (transfer_id) WHERE e.currency <> t.currency LIMIT $1
"""

# Of each checkpoint the entries since the one before it, so that every entry is added up once.
_CHECKPOINTS = """
    SELECT 'checkpoint' AS kind, c.account AS name, c.balance_minor AS found_minor,
        (c.before_minor + coalesce(recent.amount_minor, 0))::bigint AS wanted_minor
    FROM (
        SELECT account, currency, entry_id, balance_minor, through_at,
            lag(entry_id, 1, 0::bigint) OVER following AS before_id,
            lag(balance_minor, 1, 0::bigint) OVER following AS before_minor
        FROM ledger.checkpoint WINDOW following AS (PARTITION BY account, currency ORDER BY entry_id)
    ) AS c
    CROSS JOIN LATERAL (
        SELECT sum(e.amount_minor) AS amount_minor, max(e.posted_at) AS through_at FROM ledger.entry AS e
        WHERE e.account = c.account AND e.currency = c.currency
            AND e.entry_id > c.before_id AND e.entry_id <= c.entry_id
    ) AS recent
    WHERE c.balance_minor <> c.before_minor + coalesce(recent.amount_minor, 0) OR c.through_at < recent.through_at
    LIMIT $1
"""

_SUMS = """
    SELECT account, currency, sum(amount_minor)::bigint AS amount_minor FROM ledger.entry
    WHERE account IN (SELECT account FROM ledger.checkpoint) GROUP BY account, currency
"""


async def find_faults(connection: Connection) -> list[LedgerFault]:
    """What is wrong in the books: transfers that do not sum to zero, kept sums and balances that are not the entries'.

    Reads the whole ledger; best inside a transaction that sees one moment (REPEATABLE READ).
    """
    faults = [
        LedgerFault(**row)
        for statement in (_UNBALANCED, _MIXED_CURRENCY, _CHECKPOINTS)
        for row in await connection.fetch(statement, MOST_FAULTS)
    ]
    sums: dict[str, dict[str, int]] = {}
    for row in await connection.fetch(_SUMS):
        sums.setdefault(row["currency"], {})[row["account"]] = row["amount_minor"]
    for currency, wanted in sums.items():
        found = await get_balances(connection, wanted, currency)
        faults += [
            LedgerFault(kind="balance", name=account, found_minor=found[account], wanted_minor=wanted[account])
            for account in wanted
            if found[account] != wanted[account]
        ]
    return faults
