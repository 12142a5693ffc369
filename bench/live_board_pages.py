"""Viewers' pages of a room on air, as they tell of themselves: what is done at once, watching piece by piece."""

import asyncio
import time
from itertools import cycle
from typing import Any
from uuid import uuid4

import httpx

from xiaodian.contracts.insights import WATCH_PIECE_S, Board

SOON_S = 0.2
"""As long as a page gathers what is told at once (SOON_MS of viewer/behaviour/report.ts)."""

SIDE_BY_SIDE = 200


class Pages:
    """So many open pages of one room, and what its board said of them when."""

    def __init__(self, address: str, room_id: str, product_id: str) -> None:
        self._http = httpx.AsyncClient(base_url=address, timeout=30, limits=httpx.Limits(max_connections=SIDE_BY_SIDE))
        self._room_id, self._product_id = room_id, product_id
        self._viewers: list[str] = []
        self._began_s: list[float] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.clicked_at_s: list[float] = []
        self.click_seen_at_s: list[float] = []
        self.behind_ms: list[float] = []
        """How far the board's watch time was from what each had watched, on average."""

    async def open(self, count: int) -> None:
        """Viewers come within a second."""
        for _ in range(count):
            self._tasks.add(asyncio.create_task(self._watch(str(uuid4()))))
            await asyncio.sleep(1 / count)

    async def click(self, rate: float, seconds: float) -> None:
        """Cards are clicked at a rate, by each viewer in turn."""
        begun, viewers = time.perf_counter(), cycle(self._viewers)
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            task = asyncio.create_task(self._click(next(viewers)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def rush(self, count: int) -> None:
        """So many pages tell that they watch on, as fast as they are heard."""
        piece = {"kind": "watched", "watch_s": WATCH_PIECE_S}
        left = iter(range(count))

        async def _tell_on() -> None:
            for _ in left:
                await self._tell(str(uuid4()), piece)

        await asyncio.gather(*(_tell_on() for _ in range(SIDE_BY_SIDE)))

    def see(self, board: Board, at_s: float) -> None:
        """A board was told: which clicks does it count for the first time, and how much watching?"""
        clicks = sum(product.clicks for product in board.products)
        self.click_seen_at_s += [at_s] * (clicks - len(self.click_seen_at_s))
        shown = {figure.key: figure.now for figure in board.figures}
        watched_s = sum(at_s - began for began in self._began_s)
        if shown["viewers"] == len(self._began_s) and (average_s := shown["watch_average"]) is not None:
            self.behind_ms.append(abs(watched_s / len(self._began_s) - average_s) * 1000)

    @property
    def viewers(self) -> int:
        """How many watch."""
        return len(self._viewers)

    @property
    def are_counted(self) -> bool:
        """Every click is on the board."""
        return len(self.click_seen_at_s) >= len(self.clicked_at_s)

    async def close(self) -> None:
        """They leave."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    async def _watch(self, viewer_id: str) -> None:
        began_s = time.perf_counter()
        await asyncio.sleep(SOON_S)
        ago_ms = round((time.perf_counter() - began_s) * 1000)
        await self._tell(viewer_id, {"kind": "entered", "ago_ms": ago_ms}, {"kind": "watched", "ago_ms": ago_ms})
        self._viewers.append(viewer_id)
        self._began_s.append(began_s)
        for piece in range(1, 1_000_000):
            await asyncio.sleep(max(0.0, began_s + piece * WATCH_PIECE_S + SOON_S - time.perf_counter()))
            ago_ms = round((time.perf_counter() - began_s - piece * WATCH_PIECE_S) * 1000)
            await self._tell(viewer_id, {"kind": "watched", "watch_s": WATCH_PIECE_S, "ago_ms": ago_ms})

    async def _click(self, viewer_id: str) -> None:
        self.clicked_at_s.append(time.perf_counter())
        await asyncio.sleep(SOON_S)
        act = {"kind": "card_clicked", "product_id": self._product_id, "ago_ms": round(SOON_S * 1000)}
        await self._tell(viewer_id, act)

    async def _tell(self, viewer_id: str, *acts: dict[str, Any]) -> None:
        items = [{"room_id": self._room_id, **act} for act in acts]
        answer = await self._http.post("/api/behaviour", json={"viewer_id": viewer_id, "items": items})
        answer.raise_for_status()
