"""People who watch, say, like and follow at random, and what the platform hears of it, late and twice."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

import msgspec
from tests.conftest import SignUp
from tests.modules.fans.counter import Counter
from tests.modules.feed.cinema import Cinema, Person
from tests.modules.insights.observer import late_and_twice
from tests.modules.insights.test_sales import give_back
from tests.modules.orders.market import Buyer
from tests.outbox import list_envelopes

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import Behaviour, BehaviourKind, BehaviourReported
from xiaodian.contracts.live import RoomId
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.content import handlers as content_handlers
from xiaodian.modules.fans import handlers as fans_handlers
from xiaodian.modules.fans.service.count_comments import count_comments
from xiaodian.modules.fans.service.count_visits import count_watched
from xiaodian.modules.insights import handlers as insights_handlers
from xiaodian.modules.insights.service.keep_days import keep_days
from xiaodian.modules.live import handlers as live_handlers

PASSWORD = {"password": "correct horse"}
DAYS_BACK = 8
DEEDS = (
    *("watch_room", "watch_room", "watch_video", "watch_video", "follow", "unfollow", "like", "unlike", "say", "unsay"),
    *(
        "say_in_room",
        "mute",
        "delete_video",
        "open_shop",
        "expire",
        "erase",
        "pay",
        "pay_creator",
        "hear",
        "hear",
        "again",
    ),
)


class Audience:
    """Four people, a host with a shop, a creator who has none yet, and a worker."""

    def __init__(self, counter: Counter, sign_up: SignUp, rng: random.Random) -> None:
        self.counter = counter
        self.ctx = counter.ctx
        self.sign_up = sign_up
        self.rng = rng
        self.people: list[Buyer] = []
        self.hosts: list[Person] = []
        self.videos: list[tuple[Person, VideoId]] = []
        self.erased: list[UUID] = []
        self._kept_days = DAYS_BACK + 1
        self._heard: set[UUID] = set()
        self._reports: list[Envelope] = []
        self._untold: list[Envelope] = []

    @classmethod
    async def gather(cls, counter: Counter, sign_up: SignUp, rng: random.Random) -> Self:
        """Everybody is there, and films to watch."""
        audience = cls(counter, sign_up, rng)
        audience.hosts = [Person(counter.stage.host, counter.stage.host_id), Person(*await sign_up("达人"))]
        cinema = Cinema(counter.ctx, sign_up)
        goods = [counter.foreign.product_id]
        audience.videos = [
            (host, await cinema.publish(host, product_ids=goods)) for host in (*audience.hosts, *audience.hosts)
        ]
        audience.people = [await counter.market.buyer(f"观众{number}") for number in range(4)]
        async with counter.ctx.database.connection() as connection:
            await connection.execute("UPDATE catalog.stock SET on_hand = on_hand + 1000")
        await audience.expire()
        return audience

    async def live(self, deeds: int) -> None:
        """So much happens, and in the end all of it is heard."""
        for _ in range(deeds):
            await getattr(self, self.rng.choice(DEEDS))()
        # Early in a day nearly all of what was watched at random may be past its time: somebody who stays was here.
        self._tell(self.people[-1].account_id, utc_now() - timedelta(minutes=1), room_id=self.counter.stage.room_id)
        await self.hear()
        await self.hear()

    async def watch_room(self) -> None:
        """Somebody was in the room, up to some days ago."""
        self._tell(*self._somebody(), room_id=self.counter.stage.room_id)

    async def watch_video(self) -> None:
        """Somebody watched a video."""
        self._tell(*self._somebody(), video_id=self._video()[1])

    def _somebody(self) -> tuple[UUID, datetime]:
        """Who, also who is gone, and when."""
        who = self.rng.choice([*(each.account_id for each in self.people), *self.erased, self.hosts[0].account_id])
        return who, utc_now() - timedelta(minutes=self.rng.randint(0, DAYS_BACK * 24 * 60))

    def _tell(self, who: UUID, at: datetime, room_id: RoomId | None = None, video_id: VideoId | None = None) -> None:
        items = [
            Behaviour(
                kind=kind,
                room_id=room_id,
                video_id=video_id,
                at_ms=to_epoch_ms(at + timedelta(seconds=10)) if watch_s else to_epoch_ms(at),
                watch_s=watch_s,
                is_shared=self.rng.random() < 0.3,
            )
            for kind, watch_s in ((BehaviourKind.ENTERED, 0), (BehaviourKind.WATCHED, self.rng.randint(1, 60)))
        ]
        report = BehaviourReported(viewer_id=uuid4(), account_id=who, items=items)  # type: ignore[arg-type]
        envelope = Envelope(
            event_id=uuid4(),
            type="BehaviourReported",
            occurred_at_ms=to_epoch_ms(at),
            key="",
            data=msgspec.Raw(msgspec.json.encode(report)),
        )
        self._reports.append(envelope)
        self._untold.append(envelope)

    async def follow(self) -> None:
        """Somebody follows a host."""
        await self._person().client.put(f"/api/creators/{self.rng.choice(self.hosts).account_id}/follow")

    async def unfollow(self) -> None:
        """Somebody does so no more."""
        await self._person().client.delete(f"/api/creators/{self.rng.choice(self.hosts).account_id}/follow")

    async def like(self) -> None:
        """Somebody likes a video."""
        await self._person().client.put(f"/api/videos/{self._video()[1]}/like")

    async def unlike(self) -> None:
        """Somebody does so no more."""
        await self._person().client.delete(f"/api/videos/{self._video()[1]}/like")

    async def say(self) -> None:
        """Somebody says something under a video."""
        await self._person().client.post(f"/api/videos/{self._video()[1]}/comments", json={"text": "多少钱"})

    async def unsay(self) -> None:
        """Somebody takes it back."""
        async with self.ctx.database.connection() as connection:
            said = await connection.fetch("SELECT video_id, comment_id, account_id FROM content.video_comment")
        mine = [(each, row) for each in self.people for row in said if row["account_id"] == each.account_id]
        if mine:
            who, row = self.rng.choice(mine)
            await who.client.delete(f"/api/videos/{row['video_id']}/comments/{row['comment_id']}")

    async def mute(self) -> None:
        """A host wants to hear no more of somebody, for a while."""
        host, who = self.rng.choice(self.hosts), self._person()
        await host.client.put(f"/api/creators/{host.account_id}/muted/{who.account_id}")
        await host.client.delete(f"/api/creators/{host.account_id}/muted/{who.account_id}")

    async def say_in_room(self) -> None:
        """Somebody says something in the room."""
        await self._person().client.post(f"/api/rooms/{self.counter.stage.room_id}/comments", json={"text": "来啦"})

    async def delete_video(self) -> None:
        """A host has a video gone."""
        if len(self.videos) > 2:
            host, video_id = self.videos.pop(self.rng.randrange(len(self.videos)))
            assert (await host.client.delete(f"/api/me/videos/{video_id}")).is_success

    async def open_shop(self) -> None:
        """The creator opens a shop."""
        await self.hosts[1].client.post("/api/shops", json={"name": f"达人的店 {uuid4().hex[:6]}"})

    async def expire(self) -> None:
        """Raw rows of another day are past their time."""
        self._kept_days = max(self._kept_days - 2, 1)
        await keep_days(self.ctx.database, utc_now().date(), timedelta(days=self._kept_days))

    async def erase(self) -> None:
        """Somebody who never bought has the account erased."""
        if len(self.people) > 2 and not self.erased:
            who = self.people.pop(0)
            answer = await who.client.post("/api/me/erasure", json=PASSWORD)
            if answer.is_success:
                self.erased.append(who.account_id)

    async def pay(self) -> None:
        """Somebody buys in the room."""
        who = self.people[-1]
        order = await self.counter.order(who, self.counter.products[1])
        await self.counter.pay_at(order, utc_now() - timedelta(days=self.rng.randint(0, 300)))

    async def pay_creator(self) -> None:
        """Somebody buys another shop's goods from the creator's film, and perhaps gets it back."""
        films = [video_id for host, video_id in self.videos if host == self.hosts[1]]
        if not films:
            return
        who, sku = self._person(), self.counter.foreign.skus[0]
        line = {"sku_id": str(sku.sku_id), "quantity": 1, "price_minor": sku.price_minor}
        placed = await who.checkout([], lines=[{**line, "video_id": str(self.rng.choice(films)), "video_at_ms": 5}])
        assert placed.status_code == 201, placed.text
        order = placed.json()["orders"][0]
        await who.pay(order["order_id"])
        if self.rng.random() < 0.3:
            await give_back(self.counter, order, self.rng.choice((100, order["total_minor"])), 1)

    async def again(self) -> None:
        """What was heard long ago comes once more."""
        await self._take(self.rng.sample(self._reports, len(self._reports) // 2))

    async def hear(self) -> None:
        """All that was not heard yet is: late, some of it twice."""
        async with self.ctx.database.connection() as connection:
            told = [each for each in await list_envelopes(connection) if each.event_id not in self._heard]
        self._heard |= {each.event_id for each in told}
        reports, self._untold = self._untold, []
        consumers = [
            *content_handlers.consumers(self.ctx),
            *insights_handlers.consumers(self.ctx),
            *fans_handlers.consumers(self.ctx),
            *(each for each in live_handlers.consumers(self.ctx) if each.durable == "live-erased"),
        ]
        for consumer in self.rng.sample(consumers, len(consumers)):
            mine = [each for each in told if each.type in consumer.event_types]
            if mine:
                await consumer.handle(late_and_twice(mine, self.rng))
        await self._take(late_and_twice(reports, self.rng))

    async def _take(self, reports: Sequence[Envelope]) -> None:
        await self.counter.take_reports(reports)
        await count_watched(self.ctx.database, self.ctx.settings.books_utc_offset_h, utc_now())
        await count_comments(self.ctx, utc_now())

    def _person(self) -> Buyer:
        return self.rng.choice(self.people)

    def _video(self) -> tuple[Person, VideoId]:
        return self.rng.choice(self.videos)

    async def figures(self) -> dict[str, list[Any]]:
        """Every row of fans."""
        return await self.counter.all_rows()
