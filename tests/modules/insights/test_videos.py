"""A creator sees of a video who watched how far and what was bought at which second; each told thing counts once."""

import random
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.conftest import SignUp
from tests.modules.feed.cinema import Cinema, Person
from tests.modules.insights.observer import Observer, late_and_twice

from xiaodian.contracts.content import VideoId
from xiaodian.modules.imports.api import list_noted
from xiaodian.modules.insights import api as insights

KINDS_OF_PRODUCTS = ("card_shown", "card_clicked", "product_viewed", "checkout_started")
TABLES = ("video_viewer", "video_visit", "video_second", "video_product_second", "video_sale_second")


class Screening:
    """A published video with one of the observer's products, and its creator."""

    def __init__(self, observer: Observer, cinema: Cinema, creator: Person, video_id: VideoId) -> None:
        self.observer, self.cinema, self.creator, self.video_id = observer, cinema, creator, video_id
        self.product = observer.products[0]

    def deed(self, kind: str, **more: Any) -> dict[str, Any]:
        """Something done on the video."""
        item: dict[str, Any] = {"kind": kind, "video_id": str(self.video_id)}
        if kind in KINDS_OF_PRODUCTS:
            item["product_id"] = str(self.product.product_id)
        return item | more

    async def tell(self, client: httpx.AsyncClient, *items: dict[str, Any], viewer_id: UUID | None = None) -> None:
        """A page tells."""
        body = {"viewer_id": str(viewer_id or uuid4()), "items": list(items)}
        answer = await client.post("/api/behaviour", json=body)
        assert answer.status_code == 204, answer.text

    async def count(self) -> None:
        """What pages told is counted."""
        await self.observer.take_reports(await self.observer.reports())

    async def metrics(self) -> dict[str, Any]:
        """The figures, as the creator sees them."""
        answer = await self.creator.client.get(f"/api/me/videos/{self.video_id}/metrics")
        assert answer.status_code == 200, answer.text
        figures: dict[str, Any] = answer.json()
        return figures

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every summary of videos."""
        async with self.cinema.ctx.database.connection() as connection:
            return {
                table: sorted(
                    (tuple(row) for row in await connection.fetch(f"SELECT * FROM insights.{table}")), key=str
                )
                for table in TABLES
            }


@pytest.fixture
async def screening(observer: Observer, sign_up: SignUp) -> Screening:
    """A video of 20 seconds."""
    cinema = Cinema(observer.ctx, sign_up)
    creator = await cinema.join("达人")
    video_id = await cinema.publish(creator, product_ids=[observer.products[0].product_id])
    return Screening(observer, cinema, creator, video_id)


async def test_the_curve_says_how_far_viewers_got_and_where_they_left(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    deed = screening.deed
    await screening.tell(
        client,
        deed("seen"),
        deed("entered"),
        deed("watched", watch_s=5, media_at_ms=5_200),
        deed("left", media_at_ms=5_400),
    )
    await screening.tell(client, deed("seen"), deed("entered"), deed("watched", watch_s=20, media_at_ms=20_000))
    await screening.tell(client, deed("seen"))
    await screening.count()
    figures = await screening.metrics()
    assert (figures["seen"], figures["viewers"], figures["views"], figures["watch_s"]) == (3, 2, 2, 25)
    assert figures["watch_through"] == round((5.4 + 20) / 40, 4)
    reached = [moment["reached"] for moment in figures["moments"]]
    assert reached == [2] * 6 + [1] * 14
    assert [moment["at_ms"] for moment in figures["moments"] if moment["left"]] == [5_000]


async def test_who_watches_again_counts_once_in_the_curve_at_the_furthest_moment(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    viewer_id = uuid4()
    for furthest in (12_000, 3_000):
        watched = screening.deed("watched", watch_s=3, media_at_ms=furthest)
        await screening.tell(client, screening.deed("entered"), watched, viewer_id=viewer_id)
        await screening.count()
    figures = await screening.metrics()
    assert (figures["views"], figures["viewers"]) == (2, 1)
    assert [moment["reached"] for moment in figures["moments"]] == [1] * 13 + [0] * 7


async def test_no_moment_is_after_the_end_of_the_film_whatever_a_page_says(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    await screening.tell(client, screening.deed("watched", watch_s=9, media_at_ms=4_000_000_000_000))
    await screening.count()
    figures = await screening.metrics()
    assert figures["moments"][-1]["reached"] == 1
    assert figures["watch_s"] == 9


async def test_cards_clicks_and_orders_are_seen_by_product_and_second(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    deed = screening.deed
    await screening.tell(
        client,
        deed("entered"),
        deed("card_shown", media_at_ms=3_100),
        deed("card_clicked", media_at_ms=4_900),
        deed("checkout_started", media_at_ms=5_000),
    )
    await screening.count()
    await screening.observer.order_from_video(screening.product, screening.video_id, 5_000)
    await screening.observer.order_from_video(screening.product, screening.video_id, None)
    await screening.observer.hear()
    figures = await screening.metrics()
    [product] = figures["products"]
    assert (product["impressions"], product["clicks"], product["orders_paid"]) == (1, 1, 2)
    by_second = {moment["at_ms"]: moment for moment in product["moments"]}
    assert sorted(by_second) == [3_000, 4_000, 5_000]
    assert (by_second[5_000]["checkout_starts"], by_second[5_000]["orders_paid"]) == (1, 1)
    assert figures["sums"]["orders_paid"] == 2
    assert sum(moment["orders_paid"] for moment in figures["moments"]) == 1
    assert figures["sums"]["gmv_minor"] == product["gmv_minor"] > 0
    assert figures["buyers"] == 2


async def test_the_list_of_videos_tells_its_creator_alone_how_many_orders_each_brought(screening: Screening) -> None:
    await screening.observer.order_from_video(screening.product, screening.video_id, 5_000)
    await screening.observer.hear()
    silent = await screening.cinema.publish(screening.creator)
    path = f"/api/me/videos/orders?video_id={screening.video_id}&video_id={silent}&video_id={uuid4()}"
    told = (await screening.creator.client.get(path)).json()["items"]
    assert {each["video_id"]: each["orders_paid"] for each in told} == {str(screening.video_id): 1, str(silent): 0}
    assert (await (await screening.cinema.join("别人")).client.get(path)).json() == {"items": []}


async def test_what_was_never_so_is_not_counted(screening: Screening, client: httpx.AsyncClient) -> None:
    draft = await screening.cinema.publish(screening.creator)
    async with screening.cinema.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE content.video SET state = 'draft', published_at = NULL WHERE video_id = $1", draft
        )
    foreign = str(screening.observer.foreign.product_id)
    await screening.tell(
        client,
        screening.deed("entered", video_id=str(uuid4())),
        screening.deed("entered", video_id=str(draft)),
        screening.deed("card_clicked", product_id=foreign, media_at_ms=1),
    )
    await screening.count()
    assert all(rows == [] for rows in (await screening.rows()).values())


async def test_nobody_but_its_creator_sees_the_figures_of_a_video(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    path = f"/api/me/videos/{screening.video_id}/metrics"
    assert (await client.get(path)).status_code == 401
    assert (await (await screening.cinema.join("别人")).client.get(path)).status_code == 404
    assert (await screening.observer.stage.host.get(path)).status_code == 404


async def test_reports_that_come_twice_or_late_and_a_rebuild_give_the_same_figures(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    rng = random.Random(11)
    viewers = [uuid4() for _ in range(6)]
    for _ in range(30):
        furthest = rng.randrange(20_000)
        items = [screening.deed("entered"), screening.deed("watched", watch_s=2, media_at_ms=furthest)]
        items += [screening.deed(rng.choice(KINDS_OF_PRODUCTS), media_at_ms=furthest)]
        await screening.tell(client, *items, viewer_id=rng.choice(viewers))
    for _ in range(3):
        await screening.observer.order_from_video(screening.product, screening.video_id, rng.randrange(20_000))
    reports = await screening.observer.reports()
    heard = late_and_twice(reports, rng)
    for start in range(0, len(heard), 7):
        await screening.observer.take_reports(heard[start : start + 7])
    await screening.observer.hear()
    counted = await screening.rows()
    assert (await screening.metrics())["views"] == 30
    await insights.rebuild(screening.cinema.ctx, list_noted)
    assert await screening.rows() == counted
    await screening.observer.take_reports(reports)
    assert await screening.rows() == counted
