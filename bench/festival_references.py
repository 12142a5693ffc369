"""What the festival's figures are compared with: bare SQL on the same PostgreSQL, in a database of its own."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg

from xiaodian.cli.rush.town import seed_shop
from xiaodian.infra.migrations import upgrade_database
from xiaodian.kit.ids import new_id

SINGLE_CONNECTIONS = 32
BATCH_CONNECTIONS = 2
BATCH = 200
PLENTY = 100_000_000

_LOCK = "SELECT on_hand - reserved FROM catalog.stock WHERE stock_id = $1 FOR UPDATE"
_RESERVE = "UPDATE catalog.stock SET reserved = reserved + $2 WHERE stock_id = $1"
_ORDERS = """
    INSERT INTO orders.order (shop_id, order_id, checkout_id, serial, number, shop_name, buyer_id, buyer_name, state,
        currency, subtotal_minor, off_minor, freight_minor, total_minor, recipient, phone, region, detail, is_quiet,
        note, placed_at, expires_at)
    SELECT $2, order_id, order_id, serial, serial::text, 'rush', order_id, '小*', 'pending_payment', 'CNY', 2990, 0, 0,
        2990, '李小丹', '13800000001', '辽宁省 丹东市 振兴区', '江城大街 1 号', false, '', now(),
        now() + interval '15 minutes'
    FROM unnest($1::uuid[], $3::bigint[]) AS new (order_id, serial)
"""
_LINES = """
    INSERT INTO orders.line (shop_id, order_id, line_no, product_id, sku_id, stock_id, title, sku_name, quantity,
        price_minor, amount_minor)
    SELECT $2, order_id, 0, $3, $3, $3, '丹东草莓', '1斤装', 1, 2990, 2990 FROM unnest($1::uuid[]) AS new (order_id)
"""
_KEYS = """
    INSERT INTO orders.idempotency (account_id, key, body_hash, checkout_id, created_at)
    SELECT order_id, order_id::text, '\\x00', order_id, now() FROM unnest($1::uuid[]) AS new (order_id)
"""
_OUTBOX = """
    INSERT INTO infra.outbox (message_id, subject, payload)
    SELECT order_id, 'event.OrderPlaced', convert_to(repeat('x', 400), 'UTF8') FROM unnest($1::uuid[]) AS new (order_id)
"""


class Counter:
    """Hands out serial numbers."""

    def __init__(self) -> None:
        self._next = 0

    def take(self, count: int) -> list[int]:
        """The next so many."""
        self._next += count
        return list(range(self._next - count, self._next))


async def measure_single_rows(database_url: str, seconds: float) -> float:
    """Orders a second when each has a transaction of its own and all want one SKU."""
    return await _measure(database_url, seconds, connections=SINGLE_CONNECTIONS, batch=1, reserves=True)


async def measure_batched_inserts(database_url: str, seconds: float) -> float:
    """Orders a second when nothing is decided and 200 are inserted at a time."""
    return await _measure(database_url, seconds, connections=BATCH_CONNECTIONS, batch=BATCH, reserves=False)


async def _measure(database_url: str, seconds: float, *, connections: int, batch: int, reserves: bool) -> float:
    async with _own_database(database_url) as url:
        seeding = await asyncpg.connect(url)
        (sku_id,) = await seed_shop(seeding, [PLENTY])
        await seeding.close()
        counter, shop_id = Counter(), uuid4()
        started = time.perf_counter()

        async def _place_until_over() -> int:
            connection = await asyncpg.connect(url)
            done = 0
            while time.perf_counter() < started + seconds:
                async with connection.transaction():
                    await _place(connection, shop_id, sku_id, counter.take(batch), reserves=reserves)
                done += batch
            await connection.close()
            return done

        placed = sum(await asyncio.gather(*(_place_until_over() for _ in range(connections))))
        return placed / (time.perf_counter() - started)


async def _place(
    connection: "asyncpg.Connection[Any]", shop_id: UUID, sku_id: UUID, serials: list[int], *, reserves: bool
) -> None:
    order_ids = [new_id() for _ in serials]
    if reserves:
        assert await connection.fetchval(_LOCK, sku_id) >= len(serials)
        await connection.execute(_RESERVE, sku_id, len(serials))
    await connection.execute(_ORDERS, order_ids, shop_id, serials)
    await connection.execute(_LINES, order_ids, shop_id, sku_id)
    await connection.execute(_KEYS, order_ids)
    await connection.execute(_OUTBOX, order_ids)


@asynccontextmanager
async def _own_database(database_url: str) -> AsyncIterator[str]:
    name = f"reference_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(database_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = urlunsplit(urlsplit(database_url)._replace(path=f"/{name}"))
    await asyncio.to_thread(upgrade_database, url)
    try:
        yield url
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
