"""Surfacing on its whole way: from what happens in a room to its card in the room's log, in a real worker.

    python bench/surfacing_live.py [--quick] [--seconds N]

Starts embedded PostgreSQL and NATS, an API process and a worker, and puts one room on air. 50 signals a second:
comments and purchases into the room's log, clicks as the events that pages make, a line of speech every two seconds by
the API. Every 14 s the host turns to another product. The same is done once with the room in `manual`, where nobody
decides.

live_signal_to_cue_p50_ms, live_signal_to_cue_p99_ms
                             from the sending of the line to its card in the room's log; budget 1000
live_cues                    cards that came up, of live_turns
live_room_core_percent       CPU time of the worker above that of an idle one, as percent of a core
live_surfacing_core_percent  the same above a worker with the same traffic and the room in `manual`; budget 2
"""

import argparse
import asyncio
import random
import tempfile
import time
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import psutil
import uvloop
from nats.aio.msg import Msg

from xiaodian.cli.platform import Platform
from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.insights import Behaviour, BehaviourKind, BehaviourReported
from xiaodian.contracts.live import AnyMoment, CommentId, CommentMoment, FeaturedMoment, PurchaseMoment, RoomId
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.logging import configure_logging
from xiaodian.kit.ids import new_id
from xiaodian.settings import Settings

SIGNALS_PER_S = 50
TURN_EVERY_S = 14.0
IDLE_S = 10.0
LINE_EVERY_S = 2.0
SETTLE_S = 4.0
TITLES = ("丹东草莓", "五常大米", "烟台苹果", "赣南脐橙", "武夷岩茶", "宁夏枸杞", "云南咖啡", "阳澄湖大闸蟹")
DIGITS = "一二三四五六七八"
TALK = ("好的家人们晚上好", "这边天气今天特别好", "谢谢大家的支持", "咱们慢慢讲不着急")
COMMENTS = ("多少钱", "有没有优惠", "主播好", "什么时候发货", "2号链接", "甜不甜")

_encode = msgspec.json.Encoder().encode
_decode_featured = msgspec.json.Decoder(FeaturedMoment).decode


class Show:
    """The room and those in it."""

    def __init__(self, host: httpx.AsyncClient, broker: Broker, room_id: RoomId, products: list[ProductId]) -> None:
        self._host, self._broker, self._room_id, self._products = host, broker, room_id, products
        self._turns: dict[ProductId, float] = {}
        self._chance = random.Random(7)
        # On through both parts: what was shown a minute ago comes up less readily.
        self._next = cycle(zip(products, TITLES, DIGITS, strict=True))
        self.waits_ms: list[float] = []
        self.turns = 0

    async def choose(self, mode: str) -> None:
        """Who puts cards up."""
        (await self._host.put(f"/api/rooms/{self._room_id}/surfacing", json={"mode": mode})).raise_for_status()
        await asyncio.sleep(SETTLE_S)

    async def on_featured(self, message: Msg) -> None:
        """A card came up."""
        sent = self._turns.pop(_decode_featured(message.data).product_id, None)
        if sent is not None:
            self.waits_ms.append((time.perf_counter() - sent) * 1000)

    async def go_on(self, seconds: float) -> None:
        """So many signals a second, for so long."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._crowd(seconds))
            tasks.create_task(self._talk(seconds))

    async def _crowd(self, seconds: float) -> None:
        begun = time.perf_counter()
        for number in range(int(seconds * (SIGNALS_PER_S - 1 / LINE_EVERY_S))):
            await asyncio.sleep(max(0.0, begun + number / SIGNALS_PER_S - time.perf_counter()))
            product_id = self._chance.choice(self._products)
            kind = self._chance.random()
            if kind < 0.6:
                await self._write(_comment(f"{self._chance.choice(COMMENTS)}{number if kind < 0.3 else ''}"))
            elif kind < 0.9:
                await self._click(product_id)
            else:
                await self._write(_purchase(product_id))

    async def _talk(self, seconds: float) -> None:
        begun, turn_at = time.perf_counter(), 0.0
        number = 0
        while (passed := time.perf_counter() - begun) < seconds:
            number += 1
            if passed >= turn_at:
                turn_at += TURN_EVERY_S
                product_id, title, digit = next(self._next)
                self.turns += 1
                self._turns[product_id] = time.perf_counter()
                await self._say(f"来家人们咱们现在看{digit}号链接{title}", number)
            else:
                await self._say(self._chance.choice(TALK), number)
            await asyncio.sleep(max(0.0, begun + number * LINE_EVERY_S - time.perf_counter()))

    async def _say(self, text: str, number: int) -> None:
        line = {"text": text, "end_ms": int(time.time() * 1000), "line_id": f"{new_id().hex}-{number}"}
        (await self._host.post(f"/api/rooms/{self._room_id}/transcript", json={"lines": [line]})).raise_for_status()

    async def _write(self, moment: AnyMoment) -> None:
        kind = moment.__struct_config__.tag
        await self._broker.publish(f"room.{self._room_id}.{kind}", _encode(moment), message_id=uuid4().hex)

    async def _click(self, product_id: ProductId) -> None:
        now_ms = int(time.time() * 1000)
        deed = Behaviour(
            kind=BehaviourKind.CARD_CLICKED,
            room_id=self._room_id,
            video_id=None,
            product_id=product_id,
            at_ms=now_ms,
            media_at_ms=None,
            watch_s=0,
        )
        viewer_id = uuid4()
        told = BehaviourReported(viewer_id=viewer_id, account_id=None, items=[deed])
        envelope = Envelope(
            event_id=new_id(),
            type="BehaviourReported",
            occurred_at_ms=now_ms,
            key=str(viewer_id),
            data=msgspec.Raw(_encode(told)),
        )
        await self._broker.publish("event.BehaviourReported", _encode(envelope), message_id=new_id().hex)


def _comment(text: str) -> CommentMoment:
    return CommentMoment(
        at_ms=int(time.time() * 1000),
        comment_id=CommentId(new_id()),
        account_id=AccountId(uuid4()),
        name="观众",
        text=text,
        is_host=False,
    )


def _purchase(product_id: ProductId) -> PurchaseMoment:
    return PurchaseMoment(at_ms=int(time.time() * 1000), name="观*", product_id=product_id, title="好货", quantity=1)


async def open_show(host: httpx.AsyncClient, database: Database, broker: Broker) -> Show:
    """A host, a shop, eight products in the bag of a room on air."""
    name = uuid4().hex[:12]
    account = {"sign_in": f"{name}@example.com", "password": "correct horse", "display_name": "小丹"}
    await _made(host, "/api/accounts", account)
    shop = await _made(host, "/api/shops", {"name": f"小店{name[:6]}"})
    room_id = RoomId(UUID((await _made(host, "/api/rooms", {"title": "专场"}))["room_id"]))
    products = []
    for title in TITLES:
        new = {"title": title, "state": "on_sale", "skus": [{"name": "3斤装", "price_minor": 2990, "stock": 1000}]}
        new |= {"description": "", "picture_urls": ["/media/pictures/a.webp"]}
        products.append(
            ProductId(UUID((await _made(host, f"/api/shops/{shop['shop_id']}/products", new))["product_id"]))
        )
    bag = {"product_ids": [str(each) for each in products]}
    (await host.put(f"/api/rooms/{room_id}/control/bag", json=bag)).raise_for_status()
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE live.room SET state = 'on_air', started_at = now() WHERE room_id = $1", room_id
        )
    show = Show(host, broker, room_id, products)
    await broker.client.subscribe(broker.subject(f"room.{room_id}.featured"), cb=show.on_featured)
    return show


async def _made(host: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await host.post(path, json=body)
    answer.raise_for_status()
    made: dict[str, Any] = answer.json()
    return made


async def measure(platform: Platform, seconds: float) -> None:
    """Idle, then the same traffic without and with somebody who decides."""
    settings = platform.settings
    database = await Database.connect(settings.database_url, pool_size=2)
    broker = await Broker.connect(settings.nats_url, prefix=settings.nats_prefix, name="bench")
    worker = psutil.Process(platform.children["worker"].pid)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.http_port}") as host:
        show = await open_show(host, database, broker)
        await asyncio.sleep(SETTLE_S)
        idle = await _core_percent(worker, asyncio.sleep(IDLE_S), IDLE_S)
        await show.choose("manual")
        manual = await _core_percent(worker, show.go_on(seconds), seconds)
        show.turns = 0
        await show.choose("auto")
        auto = await _core_percent(worker, show.go_on(seconds), seconds)
        await asyncio.sleep(1)
    waits = sorted(show.waits_ms)
    if not waits:
        raise SystemExit("no card came up")
    for name, value, unit in (
        ("live_signal_to_cue_p50_ms", waits[len(waits) // 2], "ms"),
        ("live_signal_to_cue_p99_ms", waits[int(len(waits) * 0.99)], "ms"),
        ("live_cues", len(waits), "count"),
        ("live_turns", show.turns, "count"),
        ("live_room_core_percent", auto - idle, "%"),
        ("live_surfacing_core_percent", auto - manual, "%"),
    ):
        print(f"{name}: {value:.2f} {unit}", flush=True)
    await broker.close()
    await database.close()


async def _core_percent(process: psutil.Process, work: Any, seconds: float) -> float:
    before = sum(process.cpu_times()[:2])
    begun = time.perf_counter()
    await work
    return 100 * (sum(process.cpu_times()[:2]) - before) / max(seconds, time.perf_counter() - begun)


async def run(seconds: float) -> None:
    """Start everything, measure, stop everything."""
    with tempfile.TemporaryDirectory(prefix="xd") as folder:
        settings = Settings(
            data_dir=Path(folder),
            host="127.0.0.1",
            http_port=0,
            worker_port=0,
            gateway_port=0,
            rtmp_port=0,
            publisher_port=0,
            log_level="warning",
        )
        async with Platform(settings, ("http", "worker")) as platform:
            await measure(platform, seconds)


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a shorter show")
    parser.add_argument("--seconds", type=float, default=0, help="how long each part goes on")
    options = parser.parse_args()
    configure_logging(level="warning", log_format="console", process="bench")
    uvloop.run(run(options.seconds or (43.0 if options.quick else 120.0)))


if __name__ == "__main__":
    main()
