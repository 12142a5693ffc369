"""A shop with a club and a room on air, whose members watch, buy and follow."""

import random
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from tests.live.stage import Stage, envelope_of
from tests.modules.insights.observer import Observer
from tests.modules.orders.market import Buyer
from tests.outbox import list_envelopes

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.insights import Behaviour, BehaviourKind, BehaviourReported
from xiaodian.contracts.live import ClubMoment
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.club import handlers
from xiaodian.modules.club.service.catch_up import apply_rules, count_due, rebuild

TABLES = ("attendance", "purchase", "member")
LEVELS = [
    {"name": "新朋友", "colour": "mist", "points": 0},
    {"name": "铁粉", "colour": "sea", "points": 10},
    {"name": "真爱", "colour": "gold", "points": 60},
]
CLUB: dict[str, Any] = {
    "is_open": True,
    "name": "小丹粉丝团",
    "word": "老铁",
    "minute_points": 1,
    "daily_minutes": 30,
    "yuan_points": 1,
    "month_points": 50,
    "levels": LEVELS,
}


class Clubhouse(Observer):
    """Hands events to the club."""

    @property
    def path(self) -> str:
        """Of the club, for fans."""
        return f"/api/fan-clubs/{self.stage.shop_id}"

    @property
    def staff_path(self) -> str:
        """Of the club, for the shop."""
        return f"/api/shops/{self.stage.shop_id}/fan-club"

    async def set(self, **more: Any) -> dict[str, Any]:
        """The club is so from now on, and its members are counted by it."""
        answer = await self.stage.host.put(f"{self.staff_path}/settings", json=CLUB | more)
        assert answer.status_code == 200, answer.text
        await apply_rules(self.ctx.database, utc_now())
        found: dict[str, Any] = answer.json()
        return found

    async def join(self, buyer: Buyer, *, in_room: bool = False) -> dict[str, Any]:
        """Somebody becomes a member, as if a day ago: there was time to watch."""
        body = {"room_id": str(self.stage.room_id)} if in_room else {}
        answer = await buyer.client.post(f"{self.path}/membership", json=body)
        assert answer.status_code == 200, answer.text
        async with self.ctx.database.connection() as connection:
            await connection.execute("UPDATE club.member SET joined_at = joined_at - interval '1 day'")
        mine: dict[str, Any] = answer.json()["mine"]
        return mine

    async def standing(self, buyer: Buyer) -> dict[str, Any]:
        """Where somebody stands."""
        mine: dict[str, Any] = (await buyer.client.get(self.path)).json()["mine"]
        return mine

    def watched(self, buyer: Buyer, watch_s: int, **more: Any) -> Envelope:
        """A report of somebody's page."""
        room = {"room_id": self.stage.room_id, "at_ms": to_epoch_ms(utc_now())}
        item = Behaviour(**{**room, "kind": BehaviourKind.WATCHED, "watch_s": watch_s, **more})
        return envelope_of(BehaviourReported(viewer_id=uuid4(), account_id=buyer.account_id, items=[item]))

    async def take(self, durable: str, envelopes: Sequence[Envelope]) -> None:
        """Hand events to one of the consumers, those that it asks for."""
        [consumer] = [each for each in handlers.consumers(self.ctx) if each.durable == durable]
        await consumer.handle([each for each in envelopes if each.type in consumer.event_types])

    async def hear(self, envelopes: Sequence[Envelope] | None = None) -> None:
        """What became of orders reaches the club."""
        await self.take("club-orders", await self.events() if envelopes is None else envelopes)

    async def hear_follows(self, rng: random.Random | None = None) -> None:
        """Who follows whom reaches the club."""
        async with self.ctx.database.connection() as connection:
            told = await list_envelopes(connection, "CreatorFollowed", "CreatorUnfollowed")
        await self.take("club-follows", rng.sample(told, len(told)) if rng else told)

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that the club keeps, and what it handed down; no row says when its level was reached."""
        async with self.ctx.database.connection() as connection:
            found = {table: await connection.fetch(f"SELECT * FROM club.{table}") for table in TABLES}
            found["standing"] = await connection.fetch("SELECT * FROM promotion.standing")
        return {
            table: sorted((tuple(value for name, value in row.items() if name != "level_at") for row in rows), key=str)
            for table, rows in found.items()
        }

    async def rebuild(self) -> None:
        """What `xiaodian fans rebuild` does for clubs."""
        await rebuild(self.ctx, utc_now())

    async def pass_time(self, now: Any) -> None:
        """What the worker does by then."""
        await count_due(self.ctx.database, now)

    async def lines(self) -> list[tuple[str, int, bool]]:
        """What the room was told of the club: who, which level, whether just joined."""
        moments = [moment for moment in await self.stage.told() if isinstance(moment, ClubMoment)]
        return [(moment.name, moment.badge.level, moment.is_new) for moment in moments]


async def open_clubhouse(stage: Stage, sign_up: Any) -> Clubhouse:
    """The room is on air, and the club is open."""
    club = await Clubhouse.open(stage, sign_up)
    await stage.go_on_air()
    await club.set()
    return club
