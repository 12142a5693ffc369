"""Promises 1 to 4 of docs/architecture.md, checked over every row."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from xiaodian.infra.database import Connection

CHUNK = 100_000


class Promises(msgspec.Struct, frozen=True, kw_only=True):
    """How often each was broken; all must be 0."""

    oversold: int
    """Pieces in orders that are not cancelled beyond the stock, or by which orders and stock's own counts differ."""
    lost: int
    """Checkouts that were acknowledged and are not there."""
    double: int
    """Requests that, tried again with the same key, placed another checkout; and checkouts that nobody asked for."""
    unbalanced: int
    """Transfers that do not sum to zero, and orders whose escrow is not what was paid and not given back."""


async def check_promises(
    database: Connection, acknowledged: Iterable[tuple[int, bytes]], *, may_have_more: bool = False
) -> Promises:
    """Look at every row. `acknowledged` is each answered request with the id of the checkout it was told.

    With `may_have_more` there may be checkouts whose answer was cut off on its way.
    """
    of_request: dict[int, bytes] = {}
    double = sum(of_request.setdefault(name, checkout_id) != checkout_id for name, checkout_id in acknowledged)
    told = [UUID(checkout_id.decode()) for checkout_id in of_request.values()]
    lost = len(told) - await _count_there(database, told)
    if not may_have_more:
        there = await database.fetchval("SELECT count(DISTINCT checkout_id) FROM orders.order")
        double += int(there) - (len(told) - lost)
    return Promises(
        oversold=await _count_oversold(database), lost=lost, double=double, unbalanced=await _count_unbalanced(database)
    )


async def _count_there(database: Connection, checkout_ids: list[UUID]) -> int:
    found = 0
    for start in range(0, len(checkout_ids), CHUNK):
        found += await database.fetchval(
            """
            SELECT count(DISTINCT checkout_id) FROM orders.order WHERE checkout_id = ANY($1::uuid[])
            """,
            checkout_ids[start : start + CHUNK],
        )
    return found


async def _count_oversold(database: Connection) -> int:
    """Replays the stock journal: what came in is what is there and what was sold; orders agree with both."""
    return int(
        await database.fetchval(
            """
            SELECT coalesce(sum(
                greatest(coalesce(held + spent, 0) - came_in, 0) + abs(coalesce(held, 0) - reserved)
                + abs(coalesce(spent, 0) - sold) + abs(came_in - on_hand - sold)
            ), 0)
            FROM catalog.stock
                JOIN (SELECT stock_id, sum(delta) AS came_in FROM catalog.stock_journal GROUP BY stock_id) AS journal
                    USING (stock_id)
                LEFT JOIN (SELECT stock_id,
                    coalesce(sum(quantity) FILTER (WHERE state = 'pending_payment'), 0) AS held,
                    coalesce(sum(quantity) FILTER (WHERE state NOT IN ('pending_payment', 'cancelled')), 0) AS spent
                    FROM orders.line JOIN orders.order USING (shop_id, order_id) GROUP BY stock_id
                ) AS of_orders USING (stock_id)
            """
        )
    )


async def _count_unbalanced(database: Connection) -> int:
    return int(
        await database.fetchval(
            """
            SELECT
                (SELECT count(*) FROM (
                    SELECT FROM ledger.entry GROUP BY transfer_id, currency HAVING sum(amount_minor) <> 0
                ) AS crooked)
                + (SELECT count(*) FROM orders.order LEFT JOIN (
                    SELECT account, sum(amount_minor) AS held FROM ledger.entry WHERE account LIKE 'escrow:%'
                    GROUP BY account
                ) AS escrow ON account = 'escrow:' || order_id
                WHERE state <> 'completed' AND coalesce(held, 0) <> CASE WHEN state IN ('paid', 'shipped', 'delivered')
                    THEN total_minor + platform_off_minor - refunded_freight_minor - (
                        SELECT coalesce(sum(refunded_minor + refunded_platform_minor), 0) FROM orders.line
                        WHERE (line.shop_id, line.order_id) = ("order".shop_id, "order".order_id)
                    ) ELSE 0 END)
            """
        )
    )
