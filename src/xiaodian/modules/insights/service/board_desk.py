"""Boards of rooms on air: each is added up twice a second, however many look at it."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import NamedTuple

import msgspec

from xiaodian.contracts.insights import Board
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.service.eyes import Eyes
from xiaodian.modules.insights.service.fan_shares import FanHistory, FanWatch
from xiaodian.modules.insights.service.see_board import Figures, get_board, list_past
from xiaodian.modules.live import api as live

EVERY_S = 0.5
"""What it shows is to be no older than a second, with the way of what it counts from the page to the sums."""
PAST_EVERY_S = 30.0
FOLLOW_S = 30.0
"""So long a page is told on one connection; then it comes again, and its rights are looked at anew."""
MAX_BOARDS = 1_000


class _Key(NamedTuple):
    room_id: RoomId
    shop_id: ShopId | None
    sees_money: bool
    sees_traffic: bool


class _Kept:
    """A board as it was added up last."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.board: Board | None = None
        self.body = b""
        self.at_s = 0.0
        self.fans = FanWatch()
        self.histories: dict[RoomId, FanHistory] = {}
        self.past: list[Figures] = []
        self.past_at_s: float | None = None


class BoardDesk:
    """One per process. Who may see the same of a room is told the same."""

    def __init__(self, ctx: Context) -> None:
        self._database = ctx.database
        self._kept: dict[_Key, _Kept] = {}

    async def read(self, eyes: Eyes) -> tuple[Board, bytes]:
        """The board, added up at most half a second ago, and the same as JSON."""
        key = _Key(eyes.room.room_id, eyes.shop_id, eyes.sees_money, eyes.sees_traffic)
        kept = self._kept.pop(key, None) or _Kept()
        self._kept[key] = kept
        while len(self._kept) > MAX_BOARDS:
            del self._kept[next(iter(self._kept))]
        async with kept.lock:
            if kept.board is None or monotonic() - kept.at_s >= EVERY_S:
                await self._add_up(kept, eyes)
            assert kept.board is not None
            return kept.board, kept.body

    async def follow(self, eyes: Eyes) -> AsyncIterator[bytes]:
        """The board twice a second while the room is on air, for as long as a connection is good for."""
        end_s = monotonic() + FOLLOW_S
        while True:
            board, body = await self.read(eyes)
            yield body
            if board.state not in live.ON_AIR_STATES or monotonic() >= end_s:
                return
            await asyncio.sleep(EVERY_S)

    async def _add_up(self, kept: _Kept, eyes: Eyes) -> None:
        at_s, now = monotonic(), utc_now()
        async with self._database.connection() as connection:
            eyes = eyes._replace(room=await live.get_room(connection, eyes.room.room_id))
            if kept.past_at_s is None or at_s - kept.past_at_s >= PAST_EVERY_S:
                kept.past, kept.past_at_s = await list_past(connection, eyes, kept.histories, now), at_s
            shares = await kept.fans.look(connection, eyes, now)
            kept.board = await get_board(connection, eyes, kept.past, shares, now)
        kept.body, kept.at_s = msgspec.json.encode(kept.board), at_s
