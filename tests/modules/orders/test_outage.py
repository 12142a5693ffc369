"""PostgreSQL goes away and comes back while orders are placed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.modules.orders.market import Buyer, Market

from xiaodian.infra.embedded.postgres import VOLATILE_SETTINGS, EmbeddedPostgres
from xiaodian.infra.migrations import upgrade_database
from xiaodian.settings import Settings


@pytest.fixture
async def postgres(data_dir: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A server of the test's own, which it may stop."""
    server = await asyncio.to_thread(EmbeddedPostgres.start, data_dir / "postgres", VOLATILE_SETTINGS)
    yield server
    await asyncio.to_thread(server.stop)


@pytest.fixture
async def settings(settings: Settings, postgres: EmbeddedPostgres) -> Settings:
    """Settings with the test's own server."""
    await asyncio.to_thread(upgrade_database, postgres.url())
    return msgspec.structs.replace(settings, database_url=postgres.url(), session_cache_s=600)


async def checkout_until_answered(buyer: Buyer, sku_id: object, asked_again: asyncio.Event) -> httpx.Response:
    """As a good client: the same request with the same key again when told to wait."""
    key = uuid4().hex
    while True:
        answer = await buyer.checkout([(sku_id, 1)], key=key)  # type: ignore[list-item]
        if answer.status_code != 503:
            return answer
        assert answer.json()["code"] == "unavailable"
        asked_again.set()
        await asyncio.sleep(int(answer.headers["retry-after"]) / 10)


async def test_while_the_database_is_away_buyers_are_told_to_come_back_and_then_get_one_order(
    market: Market, postgres: EmbeddedPostgres
) -> None:
    sku_id, buyer = await market.sku(stock=1000), await market.buyer()
    await buyer.order(sku_id)
    await asyncio.to_thread(postgres.stop)
    away = asyncio.Event()
    waiting = [asyncio.create_task(checkout_until_answered(buyer, sku_id, away)) for _ in range(20)]
    await asyncio.wait_for(away.wait(), 30)
    await asyncio.to_thread(postgres.ensure_running)
    answers = await asyncio.wait_for(asyncio.gather(*waiting), 60)
    assert {answer.status_code for answer in answers} == {201}
    assert await market.stock(sku_id) == (1000, 21, 0)
    assert await market.count("orders.order") == 21


async def test_a_restart_of_the_database_under_load_loses_and_doubles_no_order(
    market: Market, postgres: EmbeddedPostgres
) -> None:
    sku_id, buyer = await market.sku(stock=1000), await market.buyer()
    restarted = asyncio.Event()

    async def _buy() -> list[str]:
        placed: list[str] = []
        while not restarted.is_set() or len(placed) < 5:
            answer = await checkout_until_answered(buyer, sku_id, asyncio.Event())
            assert answer.status_code == 201, answer.text
            placed.append(answer.json()["orders"][0]["order_id"])
            if len(placed) == 40:
                break
        return placed

    buying = [asyncio.create_task(_buy()) for _ in range(8)]
    await asyncio.to_thread(postgres.restart)
    restarted.set()
    order_ids = [order_id for placed in await asyncio.wait_for(asyncio.gather(*buying), 60) for order_id in placed]
    assert await market.stock(sku_id) == (1000, len(order_ids), 0)
    async with market.ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT order_id FROM orders.order")
    assert sorted(str(row["order_id"]) for row in rows) == sorted(order_ids)
