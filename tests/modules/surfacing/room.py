"""A room on air in which things are said, and the workers that decide in it."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import httpx
from prometheus_client import REGISTRY
from tests.live.stage import Stage, envelope_of, relay

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import FeaturedMoment, RoomMoved, RoomState
from xiaodian.infra.broker import Broker
from xiaodian.infra.work import Consumer, decode_batch
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live import handlers as live_handlers
from xiaodian.modules.surfacing import handlers
from xiaodian.modules.surfacing.service.run_rooms import run_rooms

PATIENCE_S = 30.0
KINDS = ("transcript", "comment", "bag", "host_cue", "stock", "bag_click", "viewers", "flash_sale", "purchase")
HEARD = ("surfacing-clicks", "live-products", "live-stock")


def taken(kind: str) -> float:
    """How many signals of this kind engines of this process have taken."""
    return REGISTRY.get_sample_value("xiaodian_surfacing_signals_total", {"kind": kind}) or 0.0


class Room:
    """What a test of surfacing needs of its room."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.host: httpx.AsyncClient = stage.host
        self.path = f"/api/rooms/{stage.room_id}"
        self._workers: list[asyncio.Task[None]] = []
        self._taken_before: dict[str, float] = {kind: taken(kind) for kind in KINDS}

    async def go_on_air(self) -> None:
        """With a full bag."""
        await self.stage.fill_bag()
        await self.stage.go_on_air()
        await self.follow()

    async def follow(self) -> None:
        """Surfacing hears that the room moved."""
        moved = RoomMoved(
            room_id=self.stage.room_id,
            host_id=self.stage.host_id,
            shop_id=self.stage.shop_id,
            state=RoomState.ON_AIR,
            at_ms=to_epoch_ms(utc_now()),
        )
        await self.react("surfacing-rooms", [envelope_of(moved)])

    async def react(self, durable: str, envelopes: list[Any]) -> None:
        """Hand events to a reaction of surfacing."""
        reactions = {consumer.durable: consumer for consumer in handlers.consumers(self.stage.ctx)}
        await reactions[durable].handle(envelopes)

    async def choose(self, mode: str) -> None:
        """The host chooses who puts cards up."""
        answer = await self.host.put(f"{self.path}/surfacing", json={"mode": mode})
        assert answer.status_code == 204, answer.text

    async def work(self) -> asyncio.Task[None]:
        """A worker begins; it holds the room, or waits for it."""
        task = asyncio.create_task(run_rooms(self.stage.ctx))
        self._workers.append(task)
        await asyncio.sleep(0)
        return task

    async def decide(self, mode: str) -> asyncio.Task[None]:
        """Choose, and wait until a worker's engine listens."""
        await self.choose(mode)
        worker = await self.work()
        await self.held()
        return worker

    def hear_events(self) -> None:
        """From now on events go through JetStream to whoever reacts to them, as in a worker process."""
        ctx = self.stage.ctx
        for consumer in (*handlers.consumers(ctx), *live_handlers.consumers(ctx)):
            if consumer.durable in HEARD:
                self._workers.append(asyncio.create_task(self._consume(consumer)))

    async def _consume(self, consumer: Consumer) -> None:
        async def _handle(messages: Any) -> None:
            await consumer.handle(decode_batch(messages))
            await relay(self.stage.ctx)

        await self.stage.ctx.broker.consume_events(consumer.durable, consumer.event_types, _handle)

    async def held(self, by_another_than: object = None) -> object:
        """Who decides in the room, once somebody does (another than this)."""

        async def _holder() -> object:
            async with self.stage.ctx.database.connection() as connection:
                holder = await connection.fetchval(
                    "SELECT holder FROM surfacing.room_mode WHERE room_id = $1 AND held_until > clock_timestamp()",
                    self.stage.room_id,
                )
            return holder if holder != by_another_than else None

        return await self.until(_holder)

    async def say(self, text: str, **more: Any) -> httpx.Response:
        """The host says something that ends now."""
        line = {"text": text, "end_ms": to_epoch_ms(utc_now()), **more}
        answer = await self.host.post(f"{self.path}/transcript", json={"lines": [line]})
        assert answer.status_code == 200, answer.text
        return answer

    async def see(self) -> Any:
        """What the host's console shows."""
        answer = await self.host.get(f"{self.path}/surfacing")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def featured(self) -> list[FeaturedMoment]:
        """The cards that came up so far."""
        return [moment for moment in await self.stage.told() if isinstance(moment, FeaturedMoment)]

    async def until_featured(self, count: int) -> list[FeaturedMoment]:
        """The cards, once there are so many."""

        async def _enough() -> list[FeaturedMoment] | None:
            found = await self.featured()
            return found if len(found) >= count else None

        found = await self.until(_enough)
        assert isinstance(found, list)
        return found

    async def decisions(self) -> list[str]:
        """What became of all that the engine decided, in order."""
        async with self.stage.ctx.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT outcome FROM surfacing.decision WHERE room_id = $1 ORDER BY made_at", self.stage.room_id
            )
        return [row["outcome"] for row in rows]

    async def until(self, look: Callable[[], Any]) -> Any:
        """What this answers, once it answers something."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if found := await look():
                    return found
                await asyncio.sleep(0.02)

    async def until_taken(self, kind: str, count: int = 1) -> None:
        """So many signals of a kind have gone through engines, and what they decided was carried out."""

        async def _taken() -> bool:
            return taken(kind) >= self._taken_before.get(kind, 0) + count

        await self.until(_taken)

    def taken_since(self, kind: str) -> int:
        """How many signals of a kind engines have taken since the room began."""
        return round(taken(kind) - self._taken_before.get(kind, 0))

    async def close(self) -> None:
        """Stop all workers."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def kill(self, worker: asyncio.Task[None]) -> None:
        """A worker dies without giving anything back."""
        broker: Broker = self.stage.ctx.broker
        async with self.stage.ctx.database.connection() as connection:
            row = await connection.fetchrow(
                "SELECT holder, held_until FROM surfacing.room_mode WHERE room_id = $1", self.stage.room_id
            )
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
        assert row is not None
        async with self.stage.ctx.database.transaction() as connection:
            await connection.execute(
                "UPDATE surfacing.room_mode SET holder = $2, held_until = $3 WHERE room_id = $1",
                self.stage.room_id,
                row["holder"],
                row["held_until"],
            )
        assert broker.client.is_connected
        await relay(self.stage.ctx)

    async def comment(self, text: str, by: AccountId | None = None) -> None:
        """A viewer says something."""
        await self.stage.say(text, by)
