"""A festival run whose processes a test may break: buyers keep ordering, and what was acknowledged is kept book of."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from xiaodian.cli.platform import Platform
from xiaodian.cli.rush.buyers import Checkouts, keep_checkout_id
from xiaodian.cli.rush.load import Tally, load
from xiaodian.cli.rush.promises import Promises, check_promises
from xiaodian.cli.rush.town import Buyer, seed_buyers, seed_shop
from xiaodian.settings import Settings

BUYERS = 200
STOCK = 1_000_000
CONNECTIONS = 16
PATIENCE_S = 60


@asynccontextmanager
async def running(
    database_url: str, nats_url: str, data_dir: Path, processes: tuple[str, ...] = ("http", "worker"), workers: int = 1
) -> AsyncIterator[Platform]:
    """Processes on engines that the test may break, under their supervisor."""
    ports = dict.fromkeys(("http_port", "gateway_port", "publisher_port", "rtmp_port", "worker_port"), 0)
    settings = Settings(
        data_dir=data_dir,
        host="127.0.0.1",
        database_url=database_url,
        nats_url=nats_url,
        http_workers=workers,
        checkouts_per_minute=1_000_000,
        log_level="error",
    )
    stop = asyncio.Event()
    async with Platform(msgspec.structs.replace(settings, **ports), processes) as platform:
        supervisor = asyncio.create_task(platform.supervise(stop))
        yield platform
        stop.set()
        await supervisor


class Rush:
    """Buyers who order again and again, whatever happens in between."""

    def __init__(self, platform: Platform, buyers: list[Buyer], sku_ids: list[UUID]) -> None:
        self._port = platform.settings.http_port
        self._buyers = buyers
        self._sku_ids = sku_ids
        self.tally = Tally(keep=keep_checkout_id)

    @classmethod
    async def start(cls, platform: Platform) -> "Rush":
        """A shop, its goods and its buyers."""
        database = await asyncpg.connect(platform.settings.database_url)
        rush = cls(platform, await seed_buyers(database, BUYERS), await seed_shop(database, [STOCK] * 3))
        await database.close()
        return rush

    @property
    def placed(self) -> int:
        """Orders acknowledged so far."""
        return self.tally.statuses[201]

    async def order(self, count: int) -> None:
        """So many checkouts over all connections; connections that are cut are not opened again."""
        await load([self._port], CONNECTIONS, Checkouts(self._buyers, self._sku_ids, hot=0.6, count=count), self.tally)

    async def order_during(self, fault: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Order without a pause while `fault` happens, and afterwards until hundreds more were acknowledged."""
        happened = asyncio.create_task(fault())
        goal: int | None = None
        async with asyncio.timeout(PATIENCE_S):
            while goal is None or self.placed < goal:
                try:
                    await self.order(200)
                except OSError:
                    # Nobody listens at the moment; nothing tells us when somebody does, but the next attempt.
                    await asyncio.sleep(0.05)
                if happened.done() and goal is None:
                    await happened
                    goal = self.placed + 400

    async def check(self, database_url: str) -> Promises:
        """Every row, when all is over. Some checkouts may be there whose answers were cut off."""
        database = await asyncpg.connect(database_url)
        try:
            return await check_promises(database, self.tally.kept, may_have_more=True)
        finally:
            await database.close()
