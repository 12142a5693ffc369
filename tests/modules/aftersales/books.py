"""What must hold between orders, after-sales, settlements, payouts and the ledger, whatever happened."""

from tests.modules.orders.books import check_books

from xiaodian.contracts.accounting import escrow_account
from xiaodian.contracts.orders import OrderId
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import api as orders

# What each owner was given by settlements, gave back, and had sent to the bank, against the ledger.
WRONG_BALANCES = """
    WITH expected AS (
        SELECT 'shop:' || shop_id AS account, shop_minor - back_shop_minor AS amount_minor FROM settlement.settlement
        UNION ALL SELECT 'shop:' || shop_id, deposit_minor FROM settlement.claw_back
        UNION ALL SELECT 'deposit:' || shop_id, -deposit_minor FROM settlement.claw_back
        UNION ALL SELECT 'platform:fees', fee_minor - back_fee_minor FROM settlement.settlement
        UNION ALL SELECT 'creator:' || creator_id, commission_minor - back_commission_minor FROM settlement.share
            WHERE creator_id IS NOT NULL
        UNION ALL SELECT 'service:' || provider_id, service_minor - back_service_minor FROM settlement.share
            WHERE provider_id IS NOT NULL
        UNION ALL SELECT kind || ':' || owner_id, -amount_minor FROM settlement.payout
            WHERE state NOT IN ('rejected', 'failed')
        UNION ALL SELECT 'payout:' || payout_id, amount_minor FROM settlement.payout
            WHERE state IN ('requested', 'released', 'in_batch')
        UNION ALL SELECT 'bank', amount_minor FROM settlement.payout WHERE state = 'paid'
        UNION ALL SELECT account, amount_minor FROM ledger.entry JOIN ledger.transfer USING (transfer_id)
            WHERE kind IN ('deposit', 'deposit_withdrawn')
    ), wanted AS (
        SELECT account, sum(amount_minor) AS amount_minor FROM expected GROUP BY account
    ), found AS (
        SELECT account, sum(amount_minor) AS amount_minor FROM ledger.entry
        WHERE account ~ '^(shop|deposit|creator|service|payout):' OR account IN ('platform:fees', 'bank')
        GROUP BY account
    )
    SELECT account, found.amount_minor AS found, wanted.amount_minor AS wanted
    FROM found FULL JOIN wanted USING (account)
    WHERE coalesce(found.amount_minor, 0) <> coalesce(wanted.amount_minor, 0)
"""

# Only what goes back to a buyer after settlement may leave a debt, and never one in a deposit.
DEBTS = """
    SELECT * FROM (
        SELECT account, kind, amount_minor,
            sum(amount_minor) OVER (PARTITION BY account, e.currency ORDER BY entry_id) AS balance_minor
        FROM ledger.entry AS e JOIN ledger.transfer USING (transfer_id)
        WHERE account ~ '^(shop|deposit|creator|service|payout|escrow|refunds):'
    ) AS running
    WHERE balance_minor < 0 AND amount_minor < 0 AND NOT (kind = 'claw_back' AND account ~ '^(shop|creator|service):')
"""

# A shop gets into debt only once its deposit is used up.
SPARED_DEPOSITS = """
    SELECT shop_id, deposit_minor FROM settlement.claw_back AS c
    WHERE (SELECT balance_minor FROM (
        SELECT transfer_id, sum(amount_minor) OVER (ORDER BY entry_id) AS balance_minor
        FROM ledger.entry WHERE account = 'shop:' || c.shop_id
    ) AS of_shop WHERE of_shop.transfer_id = c.transfer_id) < 0 AND (
        SELECT coalesce(sum(amount_minor), 0) FROM ledger.entry WHERE account = 'deposit:' || c.shop_id
            AND entry_id <= (SELECT max(entry_id) FROM ledger.entry WHERE transfer_id = c.transfer_id)
    ) > 0
"""

OVERPAID = """
    SELECT kind, owner_id, sum(amount_minor) AS paid, earned FROM settlement.payout AS p CROSS JOIN LATERAL (
        SELECT coalesce(sum(e.amount_minor), 0) AS earned FROM ledger.entry AS e JOIN ledger.transfer AS t
            USING (transfer_id)
        WHERE account = p.kind || ':' || p.owner_id AND t.kind IN ('settle', 'draw_on_deposit')
    ) AS of_ledger
    WHERE state NOT IN ('rejected', 'failed') GROUP BY kind, owner_id, earned HAVING sum(amount_minor) > earned
"""

WRONG_HOLDS = """
    SELECT number, holds, open FROM orders.order AS o CROSS JOIN LATERAL (
        SELECT count(*) AS open FROM aftersales.after_sale AS a WHERE a.order_id = o.order_id
            AND state NOT IN ('refunding', 'refunded', 'exchanged', 'closed')
    ) AS of_after_sales WHERE holds <> open
"""

SETTLED_TOO_SOON = """
    SELECT number, a.after_sale_id, a.state FROM settlement.settlement AS s
        JOIN aftersales.after_sale AS a USING (shop_id, order_id)
    WHERE a.opened_at < s.settled_at AND NOT EXISTS (
        SELECT FROM aftersales.event AS e WHERE (e.shop_id, e.after_sale_id) = (a.shop_id, a.after_sale_id)
            AND e.state IN ('refunding', 'refunded', 'exchanged', 'closed') AND e.happened_at <= s.settled_at
    )
"""

# Each after-sale gave back what it says, once, or nothing if it did not come to that.
WRONG_REFUNDS = """
    SELECT a.after_sale_id, a.state, goods_minor, freight_minor, r.amount_minor FROM aftersales.after_sale AS a
        LEFT JOIN payments.refund AS r ON r.refund_id = a.after_sale_id
    WHERE coalesce(r.amount_minor, 0)
            <> CASE WHEN a.state IN ('refunding', 'refunded') THEN goods_minor + freight_minor ELSE 0 END
        OR (a.state = 'refunded' AND r.state <> 'succeeded')
"""

WITH_MONEY = """
    SELECT order_id, paid_at IS NOT NULL AND settlement_id IS NULL AS has_money
    FROM orders.order LEFT JOIN settlement.settlement USING (shop_id, order_id)
"""

# After all is done.
OPEN_ACCOUNTS = """
    SELECT account, sum(amount_minor) FROM ledger.entry
    WHERE account LIKE 'escrow:%' OR account LIKE 'refunds:%' OR account LIKE 'payout:%'
    GROUP BY account HAVING sum(amount_minor) <> 0
"""

OPEN_ROWS = """
    SELECT 'order' AS what, number AS name, state FROM orders.order
        WHERE state NOT IN ('completed', 'cancelled') OR holds <> 0
    UNION ALL SELECT 'not settled', number, state FROM orders.order AS o WHERE state = 'completed'
        AND NOT EXISTS (SELECT FROM settlement.settlement AS s WHERE s.order_id = o.order_id)
    UNION ALL SELECT 'due', order_id::text, problem FROM settlement.due
    UNION ALL SELECT 'after-sale', after_sale_id::text, state FROM aftersales.after_sale WHERE ended_at IS NULL
    UNION ALL SELECT 'refund', refund_id::text, state FROM payments.refund WHERE state <> 'succeeded'
    UNION ALL SELECT 'payout', payout_id::text, state FROM settlement.payout
        WHERE state IN ('requested', 'released', 'in_batch')
    UNION ALL SELECT 'charge', charge_id::text, state FROM payments.charge
        WHERE state <> 'captured' AND charge_id IN (SELECT charge_id FROM payments.sandbox_charge
            WHERE state = 'captured')
    UNION ALL SELECT 'stock', stock_id::text, reserved::text FROM catalog.stock WHERE reserved <> 0
"""

CHECKS = {
    "owners whose balance is not what settlements, claw-backs and payouts say": WRONG_BALANCES,
    "accounts in debt without a claw-back": DEBTS,
    "shops in debt beside a deposit": SPARED_DEPOSITS,
    "owners who were paid more than they earned": OVERPAID,
    "orders held by more or fewer after-sales than are open": WRONG_HOLDS,
    "orders settled while an after-sale was open": SETTLED_TOO_SOON,
    "after-sales that gave back something else than they say": WRONG_REFUNDS,
}


async def check_all_books(connection: Connection) -> None:
    """Raises AssertionError that shows what breaks a rule."""
    await check_books(connection)
    await _check_rows(connection, CHECKS)
    assert await ledger.find_faults(connection) == []
    assert await catalog.check_stock(connection) == []
    await _check_escrows(connection)


async def list_open(connection: Connection) -> list[str]:
    """What still waits for somebody, and accounts that hold money for the time being."""
    return [str(dict(row)) for query in (OPEN_ACCOUNTS, OPEN_ROWS) for row in await connection.fetch(query)]


async def _check_rows(connection: Connection, checks: dict[str, str]) -> None:
    for what, query in checks.items():
        rows = await connection.fetch(query)
        assert not rows, (what, [dict(row) for row in rows])


async def _check_escrows(connection: Connection) -> None:
    rows = await connection.fetch(WITH_MONEY)
    has_money: dict[OrderId, bool] = {OrderId(row["order_id"]): row["has_money"] for row in rows}
    found = await orders.find_orders(connection, has_money)
    balances = await ledger.get_balances(connection, [escrow_account(one) for one in found], "CNY")
    wanted = {
        escrow_account(order.order_id): order.escrow_minor if has_money[order.order_id] else 0
        for order in found.values()
    }
    assert balances == wanted
