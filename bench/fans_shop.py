"""A shop with millions of orders for the benchmark of fans, written straight into the tables by sets."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import asyncpg

from xiaodian.cli.rush.town import seed_buyers
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id

ROOMS = 729
"""One an evening."""
PRODUCTS = 2_000
CHUNK = 250_000
WRITERS = 2
"""Sessions that write at once: one does nothing but wait for its processor."""
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
    CREATE UNLOGGED TABLE {table} AS SELECT id, (row_number() OVER ())::int - 1 AS number FROM ({ids}) AS made
"""
# In the order in which they were paid, as they come in life: their ids follow one another, and so do places in indices.
# Trade grows over two years. A tenth of the buyers makes half of the orders, the best some hundreds of a thousand times
# as many as there are buyers, most a few. Half is bought on show, one show an evening; the rest at any hour.
_DRAWN = """
    CREATE TEMP TABLE bench_drawn AS
    SELECT uuidv7(at - now()) AS order_id, *,
        least((power(one * ({buyers_s} - {few_s}) + {few_s}, 10) - {few})::int, {buyers} - 1) AS buyer
    FROM (
        SELECT least(now() - interval '1 hour', CASE WHEN source < 0.5
            THEN date_trunc('day', now()) + make_interval(days => -room, secs => 3600 * (11 + 3 * hour))
            ELSE now() - (room + hour) * interval '1 day' END) AS at, *
        FROM (
            SELECT ((1 - sqrt(random())) * {rooms})::int AS room, random() AS one,
                (power(random(), 3) * {products})::int AS product, random() AS hour, random() AS source,
                random() AS fate, 1000 + (power(random(), 2) * 40000)::bigint AS minor
            FROM generate_series(1, {orders})
        ) AS made
    ) AS dated ORDER BY at
"""
_ORDERS = """
    INSERT INTO orders.order (shop_id, order_id, checkout_id, serial, number, shop_name, buyer_id, buyer_name, room_id,
        state, currency, subtotal_minor, off_minor, freight_minor, total_minor, recipient, phone, region, detail,
        is_quiet, note, placed_at, expires_at, paid_at, shipped_at, carrier, tracking_number, completes_at, closed_at)
    SELECT $1, order_id, order_id, $2 + row_number() OVER (), '', '', person.id, '小*',
        CASE WHEN source < 0.5 THEN room.id END, CASE WHEN fate < 0.02 THEN 'cancelled' ELSE 'completed' END, 'CNY',
        minor, 0, 0, minor, '', '', '', '', false, '', at, at, at, at, '', '', at, at
    FROM bench_drawn JOIN bench_person AS person ON person.number = buyer
        JOIN bench_room AS room ON room.number = bench_drawn.room
"""
_LINES = """
    INSERT INTO orders.line (shop_id, order_id, line_no, product_id, sku_id, stock_id, title, sku_name, quantity,
        price_minor, amount_minor, category, room_id, video_id, refunded_minor, refunded_quantity)
    SELECT $1, order_id, 0, product.id, product.id, product.id, '', '', 1, minor, minor, 'fresh',
        CASE WHEN source < 0.5 THEN room.id END, CASE WHEN source >= 0.8 THEN room.id END,
        CASE WHEN fate BETWEEN 0.02 AND 0.07 THEN minor WHEN fate BETWEEN 0.07 AND 0.12 THEN minor / 3 ELSE 0 END,
        CASE WHEN fate BETWEEN 0.02 AND 0.07 THEN 1 ELSE 0 END
    FROM bench_drawn JOIN bench_room AS room ON room.number = bench_drawn.room
        JOIN bench_product AS product ON product.number = product
"""


async def seed_shop(database: Connection, url: str, *, orders: int, buyers: int) -> Shop:
    """So many orders of so many people, some of whom never buy; `url` is for further sessions."""
    shop_id, [owner] = new_id(), await seed_buyers(database, 1)
    await _ready(database)
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
    indices = await _drop_indices(database)
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
    starts = iter(range(0, orders, CHUNK))
    await asyncio.gather(*(_write_some(url, shop_id, starts, orders, buyers) for _ in range(WRITERS)))
    left = iter(indices)
    await asyncio.gather(*(_make_some(url, left) for _ in range(WRITERS)))
    await database.execute("ANALYZE orders.order, orders.line", timeout=NO_LIMIT_S)
    return Shop(shop_id, owner.cookie)


async def _ready(database: Connection) -> None:
    await database.execute("SET session_replication_role = replica")
    await database.execute("SET work_mem = '256MB'")


async def _write_some(url: str, shop_id: UUID, starts: Iterator[int], orders: int, buyers: int) -> None:
    """The next portion that nobody has taken, until there is none."""
    database = await asyncpg.connect(url)
    await _ready(database)
    for start in starts:
        await write_orders(database, shop_id, orders=min(CHUNK, orders - start), buyers=buyers, serial=start)
    await database.close()


async def _make_some(url: str, indices: Iterator[str]) -> None:
    """The next index that nobody makes, until there is none."""
    database = await asyncpg.connect(url)
    await database.execute("SET maintenance_work_mem = '256MB'")
    for index in indices:
        await database.execute(index, timeout=NO_LIMIT_S)
    await database.close()


async def write_orders(
    database: Connection, shop_id: UUID, *, orders: int, buyers: int, serial: int, at: str | None = None
) -> list[UUID]:
    """More orders of the same shop, paid over the two years or, if told, at this moment of SQL; answers which."""
    few = 0.005 * buyers
    drawn = _DRAWN.format(
        orders=orders,
        buyers=buyers,
        few=few,
        few_s=few**0.1,
        buyers_s=(buyers + few) ** 0.1,
        rooms=ROOMS,
        products=PRODUCTS,
    )
    await database.execute(drawn, timeout=NO_LIMIT_S)
    if at is not None:
        await database.execute(f"UPDATE bench_drawn SET at = {at}, room = 0, fate = 1")
        await database.execute("UPDATE bench_drawn SET order_id = uuidv7(at - now())")
    await database.execute(_ORDERS, shop_id, serial, timeout=NO_LIMIT_S)
    await database.execute(_LINES, shop_id, timeout=NO_LIMIT_S)
    rows = await database.fetch("SELECT order_id FROM bench_drawn ORDER BY at LIMIT $1", orders if at else 0)
    await database.execute("DROP TABLE bench_drawn")
    return [row["order_id"] for row in rows]


async def _drop_indices(database: Connection) -> list[str]:
    """Indices that no constraint needs, by which writing would take thrice as long.

    Answers how to make them again, those that take longest first.
    """
    rows = await database.fetch("""
        SELECT pg_get_indexdef(indexrelid) AS made, indexrelid::regclass::text AS name FROM pg_index
        WHERE indrelid IN ('accounts.account'::regclass, 'orders.order'::regclass, 'orders.line'::regclass)
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        ORDER BY indrelid <> 'accounts.account'::regclass
    """)
    for row in rows:
        await database.execute(f"DROP INDEX {row['name']}")
    return [row["made"] for row in rows]
