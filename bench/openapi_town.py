"""A shop with very many orders for the benchmark of the open API, written straight into the tables by sets."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from xiaodian.cli.rush.town import seed_buyers
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id

SKUS = 2_000
PRODUCTS = 1_000
BUYERS = 20_000
CHUNK = 50_000
DAYS = 365


class OpenShop(NamedTuple):
    """The shop, the cookie of its owner's session, and its SKUs."""

    shop_id: UUID
    owner_cookie: str
    sku_ids: list[UUID]


_PRODUCTS = """
    INSERT INTO catalog.product (product_id, shop_id, title, description, picture_urls, state, currency, created_at,
        changed_at)
    SELECT uuidv7(), $1, '丹东草莓 ' || n, '当天采摘', '{/media/pictures/a.webp}', 'on_sale', 'CNY', now(), now()
    FROM generate_series(1, $2) AS n
"""
_SKUS = """
    INSERT INTO catalog.sku (sku_id, product_id, shop_id, position, name, price_minor)
    SELECT uuidv7(), product_id, shop_id, n, n + 1 || '斤装', 2990
    FROM catalog.product, generate_series(0, $2 - 1) AS n WHERE shop_id = $1
"""
_STOCK = """
    WITH made AS (
        INSERT INTO catalog.stock (stock_id, sku_id, on_hand)
        SELECT sku_id, sku_id, 100000 FROM catalog.sku WHERE shop_id = $1 RETURNING stock_id
    )
    INSERT INTO catalog.stock_journal (shop_id, journal_id, sku_id, stock_id, changed_at, changed_by, available_to,
        delta, kind)
    SELECT $1, uuidv7(), stock_id, stock_id, now(), $2, 100000, 100000, 'opening' FROM made
"""
# Of a hundred orders 1 waits to be paid, 2 to be shipped, 3 travel, 88 are completed, 6 were cancelled.
_ORDERS = """
    INSERT INTO orders.order (
        shop_id, order_id, checkout_id, serial, number, shop_name, buyer_id, buyer_name, state, currency,
        subtotal_minor, off_minor, freight_minor, total_minor, recipient, phone, region, detail, is_quiet, note,
        placed_at, expires_at, paid_at, shipped_at, carrier, tracking_number, completes_at, closed_at
    )
    SELECT $1, order_id, order_id, $5 + n, 'B' || ($5 + n), 'bench', buyer.account_id, '小*', state, 'CNY', 2990, 0, 0,
        2990, '李小丹', '13800000001', '辽宁省 丹东市', '江城大街 1 号', false, '', placed_at,
        placed_at + interval '15 minutes',
        CASE WHEN state <> 'pending_payment' THEN placed_at + interval '1 minute' END,
        CASE WHEN is_shipped THEN placed_at + interval '1 day' END,
        CASE WHEN is_shipped THEN '顺丰速运' END,
        CASE WHEN is_shipped THEN 'SF' || (1000000000 + $5 + n) END,
        CASE WHEN is_shipped THEN placed_at + interval '10 days' END,
        CASE WHEN state IN ('completed', 'cancelled') THEN placed_at + interval '9 days' END
    FROM (
        SELECT n, state, placed_at, state IN ('shipped', 'completed') AS is_shipped,
            uuidv7(placed_at - now()) AS order_id, ($5 + n) % $6::int AS buyer_number
        FROM (
            SELECT n, now() - ($4::int - $5::int - n) * $3::interval AS placed_at, CASE
                WHEN n % 100 < 1 AND $4 - $5 - n < 1000 THEN 'pending_payment' WHEN n % 100 < 3 THEN 'paid'
                WHEN n % 100 < 6 THEN 'shipped' WHEN n % 100 < 12 THEN 'cancelled' ELSE 'completed'
            END AS state
            FROM generate_series(1, $2::int) AS n
        ) AS drawn
    ) AS made JOIN bench_buyer AS buyer ON buyer.number = made.buyer_number
"""
_LINES = """
    INSERT INTO orders.line (shop_id, order_id, line_no, product_id, sku_id, stock_id, title, sku_name, quantity,
        price_minor, amount_minor)
    SELECT shop_id, order_id, 0, $3, $4, $4, '丹东草莓', '3斤装', 1, 2990, 2990
    FROM orders.order WHERE shop_id = $1 AND serial > $2
"""
_MOVES = """
    INSERT INTO orders.move (shop_id, order_id, move_id, deed, state, moved_at, role)
    SELECT shop_id, order_id, uuidv7(), 'pay', 'paid', paid_at, 'provider'
    FROM orders.order WHERE shop_id = $1 AND serial > $2 AND paid_at IS NOT NULL
"""


async def seed_open_shop(database: Connection, orders: int) -> OpenShop:
    """A shop with so many orders of a year."""
    [owner] = await seed_buyers(database, 1)
    shop_id, owner_id = new_id(), owner.account_id
    await _seed_people(database, shop_id, owner_id)
    await database.execute(_PRODUCTS, shop_id, PRODUCTS)
    await database.execute(_SKUS, shop_id, SKUS // PRODUCTS)
    await database.execute(_STOCK, shop_id, owner_id)
    rows = await database.fetch("SELECT sku_id, product_id FROM catalog.sku WHERE shop_id = $1", shop_id)
    apart = timedelta(days=DAYS) / orders
    for start in range(0, orders, CHUNK):
        count = min(CHUNK, orders - start)
        await database.execute(_ORDERS, shop_id, count, apart, orders, start, BUYERS)
        await database.execute(_LINES, shop_id, start, rows[0]["product_id"], rows[0]["sku_id"])
        await database.execute(_MOVES, shop_id, start)
    await database.execute("VACUUM ANALYZE")
    return OpenShop(shop_id, owner.cookie, [row["sku_id"] for row in rows])


async def _seed_people(database: Connection, shop_id: UUID, owner_id: UUID) -> None:
    await database.execute(
        "INSERT INTO shops.shop (shop_id, owner_id, name, name_key) VALUES ($1, $2, 'bench', 'bench')",
        shop_id,
        owner_id,
    )
    await database.execute(
        "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'owner')", shop_id, owner_id
    )
    await database.execute(
        "CREATE TEMP TABLE bench_buyer AS SELECT n AS number, uuidv7() AS account_id"
        f" FROM generate_series(0, {BUYERS - 1}) AS n"
    )
    await database.execute("ANALYZE bench_buyer")
