"""The drill against overselling: many buyers, several processes, one SKU with few pieces, and every row looked at."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import httpx
import msgspec

from xiaodian.cli.platform import Platform
from xiaodian.cli.rush.buyers import Checkouts, keep_checkout_id
from xiaodian.cli.rush.load import Tally, load
from xiaodian.cli.rush.promises import Promises, check_promises
from xiaodian.cli.rush.town import Buyer, seed_buyers, seed_shop
from xiaodian.infra.database import Connection
from xiaodian.settings import Settings

PAYERS = 8


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """How hard it shall be."""

    stock: int = 100
    buyers: int = 10_000
    processes: int = 4
    connections: int = 256
    tries: int = 1
    """How often each buyer sends the same request."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    placed: int
    """Checkouts that were acknowledged, each counted once however often it was sent."""
    sold_out: int
    other_answers: dict[int, int]
    """Answers that are neither, by status; retries that came while the first was being decided are 409 too."""
    paid: int
    sold: int
    """Pieces that the stock row says are sold."""
    seconds: float
    promises: Promises

    def holds(self, drill: Drill) -> bool:
        """Whether exactly the stock was sold, and every promise was kept."""
        return (
            self.placed == self.paid == self.sold == min(drill.stock, drill.buyers)
            and not self.other_answers
            and not any(msgspec.structs.astuple(self.promises))
        )


async def run_drill(settings: Settings, drill: Drill) -> Proof:
    """Start the HTTP processes on the engines of these settings, an empty database and let the buyers in."""
    workers = msgspec.structs.replace(settings, http_workers=drill.processes, checkouts_per_minute=1_000_000)
    async with Platform(workers, ("http",)) as platform:
        database = await asyncpg.connect(platform.settings.database_url)
        try:
            return await _drill(platform.settings.http_port, database, drill)
        finally:
            await database.close()


async def _drill(port: int, database: Connection, drill: Drill) -> Proof:
    buyers = await seed_buyers(database, drill.buyers)
    sku_ids = await seed_shop(database, [drill.stock], "drill")
    tally, started = Tally(keep=keep_checkout_id), time.perf_counter()
    requests = Checkouts(buyers, sku_ids, count=drill.buyers, tries=drill.tries)
    await load([port], min(drill.connections, drill.buyers), requests, tally)
    seconds = time.perf_counter() - started
    paid = await _pay_all(port, database, buyers)
    placed = len(dict(tally.kept))
    expected = {201, 409}
    return Proof(
        placed=placed,
        sold_out=drill.buyers - placed if tally.statuses[409] else 0,
        other_answers={status: count for status, count in tally.statuses.items() if status not in expected},
        paid=paid,
        sold=await database.fetchval("SELECT sold FROM catalog.stock WHERE stock_id = $1", sku_ids[0]),
        seconds=seconds,
        promises=await check_promises(database, tally.kept),
    )


async def _pay_all(port: int, database: Connection, buyers: Sequence[Buyer]) -> int:
    """Each buyer pays in the sandbox; answers how many orders were paid."""
    cookies = {buyer.account_id: buyer.cookie for buyer in buyers}
    orders = await database.fetch("SELECT order_id, buyer_id FROM orders.order WHERE state = 'pending_payment'")
    waiting = [(row["order_id"], cookies[row["buyer_id"]]) for row in orders]
    paid: Counter[str] = Counter()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:

        async def _pay_some() -> None:
            while waiting:
                order_id, cookie = waiting.pop()
                paid[await _pay(client, order_id, cookie)] += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(PAYERS):
                group.create_task(_pay_some())
    return paid["captured"]


async def _pay(client: httpx.AsyncClient, order_id: UUID, cookie: str) -> str:
    begun = await client.post(
        "/api/payments",
        json={"order_ids": [str(order_id)], "provider": "sandbox"},
        headers={"cookie": cookie, "idempotency-key": f"pay-{order_id}"},
    )
    begun.raise_for_status()
    done = await client.post(
        f"/api/sandbox/charges/{begun.json()['charge_id']}/decision",
        json={"outcome": "succeed"},
        headers={"cookie": cookie},
    )
    done.raise_for_status()
    return str(done.json()["state"])
