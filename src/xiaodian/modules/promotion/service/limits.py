"""What accounts have bought under purchase limits. Inside the caller's transaction."""

from collections import Counter
from collections.abc import Collection, Iterable
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection
from xiaodian.modules.promotion.rules import LimitBook

Pair = tuple[UUID, AccountId]

_READ = """
    SELECT limit_id, account_id, quantity FROM promotion.purchase_count
    WHERE (limit_id, account_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
    ORDER BY limit_id, account_id
"""

# In key order, as the rows are locked: then nobody waits for whoever waits for us.
_OPEN = """
    INSERT INTO promotion.purchase_count (limit_id, account_id, quantity)
    SELECT limit_id, account_id, 0 FROM unnest($1::uuid[], $2::uuid[]) AS pair (limit_id, account_id)
    ON CONFLICT DO NOTHING
"""

_CHANGE = """
    UPDATE promotion.purchase_count AS kept SET quantity = kept.quantity + change.quantity
    FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS change (limit_id, account_id, quantity)
    WHERE kept.limit_id = change.limit_id AND kept.account_id = change.account_id
"""


async def open_limit_book(connection: Connection, pairs: Collection[Pair], *, lock: bool) -> LimitBook:
    """How much was bought by these accounts under these limits.

    With `lock`, held in key order until the transaction ends, so that what is counted can be written.
    """
    if not pairs:
        return LimitBook({})
    keys = sorted(set(pairs))
    columns = [limit_id for limit_id, _ in keys], [account_id for _, account_id in keys]
    if lock:
        await connection.execute(_OPEN, *columns)
    rows = await connection.fetch(_READ + "FOR UPDATE" if lock else _READ, *columns)
    return LimitBook(dict.fromkeys(keys, 0) | {(row["limit_id"], row["account_id"]): row["quantity"] for row in rows})


async def write_purchases(connection: Connection, book: LimitBook) -> None:
    """Write what was counted in a book that this transaction opened locked."""
    await _change(connection, book.counted)


async def release_purchases(connection: Connection, purchases: Iterable[tuple[UUID, AccountId, int]]) -> None:
    """These pieces (limit, account, quantity) count no more: they were not paid, or all of the order was given back.

    The caller holds the orders locked, so that nothing is released twice.
    """
    released: Counter[Pair] = Counter()
    for limit_id, account_id, quantity in purchases:
        released[limit_id, account_id] -= quantity
    if not released:
        return
    keys = sorted(released)
    await connection.fetch(_READ + "FOR UPDATE", [key[0] for key in keys], [key[1] for key in keys])
    await _change(connection, released)


async def _change(connection: Connection, changes: Counter[Pair]) -> None:
    if changes:
        await connection.execute(
            _CHANGE,
            [limit_id for limit_id, _ in changes],
            [account_id for _, account_id in changes],
            list(changes.values()),
        )
