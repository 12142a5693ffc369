"""The audience of the demo: `python -m xiaodian.cli.show.audience ADDRESS`.

Each viewer is a client of the public interfaces: signs up, fetches the stream's segments, follows the room over the
gateway's WebSocket, comments, likes, follows the host and buys with the sandbox provider.
"""

import asyncio
import itertools
import random
import sys
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urljoin
from uuid import uuid4

import httpx
from picows import WSError

from xiaodian.cli.show.catalogue import (
    AFTER_BUYING,
    AUDIENCE,
    GREETINGS,
    HOSTS,
    PASSWORD,
    REGIONS,
    REMARKS,
    ViewerSample,
)
from xiaodian.cli.show.client import ApiError, Json, Member, RoomSocket
from xiaodian.cli.show.lifeline import run_until_told
from xiaodian.cli.show.playlist import Segment, read_segments
from xiaodian.contracts.insights import WATCH_PIECE_S

COMES_WITHIN_S = 12.0
BUYS_ONE_CUE_IN = 5
CLICKS_ONE_CARD_IN = 3
OPENS_BAG_ONE_CUE_IN = 4
JOINS_CLUB = 0.7
TELLS_EACH_S = 2
LOOKS_FOR_ROOM_EACH_S = 3.0
WAITS_FOR_FAVOURITE_LOOKS = 20
REFUSALS_TO_SHRUG_AT = (ApiError, httpx.HTTPError, WSError, OSError)
# What was said a moment ago is not said again by the next one.
_SAID_LATELY: deque[str] = deque(maxlen=10)
_ART = {product.title: product.art for host in HOSTS for product in host.products}


class Viewer:
    """One of the audience. `seat` decides which host they come for, so that all rooms have visitors."""

    def __init__(self, sample: ViewerSample, address: str, seat: int) -> None:
        self._sample = sample
        self._member = Member(address)
        self._chance = random.Random(seat + int(time.time()))
        self._favourite = HOSTS[1 if seat % 3 == 2 else 0].name
        self._bag: list[Json] = []
        self._held_up: str | None = None
        self._looks = 0
        self._over = asyncio.Event()
        self._address_id = ""
        self._viewer_id = str(uuid4())
        self._done: list[Json] = []
        self._shop_id = ""
        self._levels: dict[str, int] = {}
        """In fan clubs, by shop."""

    async def live(self) -> None:
        """Come in after a while, and go from room to room for ever."""
        await asyncio.sleep(self._chance.uniform(0.2, COMES_WITHIN_S))
        while True:
            with suppress(*REFUSALS_TO_SHRUG_AT):
                await self._come_in()
                if room := await self._find_room():
                    await self._visit(room)
            await asyncio.sleep(LOOKS_FOR_ROOM_EACH_S)

    async def _come_in(self) -> None:
        if not self._address_id:
            await self._member.enter(self._sample.sign_in, PASSWORD, self._sample.name)
            self._address_id = await self._member.address(self._chance.choice(REGIONS))

    async def _find_room(self) -> Json | None:
        rooms = (await self._member.call("GET", "/api/rooms", params={"state": "on_air"}))["items"]
        favourite = [room for room in rooms if room["host"]["display_name"] == self._favourite]
        # Who goes elsewhere at once stays there, and the host who comes a little later talks to nobody.
        self._looks += 1
        is_patient = self._looks < WAITS_FOR_FAVOURITE_LOOKS
        room = next(iter(favourite if is_patient else favourite or rooms), None)
        if room:
            self._looks = 0
        return room

    async def _visit(self, card: Json) -> None:
        room = await self._member.call("GET", f"/api/rooms/{card['room_id']}")
        snapshot = await self._member.call("GET", f"/live/{card['room_id']}/snapshot")
        self._bag, self._held_up, self._shop_id = snapshot["bag"], None, room["shop_id"]
        self._over.clear()
        socket = await RoomSocket.connect(self._member, room["gateway_url"], snapshot["tick"], self._hear)
        habits = (
            self._watch(room, socket),
            self._like(socket),
            self._chat(room["room_id"]),
            self._buy_now_and_then(room["room_id"]),
            self._follow(room),
            self._tell(room["room_id"]),
        )
        self._note("entered", room["room_id"])
        tasks = [asyncio.create_task(habit) for habit in habits]
        leaving = [asyncio.create_task(self._over.wait()), asyncio.create_task(socket.closed.wait())]
        try:
            await asyncio.wait(leaving, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*tasks, *leaving):
                task.cancel()
            await asyncio.gather(*tasks, *leaving, return_exceptions=True)
            socket.leave()

    def _hear(self, moment: Json) -> None:
        kind = moment["kind"]
        if kind == "bag":
            self._bag = moment["items"]
        elif kind == "featured":
            self._held_up = moment["product_id"]
        elif kind == "unfeatured":
            self._held_up = None
        elif kind in ("price", "stock"):
            for sku in (sku for item in self._bag for sku in item["skus"] if sku["sku_id"] == moment["sku_id"]):
                _change(sku, moment)
        elif kind == "club" and moment["account_id"] == self._member.me["account_id"]:
            self._levels[self._shop_id] = moment["badge"]["level"]
        elif kind == "state" and moment["state"] == "ended":
            self._over.set()

    async def _watch(self, room: Json, socket: RoomSocket) -> None:
        """Fetch each new segment, as a player does, and tell how far behind the picture is."""
        seen_ms = 0
        playlist_url = urljoin(str(self._member.http.base_url), room["playback_url"])
        for turn in range(1_000_000):
            with suppress(httpx.HTTPError):
                answer = await self._member.http.get(playlist_url)
                segments = read_segments(answer.text) if answer.is_success else []
                for segment in [segment for segment in segments[-3:] if segment.start_ms > seen_ms]:
                    await self._fetch(playlist_url, segment)
                    seen_ms = segment.start_ms
                if seen_ms and turn % 10 == 5:
                    socket.send({"type": "delay", "ms": max(0, int(time.time() * 1000) - seen_ms)})
            await asyncio.sleep(1)

    async def _fetch(self, playlist_url: str, segment: Segment) -> None:
        await self._member.http.get(urljoin(playlist_url, segment.uri))

    async def _like(self, socket: RoomSocket) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(3, 15))
            socket.send({"type": "likes", "count": self._chance.randint(1, 8)})

    async def _follow(self, room: Json) -> None:
        """Follow the host; some join the fan club at once."""
        await asyncio.sleep(self._chance.uniform(5, 60))
        with suppress(*REFUSALS_TO_SHRUG_AT):
            await self._member.call("PUT", f"/api/creators/{room['host']['account_id']}/follow")
            if room["club_word"] and self._chance.random() < JOINS_CLUB:
                path = f"/api/fan-clubs/{room['shop_id']}/membership"
                joined = await self._member.call("POST", path, {"room_id": room["room_id"]})
                self._levels[room["shop_id"]] = joined["mine"]["level"]

    async def _chat(self, room_id: str) -> None:
        await asyncio.sleep(self._chance.uniform(0.5, 6))
        await self._say(room_id, self._pick(GREETINGS))
        while True:
            await asyncio.sleep(self._chance.uniform(9, 40))
            item = self._item_held_up()
            remarks = REMARKS.get(_ART.get(item["title"], ""), GREETINGS) if item else GREETINGS
            await self._say(room_id, self._pick(remarks))

    def _note(self, kind: str, room_id: str, product_id: str | None = None, watch_s: int = 0) -> None:
        self._done.append({"kind": kind, "room_id": room_id, "product_id": product_id, "watch_s": watch_s})

    async def _tell(self, room_id: str) -> None:
        """What a browser's page would tell of its visitor: deeds soon, of watching now and then."""
        self._note("watched", room_id)
        for time_told in itertools.count(1):
            await asyncio.sleep(TELLS_EACH_S)
            if time_told * TELLS_EACH_S % WATCH_PIECE_S == 0:
                self._note("watched", room_id, watch_s=WATCH_PIECE_S)
            if not self._done:
                continue
            done, self._done = self._done[:50], []
            with suppress(*REFUSALS_TO_SHRUG_AT):
                await self._member.call("POST", "/api/behaviour", {"viewer_id": self._viewer_id, "items": done})

    def _pick(self, texts: Sequence[str]) -> str:
        text = self._chance.choice([text for text in texts if text not in _SAID_LATELY] or texts)
        _SAID_LATELY.append(text)
        return text

    async def _say(self, room_id: str, text: str) -> None:
        with suppress(*REFUSALS_TO_SHRUG_AT):
            await self._member.call("POST", f"/api/rooms/{room_id}/comments", {"text": text})

    def _item_held_up(self) -> Json | None:
        return next((item for item in self._bag if item["product_id"] == self._held_up), None)

    async def _buy_now_and_then(self, room_id: str) -> None:
        last_seen: str | None = None
        while True:
            await asyncio.sleep(self._chance.uniform(1.5, 4))
            item = self._item_held_up()
            if item is None or item["product_id"] == last_seen:
                continue
            last_seen = item["product_id"]
            self._note("card_shown", room_id, item["product_id"])
            if self._chance.randrange(CLICKS_ONE_CARD_IN) == 0:
                self._note("card_clicked", room_id, item["product_id"])
                self._note("product_viewed", room_id, item["product_id"])
            if self._chance.randrange(OPENS_BAG_ONE_CUE_IN) == 0:
                self._note("bag_opened", room_id)
            skus = [sku for sku in item["skus"] if sku["available"] > 5]
            if not skus or self._chance.randrange(BUYS_ONE_CUE_IN):
                continue
            self._note("product_viewed", room_id, item["product_id"])
            self._note("checkout_started", room_id, item["product_id"])
            with suppress(*REFUSALS_TO_SHRUG_AT):
                quantity = self._chance.choice((1, 1, 1, 2, 3))
                level = self._levels.get(item["shop_id"], 0)
                await self._member.buy(room_id, self._address_id, self._chance.choice(skus), quantity, level)
                if self._chance.random() < 0.5:
                    await asyncio.sleep(self._chance.uniform(1, 3))
                    await self._say(room_id, self._pick(AFTER_BUYING))


def _change(sku: Json, moment: Json) -> None:
    sale, stock_id = sku["flash_sale"], moment.get("stock_id")
    if stock_id is None:
        sku.update({name: moment[name] for name in ("price_minor", "available") if name in moment})
    elif sale and sale["flash_sale_id"] == stock_id:
        sale["left"] = moment["available"]


async def _main(address: str) -> None:
    async with asyncio.TaskGroup() as group:
        for seat, sample in enumerate(AUDIENCE):
            group.create_task(Viewer(sample, address, seat).live())


if __name__ == "__main__":
    run_until_told(lambda _: _main(sys.argv[1]))
