"""Replays learn when their cards come up, out of the host's way; what was done live is no part of what is learned."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.conftest import SignUp
from tests.live.stage import envelope_of, set_stage
from tests.modules.insights.observer import Observer, late_and_twice

from xiaodian.contracts.accounts import AccountErased
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import Product
from xiaodian.contracts.live import ReplayMoment, RoomMoved, RoomState
from xiaodian.edge.context import Context
from xiaodian.edge.messages import translate
from xiaodian.infra.work import Consumer
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.insights import api as insights
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing import handlers
from xiaodian.modules.surfacing.service.forget_person import erase
from xiaodian.modules.surfacing.service.rebuild import rebuild
from xiaodian.modules.surfacing.service.weigh_replays import weigh_replay, weigh_replays

LENGTH = timedelta(minutes=30)
OVER_SINCE = timedelta(minutes=10)
TABLES = ("viewing", "moment_count", "moment_order", "quiet_second")


class Show:
    """A room of half an hour that ended ten minutes ago, and those who watch its replay."""

    def __init__(self, observer: Observer) -> None:
        self.observer, self.ctx, self.room_id = observer, observer.ctx, observer.stage.room_id
        self.product, self.other = observer.products[0], observer.products[1]
        self.ended_at = utc_now() - OVER_SINCE
        self.began_at = self.ended_at - LENGTH

    async def end(self) -> None:
        """The room is over since some time."""
        assert (await self.observer.stage.host.post(f"{self.observer.stage.control}/end")).status_code == 204
        async with self.ctx.database.transaction() as connection:
            await connection.execute(
                "UPDATE live.room SET started_at = $2, ended_at = $3 WHERE room_id = $1",
                self.room_id,
                self.began_at,
                self.ended_at,
            )

    def at(self, second: float) -> datetime:
        """The date of the picture."""
        return self.began_at + timedelta(seconds=second)

    async def cue(self, second: int, end_second: int, *, source: str = "host", product: Product | None = None) -> UUID:
        """The product, or the first one, was on show then."""
        cue_id, reason = uuid4(), None if source == "host" else {"code": "presents_name", "params": {"words": "草莓"}}
        async with self.ctx.database.transaction() as connection:
            await connection.execute(
                """
                INSERT INTO live.cue (room_id, cue_id, product_id, start_at, end_at, source, reason, confidence)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                self.room_id,
                cue_id,
                (product or self.product).product_id,
                self.at(second),
                self.at(end_second),
                source,
                reason,
                None if reason is None else 0.9,
            )
        return cue_id

    def deed(self, kind: str, second: float | None = None, **more: Any) -> dict[str, Any]:
        """Something done in the replay."""
        item: dict[str, Any] = {"kind": kind, "room_id": str(self.room_id)}
        if second is not None:
            item["media_at_ms"] = to_epoch_ms(self.at(second))
        if kind not in {"entered", "left", "watched"}:
            item["product_id"] = str(self.product.product_id)
        return item | more

    async def tell(self, client: httpx.AsyncClient, *items: dict[str, Any]) -> None:
        """A page tells."""
        answer = await client.post("/api/behaviour", json={"viewer_id": str(uuid4()), "items": list(items)})
        assert answer.status_code == 204, answer.text

    async def buy(self, *seconds: float) -> None:
        """Somebody new goes to the till at these moments of the picture, and pays once."""
        buyer = await self.observer.market.buyer()
        await self.tell(buyer.client, *(self.deed("checkout_started", second) for second in seconds))
        await self.observer.order(buyer, self.product)

    async def hear(self, envelopes: Sequence[Envelope]) -> None:
        """Hand events to those who learn."""
        consumers: dict[str, Consumer] = {each.durable: each for each in handlers.consumers(self.ctx)}
        for durable in ("surfacing-viewings", "surfacing-orders", "surfacing-rooms"):
            mine = [each for each in envelopes if each.type in consumers[durable].event_types]
            await consumers[durable].handle(mine)

    async def learn(self) -> list[Envelope]:
        """All that happened is counted and learned; answers it."""
        told = [*await self.observer.reports(), *await self.observer.events()]
        await self.observer.take_reports([each for each in told if "Reported" in each.type])
        await self.observer.hear([each for each in told if each.type.startswith("Order")])
        await self.hear(told)
        return told

    async def weigh(self) -> list[ReplayMoment]:
        """Weights follow."""
        await weigh_replay(self.ctx, self.room_id, is_unread=True)
        async with self.ctx.database.connection() as connection:
            return await live.list_replay_moments(connection, self.room_id)

    async def cues(self, client: httpx.AsyncClient) -> list[dict[str, Any]]:
        """The cards of one viewing."""
        answer = await client.get(f"/api/rooms/{self.room_id}/cues")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def moments(self) -> dict[str, Any]:
        """What the host is told."""
        answer = await self.observer.stage.host.get(f"/api/rooms/{self.room_id}/surfacing/moments")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def keep(
        self,
        at_ms: int,
        *,
        method: str = "PUT",
        product: Product | None = None,
        client: httpx.AsyncClient | None = None,
    ) -> httpx.Response:
        """The host keeps a moment, or frees it."""
        path = f"/api/rooms/{self.room_id}/surfacing/moments/{(product or self.product).product_id}/{at_ms}"
        return await (client or self.observer.stage.host).request(method, path)

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that is counted, without what sums to nothing."""
        async with self.ctx.database.connection() as connection:
            return {
                table: sorted(
                    (tuple(row) for row in await connection.fetch(f"SELECT * FROM surfacing.{table}")), key=str
                )
                for table in TABLES
            }


async def open_show(ctx: Context, sign_up: SignUp) -> Show:
    """Nobody has watched the replay yet."""
    stage = await set_stage(ctx, sign_up)
    observer = await Observer.open(stage, sign_up)
    await stage.go_on_air()
    show = Show(observer)
    await show.end()
    return show


@pytest.fixture
async def show(ctx: Context, sign_up: SignUp) -> Show:
    """Nobody has watched the replay yet."""
    return await open_show(ctx, sign_up)


async def test_the_card_comes_up_in_the_replay_where_viewers_bought_before_and_says_so(
    show: Show, client: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await show.buy(301)
    await show.learn()
    [moment] = await show.weigh()
    assert timedelta(seconds=-6) <= moment.at - show.at(301) <= timedelta(0)
    assert (moment.reason, moment.weight > 8_000) == ("bought", True)
    viewings = [await show.cues(client) for _ in range(10)]
    [cue] = next(each for each in viewings if each)
    assert (cue["product_id"], cue["start_ms"]) == (str(show.product.product_id), to_epoch_ms(moment.at))
    assert cue["end_ms"] == cue["start_ms"] + moment.show_ms
    why = cue["why"]
    assert (why["source"], why["code"], why["params"]) in [
        ("auto", "replay.bought", {"minute": minute}) for minute in ("4:55", "4:56", "4:57", "4:58", "4:59", "5:00")
    ]
    assert translate("en", "surfacing", why["code"], why["params"]).startswith("Viewers who got to")


async def test_nothing_comes_up_over_the_hosts_own_card_or_within_20_s_after_it(
    show: Show, client: httpx.AsyncClient
) -> None:
    own = await show.cue(600, 630)
    agreed = await show.cue(900, 920, source="suggested")
    for _ in range(2):
        await show.buy(596, 606, 636, 648, 897, 905, 935, 660)
    await show.learn()
    [moment] = await show.weigh()
    assert timedelta(seconds=650 - 630) <= moment.at - show.at(630) <= timedelta(seconds=30)
    for _ in range(5):
        cues = {cue["cue_id"]: cue for cue in await show.cues(client)}
        for cue_id, start, end in ((own, 600, 630), (agreed, 900, 920)):
            told = cues.pop(str(cue_id))
            assert (told["start_ms"], told["end_ms"]) == (to_epoch_ms(show.at(start)), to_epoch_ms(show.at(end)))
        assert {cue["start_ms"] for cue in cues.values()} <= {to_epoch_ms(moment.at)}


async def test_a_card_of_the_platform_that_drives_people_away_comes_up_no_more(
    show: Show, client: httpx.AsyncClient
) -> None:
    cue_id = await show.cue(300, 345, source="auto")
    [before] = await show.weigh()
    assert (before.reason, before.at, before.weight > 8_000) == ("cued", show.at(300), True)
    for _ in range(60):
        await show.tell(client, show.deed("card_shown", 300.4), show.deed("left", 302))
        await show.tell(client, show.deed("watched", 1500, watch_s=30), show.deed("left", 1500))
    await show.learn()
    [after] = await show.weigh()
    assert after.weight < 100
    for _ in range(5):
        cues = [cue for cue in await show.cues(client) if cue["end_ms"] != cue["start_ms"]]
        assert len(cues) <= 1, "At most once in a hundred viewings."
        [explained] = [cue for cue in await show.cues(client) if cue["cue_id"] == str(cue_id)]
        assert explained["start_ms"] == explained["end_ms"] == to_epoch_ms(show.at(300))


async def test_a_card_that_is_clicked_and_sells_stays(show: Show, client: httpx.AsyncClient) -> None:
    await show.cue(300, 345, source="auto")
    for number in range(40):
        clicked = [show.deed("card_clicked", 302)] if number % 4 == 0 else []
        await show.tell(client, show.deed("card_shown", 300), *clicked, show.deed("left", 1500))
    await show.learn()
    [moment] = await show.weigh()
    assert moment.weight > 9_000


async def test_the_host_sees_what_was_tried_in_the_replay_what_came_of_it_and_why(
    show: Show, client: httpx.AsyncClient
) -> None:
    await show.cue(300, 345, source="auto")
    for number in range(8):
        clicked = [show.deed("card_clicked", 302)] if number % 4 == 0 else []
        await show.tell(client, show.deed("card_shown", 300), *clicked, show.deed("left", 301 if number == 1 else 1500))
    await show.learn()
    [moment] = await show.weigh()
    told = await show.moments()
    assert (told["room_id"], told["is_long"]) == (str(show.room_id), True)
    [product] = told["products"]
    assert (product["product_id"], product["title"]) == (str(show.product.product_id), show.product.title)
    [tried] = product["moments"]
    counts = [tried[each] for each in ("shown", "clicked", "ordered", "left")]
    assert (tried["at_ms"], tried["chapter"], counts) == (300_000, 0, [8, 2, 0, 1])
    assert (tried["share"], tried["reason"], tried["is_kept"]) == (moment.weight / 10_000, "cued", False)
    assert tried["text"] == translate("zh", "surfacing", "tried.cued")


async def test_a_moment_that_the_host_keeps_is_in_every_viewing_whatever_is_learned_until_it_is_freed(
    show: Show, client: httpx.AsyncClient
) -> None:
    await show.cue(300, 345, source="auto")
    await show.cue(400, 445, source="auto")
    await show.weigh()
    assert (await show.keep(300_000)).status_code == 204
    for _ in range(60):
        await show.tell(client, show.deed("card_shown", 300.4), show.deed("left", 302))
        await show.tell(client, show.deed("watched", 1500, watch_s=30), show.deed("left", 1500))
    await show.learn()
    moments = {moment.at: (moment.weight, moment.is_kept) for moment in await show.weigh()}
    assert moments == {show.at(300): (10_000, True), show.at(400): (0, False)}
    for _ in range(5):
        [cue] = [cue for cue in await show.cues(client) if cue["end_ms"] != cue["start_ms"]]
        assert (cue["start_ms"], cue["why"]["code"]) == (to_epoch_ms(show.at(300)), "replay.kept")
    assert "5:00" in translate("en", "surfacing", cue["why"]["code"], cue["why"]["params"])
    [kept, other] = (await show.moments())["products"][0]["moments"]
    assert [(each["is_kept"], each["share"]) for each in (kept, other)] == [(True, 1), (False, 0)]
    assert kept["left"] >= 50

    assert (await show.keep(300_000, method="DELETE")).status_code == 204
    async with show.ctx.database.connection() as connection:
        freed = {moment.at: moment.weight for moment in await live.list_replay_moments(connection, show.room_id)}
    assert freed[show.at(300)] < 100 < freed[show.at(400)]


async def test_only_what_is_tried_is_kept_by_nobody_but_the_host_and_two_kept_cards_never_meet(
    show: Show, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    await show.cue(300, 345, source="auto")
    await show.cue(310, 345, source="auto", product=show.other)
    await show.weigh()
    before = await show.moments()
    stranger, _ = await sign_up("路人")
    assert (await show.keep(300_000, client=stranger)).status_code == 403
    assert (await show.keep(301_000)).status_code == 404
    assert (await show.keep(10**30)).status_code == 404
    assert (await show.keep(10**30, method="DELETE")).status_code == 204
    assert await show.moments() == before
    assert (await show.keep(300_000)).status_code == 204
    refusal = await show.keep(310_000, product=show.other)
    told = refusal.json()
    assert (refusal.status_code, told["code"], told["params"]["moment"]) == (409, "moments_too_close", "5:00")
    assert f"“{show.product.title}”" in told["title"]
    [kept] = [m for each in (await show.moments())["products"] for m in each["moments"] if m["is_kept"]]
    assert kept["at_ms"] == 300_000


async def test_what_was_done_live_is_not_learned_as_of_the_replay(show: Show, client: httpx.AsyncClient) -> None:
    show.ended_at = utc_now() - timedelta(seconds=20)
    async with show.ctx.database.transaction() as connection:
        await connection.execute("UPDATE live.room SET ended_at = $2 WHERE room_id = $1", show.room_id, show.ended_at)
    live_ms = {"ago_ms": 30_000}
    await show.tell(client, show.deed("card_shown", 300, **live_ms), show.deed("card_clicked", 301, **live_ms))
    await show.learn()
    assert await show.rows() == {table: [] for table in TABLES}


async def test_late_and_doubled_words_change_nothing_and_a_rebuild_learns_the_same(
    show: Show, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    rng = random.Random(7)
    for _ in range(12):
        second = rng.randrange(1_500)
        clicked = [show.deed("card_clicked", second + 1)] if rng.random() < 0.4 else []
        entered, shown = show.deed("entered"), show.deed("card_shown", second)
        await show.tell(client, entered, shown, *clicked, show.deed("left", second + rng.randrange(9)))
    buyer = await show.observer.market.buyer()
    await show.tell(buyer.client, show.deed("card_shown", 100), show.deed("card_shown", 700))
    await show.tell(buyer.client, show.deed("card_clicked", 101), show.deed("checkout_started", 110))
    await show.observer.order(buyer, show.product)
    told = await show.learn()
    learned = await show.rows()
    assert sum(row[4] for row in learned["moment_count"]) == 14
    assert [(row[2], row[5]) for row in learned["moment_count"] if row[6]] == [(100, 1)]
    for envelope in late_and_twice(told, rng):
        await show.hear([envelope])
    assert await show.rows() == learned
    await rebuild(show.ctx)
    assert await show.rows() == learned


async def test_the_first_who_watch_a_replay_profit_from_who_watched_live(show: Show, client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await show.buy(301)
    await show.learn()
    async with show.ctx.database.transaction() as connection:
        await connection.execute("DELETE FROM surfacing.replay")
    moved = RoomMoved(
        room_id=show.room_id,
        host_id=show.observer.stage.host_id,
        shop_id=show.observer.stage.shop_id,
        state=RoomState.ENDED,
        at_ms=to_epoch_ms(show.ended_at),
    )
    await show.hear([envelope_of(moved)])
    assert [await weigh_replays(show.ctx) for _ in range(2)] == [1, 0]
    async with show.ctx.database.connection() as connection:
        assert len(await live.list_replay_moments(connection, show.room_id)) == 1


async def test_what_an_erased_person_did_in_films_is_forgotten_and_the_sums_stay(
    show: Show, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    buyer = await show.observer.market.buyer()
    account_id = buyer.account_id
    await show.tell(buyer.client, show.deed("card_shown", 300), show.deed("left", 900))
    await show.tell(client, show.deed("card_shown", 300), show.deed("left", 900))
    await show.observer.order(buyer, show.product)
    await show.learn()
    learned = await show.rows()
    async with show.ctx.database.transaction() as connection:
        await erase(connection, AccountErased(account_id=account_id, ghosts=[]))
    rows = await show.rows()
    assert len(rows["viewing"]) == 1
    assert str(account_id) not in str(rows)
    assert [row[5] for row in rows["moment_order"]] == [300], "the order still counts where it was put down"
    assert {**rows, "viewing": [], "moment_order": []} == {**learned, "viewing": [], "moment_order": []}


async def test_leaving_a_replay_is_no_visit_and_no_act_of_the_rooms_figures(
    show: Show, client: httpx.AsyncClient
) -> None:
    await show.tell(client, show.deed("entered"), show.deed("left", 300))
    await show.learn()
    figures = await show.observer.get(show.observer.stage.host)
    assert (figures["metrics"]["traffic"]["views"], figures["metrics"]["traffic"]["watch_s"]) == (1, 0)
    async with show.ctx.database.connection() as connection:
        assert await insights.list_room_product_seconds(connection, show.room_id, 5) == []
