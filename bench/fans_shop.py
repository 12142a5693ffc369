"""A shop with millions of orders for the benchmark of fans, written straight into the tables by sets."""

from typing import NamedTuple
from uuid import UUID

from xiaodian.cli.rush.town import seed_buyers
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id

ROOMS = 500
PRODUCTS = 2_000
CHUNK = 500_000
NO_LIMIT_S = 3600.0


class Shop(NamedTuple):
    """The shop, and the cookie of its owner."""

    shop_id: UUID
    cookie: str


_ACCOUNTS = """
    INSERT INTO accounts.account (account_id, sign_in, password_hash, display_name)
    SELECT uuidv7(), 'f' || n || '@example.com', '-', '粉丝' || n FROM generate_series(1, $1::int) AS n
"""
_NUMBERED = """
    CREATE TEMP TABLE {table} AS SELECT id, (row_number() OVER ())::int - 1 AS number FROM ({ids}) AS made
"""
# A few buyers make most of the orders, as do a few rooms and products; trade grows over two years.
_DRAWN = """
    CREATE TEMP TABLE bench_drawn AS
    SELECT uuidv7(at - now()) AS order_id, at, (power(one, 2.5) * $2)::int AS buyer, (power(two, 3) * $3)::int AS room,
        (power(three, 3) * $4)::int AS product, source, fate, 1000 + (money * money * 40000)::bigint AS minor
    FROM (
        SELECT now() - (1 - sqrt(random())) * interval '730 days' AS at, random() AS one, random() AS two,
            random() AS three, random() AS source, random() AS fate, random() AS money
        FROM generate_series(1, $1::int)
    ) AS made
"""
_ORDERS = """
    INSERT INTO orders.order (shop_id, order_id, checkout_id, serial, number, shop_name, buyer_id, buyer_name, room_id,
        state, currency, subtotal_minor, off_minor, freight_minor, total_minor, recipient, phone, region, detail,
        is_quiet, note, placed_at, expires_at, paid_at, shipped_at, carrier, tracking_number, completes_at, closed_at)
    SELECT $1, order_id, order_id, $2 + row_number() OVER (), '', '', person.id, '小*',
        CASE WHEN source < 0.5 THEN room.id END, CASE WHEN fate < 0.02 THEN 'cancelled' ELSE 'completed' END, 'CNY',
        minor, 0, 0, minor, '', '', '', '', false, '', at, at, at, at, '', '', at, at
    FROM bench_drawn JOIN bench_person AS person ON person.number = buyer JOIN bench_room AS room ON room.number = room
"""
_LINES = """
    INSERT INTO orders.line (shop_id, order_id, line_no, product_id, sku_id, stock_id, title, sku_name, quantity,
        price_minor, amount_minor, category, room_id, video_id, refunded_minor, refunded_quantity)
    SELECT $1, order_id, 0, product.id, product.id, product.id, '', '', 1, minor, minor, 'fresh',
        CASE WHEN source < 0.5 THEN room.id END, CASE WHEN source >= 0.8 THEN room.id END,
        CASE WHEN fate BETWEEN 0.02 AND 0.07 THEN minor WHEN fate BETWEEN 0.07 AND 0.12 THEN minor / 3 ELSE 0 END,
        CASE WHEN fate BETWEEN 0.02 AND 0.07 THEN 1 ELSE 0 END
    FROM bench_drawn JOIN bench_room AS room ON room.number = room
        JOIN bench_product AS product ON product.number = product
"""


async def seed_shop(database: Connection, *, orders: int, buyers: int) -> Shop:
    """So many orders of so many people, some of whom never buy."""
    shop_id, [owner] = new_id(), await seed_buyers(database, 1)
    await database.execute("SET session_replication_role = replica")
    await database.execute("SET work_mem = '256MB'")
    name = f"粉丝 {shop_id.hex[-8:]}"
    await database.execute(
        "INSERT INTO shops.shop (shop_id, owner_id, name, name_key) VALUES ($1, $2, $3, $3)",
        shop_id,
        owner.account_id,
        name,
    )
    await database.execute(
        "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'owner') ON CONFLICT DO NOTHING",
        shop_id,
        owner.account_id,
    )
    await database.execute(_ACCOUNTS, buyers, timeout=NO_LIMIT_S)
    people = "SELECT account_id AS id FROM accounts.account WHERE sign_in LIKE 'f%'"
    for table, ids in (
        ("bench_person", people),
        ("bench_room", f"SELECT uuidv7() AS id FROM generate_series(0, {ROOMS})"),
        ("bench_product", f"SELECT uuidv7() AS id FROM generate_series(0, {PRODUCTS})"),
    ):
        await database.execute(_NUMBERED.format(table=table, ids=ids), timeout=NO_LIMIT_S)
        await database.execute(f"CREATE UNIQUE INDEX ON {table} (number)")
        await database.execute(f"ANALYZE {table}")
    for start in range(0, orders, CHUNK):
        count = min(CHUNK, orders - start)
        drawn = _DRAWN
        for number, value in enumerate((count, buyers - 1, ROOMS, PRODUCTS), 1):
            drawn = drawn.replace(f"${number}", str(value))
        await database.execute(drawn, timeout=NO_LIMIT_S)
        await database.execute(_ORDERS, shop_id, start, timeout=NO_LIMIT_S)
        await database.execute(_LINES, shop_id, timeout=NO_LIMIT_S)
        await database.execute("DROP TABLE bench_drawn")
    await database.execute("ANALYZE", timeout=NO_LIMIT_S)
    return Shop(shop_id, owner.cookie)
