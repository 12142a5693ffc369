"""Orders of before the festival, after the upgrade."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from tests.conftest import database_url

import xiaodian.infra.migrations as migrations

BEFORE = "0016"

_ORDER = """
    INSERT INTO orders.order (shop_id, order_id, serial, number, shop_name, buyer_id, buyer_name, state, currency,
        subtotal_minor, off_minor, freight_minor, total_minor, recipient, phone, region, detail, is_quiet, note,
        placed_at, expires_at)
    VALUES ($1, $2, 1, '7K3M-9XQ2', '', $1, '', 'pending_payment', 'CNY', $3, $4, 0,
        $3::bigint - $4::bigint, '', '', '', '', false, '', now(), now())
"""
_LINE = """
    INSERT INTO orders.line (shop_id, order_id, line_no, product_id, sku_id, title, sku_name, quantity, price_minor,
        amount_minor)
    VALUES ($1, $2, $3, $2, $2, '', '', 1, $4, $4)
"""


def upgrade_to(url: str, revision: str) -> None:
    """Run migrations up to one."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations._FOLDER)))
    config.attributes["url"] = url
    command.upgrade(config, revision)


@pytest.fixture
async def url(test_id: str) -> AsyncIterator[str]:
    """A database as it was before the upgrade."""
    admin = await asyncpg.connect(database_url("postgres"))
    await admin.execute(f'CREATE DATABASE "{test_id}" TEMPLATE template0')
    await asyncio.to_thread(upgrade_to, database_url(test_id), BEFORE)
    yield database_url(test_id)
    await admin.execute(f'DROP DATABASE "{test_id}" WITH (FORCE)')
    await admin.close()


async def test_a_coupon_of_then_is_spread_over_the_lines_and_a_retry_still_finds_its_order(url: str) -> None:
    shop_id, order_id, key = uuid4(), uuid4(), ("once", b"0123456789abcdef")
    amounts, off_minor = [1000, 1, 1000, 999], 500
    connection = await asyncpg.connect(url)
    await connection.execute(_ORDER, shop_id, order_id, sum(amounts), off_minor)
    for line_no, amount in enumerate(amounts):
        await connection.execute(_LINE, shop_id, order_id, line_no, amount)
    await connection.execute(
        "INSERT INTO orders.idempotency VALUES ($1, $2, $3, $4, NULL, now())", shop_id, *key, order_id
    )
    await asyncio.to_thread(upgrade_to, url, "head")
    rows = await connection.fetch("SELECT off_minor, stock_id, sku_id FROM orders.line ORDER BY line_no")
    checkout_id = await connection.fetchval("SELECT checkout_id FROM orders.order")
    kept = await connection.fetchval("SELECT checkout_id FROM orders.idempotency")
    await connection.close()
    parts = [row["off_minor"] for row in rows]
    assert sum(parts) == off_minor
    assert all(abs(part - off_minor * amount / sum(amounts)) < 1 for part, amount in zip(parts, amounts, strict=True))
    assert all(row["stock_id"] == row["sku_id"] for row in rows)
    assert checkout_id == kept == order_id
