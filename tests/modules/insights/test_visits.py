"""What visitors' pages tell is counted once, from whoever tells it; what was never so is not counted."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.modules.insights.observer import Observer, late_and_twice, viewer_of

from xiaodian.contracts.insights import WATCH_PIECE_S, BehaviourKind
from xiaodian.kit.clock import utc_now
from xiaodian.modules.imports.api import list_noted
from xiaodian.modules.insights import api as insights
from xiaodian.modules.insights.service.keep_days import keep_days, list_days

pytestmark = pytest.mark.usefixtures("midday")

KINDS_OF_PRODUCTS = ("card_shown", "card_clicked", "product_viewed", "checkout_started")


def report(*items: dict[str, Any], viewer_id: UUID | None = None) -> dict[str, Any]:
    """What a page sends."""
    return {"viewer_id": str(viewer_id or uuid4()), "items": list(items)}


def deed(observer: Observer, kind: str, **more: Any) -> dict[str, Any]:
    """Something done in the room, with the first product if it is about one."""
    item: dict[str, Any] = {"kind": kind, "room_id": str(observer.stage.room_id)}
    if kind in KINDS_OF_PRODUCTS:
        item["product_id"] = str(observer.products[0].product_id)
    return item | more


async def send(who: httpx.AsyncClient, body: dict[str, Any]) -> None:
    """A report that is taken."""
    answer = await who.post("/api/behaviour", json=body)
    assert answer.status_code == 204, answer.text


async def test_a_visit_is_counted_step_by_step_and_people_are_told_apart(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    one, other = uuid4(), uuid4()
    await send(
        client,
        report(
            deed(observer, "entered", ago_ms=9000),
            deed(observer, "card_shown", ago_ms=8000),
            deed(observer, "card_clicked", ago_ms=7000),
            deed(observer, "product_viewed", ago_ms=7000),
            deed(observer, "watched", watch_s=9),
            viewer_id=one,
        ),
    )
    await send(client, report(deed(observer, "entered"), deed(observer, "card_shown"), viewer_id=other))
    await send(client, report(deed(observer, "entered"), deed(observer, "watched", watch_s=5), viewer_id=one))
    await observer.take_reports(await observer.reports())
    traffic = (await observer.get(observer.stage.host))["metrics"]["traffic"]
    assert (traffic["views"], traffic["viewers"], traffic["watch_s"]) == (3, 2, 14)
    assert (traffic["saw_card"], traffic["clicked"], traffic["opened_bag"], traffic["viewed_product"]) == (2, 1, 0, 1)
    metrics = (await observer.get(observer.stage.host))["metrics"]
    assert metrics["watch_average_s"] == 7.0
    [product] = [
        each
        for each in (await observer.get(observer.stage.host, "/products"))["items"]
        if each["product_id"] == str(observer.products[0].product_id)
    ]
    assert (product["impressions"], product["clicks"], product["product_views"]) == (2, 1, 1)


async def test_who_saw_a_room_in_a_feed_is_counted_once_and_is_no_viewer_until_they_go_in(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    passer, guest = uuid4(), uuid4()
    for _ in range(2):
        await send(client, report(deed(observer, "seen"), viewer_id=passer))
    await send(client, report(deed(observer, "seen"), deed(observer, "entered"), viewer_id=guest))
    await observer.take_reports(await observer.reports())
    traffic = (await observer.get(observer.stage.host))["metrics"]["traffic"]
    assert (traffic["saw"], traffic["viewers"], traffic["views"]) == (2, 1, 1)


async def test_watch_time_goes_on_between_two_reports_and_no_second_counts_twice(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await observer.stage.go_on_air()
    viewer_id = uuid4()

    async def _tell(watch_s: int, ago_ms: int) -> tuple[int, int]:
        """Seconds watched by now and what of them is in the sums."""
        await send(client, report(deed(observer, "watched", watch_s=watch_s, ago_ms=ago_ms), viewer_id=viewer_id))
        await observer.take_reports(await observer.reports())
        counted = sum(row[3] for row in (await observer.rows())["room_visit"])
        return (await observer.get(observer.stage.host))["metrics"]["traffic"]["watch_s"], counted

    seen, counted = await _tell(0, 25_000)
    assert (seen, counted) == (25, 0), "it plays since then"
    seen, counted = await _tell(WATCH_PIECE_S, 10_000)
    assert (seen, counted) == (40, 30), "the piece is told; ten seconds are not yet"
    seen, counted = await _tell(9, 0)
    assert (seen, counted) == (39, 39), "it stands still: what was told is all"
    assert (await observer.rows())["room_watching"] == []
    assert await _tell(0, 60_000) == (39, 39), "a word from before changes nothing"


async def test_who_is_not_heard_of_any_more_watches_no_longer(observer: Observer, client: httpx.AsyncClient) -> None:
    await observer.stage.go_on_air()
    await send(client, report(deed(observer, "watched", watch_s=WATCH_PIECE_S, ago_ms=120_000)))
    await observer.take_reports(await observer.reports())
    assert (await observer.get(observer.stage.host))["metrics"]["traffic"]["watch_s"] == WATCH_PIECE_S


async def test_reports_that_come_twice_or_late_count_as_if_they_had_come_once_in_order(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    rng = random.Random(7)
    viewers = [uuid4() for _ in range(6)]
    for _ in range(30):
        items = [
            deed(
                observer,
                kind,
                ago_ms=rng.randrange(600_000),
                watch_s=rng.choice((0, 7, 30)) if kind == "watched" else 0,
            )
            for kind in rng.choices(list(BehaviourKind), k=rng.randint(1, 6))
        ]
        await send(client, report(*items, viewer_id=rng.choice(viewers)))
    heard = late_and_twice(await observer.reports(), rng)
    for start in range(0, len(heard), 7):
        await observer.take_reports(heard[start : start + 7])
    await keep_days(observer.ctx.database, utc_now().date() - timedelta(days=1), timedelta(days=30))
    counted = await observer.rows()
    assert counted["room_visit"]
    await insights.rebuild(observer.ctx, list_noted)
    assert await observer.rows() == counted


async def test_what_is_told_of_rooms_and_products_that_are_not_there_is_dropped(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await send(
        client,
        report(
            deed(observer, "entered", room_id=str(uuid4())),
            deed(observer, "card_shown", product_id=str(uuid4())),
            deed(observer, "bag_opened"),
        ),
    )
    await observer.take_reports(await observer.reports())
    async with observer.ctx.database.connection() as connection:
        kinds = [row["kind"] for row in await connection.fetch("SELECT kind FROM insights.behaviour")]
    assert kinds == ["bag_opened"]


async def test_nobody_can_speak_for_another_account(observer: Observer, client: httpx.AsyncClient) -> None:
    buyer = await observer.market.buyer()
    await send(buyer.client, report(deed(observer, "entered")))
    await send(client, report(deed(observer, "entered"), viewer_id=UUID(str(buyer.account_id))))
    body = report(deed(observer, "entered")) | {"account_id": str(buyer.account_id)}
    assert (await client.post("/api/behaviour", json=body)).status_code == 400
    told = [viewer_of(envelope).account_id for envelope in await observer.reports()]
    assert told == [buyer.account_id, None]


@pytest.mark.parametrize(
    "change",
    [
        {"viewer_id": "me"},
        {"viewer_id": None},
        {"items": []},
        {"items": "x" * 100},
        {"items": [{"kind": "entered"}]},
        {"items": [{"kind": "bought", "room_id": str(uuid4())}]},
        {"items": [{"kind": "entered", "room_id": str(uuid4()), "ago_ms": -1}]},
        {"items": [{"kind": "entered", "room_id": str(uuid4()), "ago_ms": 10**15}]},
        {"items": [{"kind": "entered", "room_id": str(uuid4()), "media_at_ms": 10**18}]},
        {"items": [{"kind": "watched", "room_id": str(uuid4()), "watch_s": 10**6}]},
        {"items": [{"kind": "entered", "room_id": str(uuid4()), "note": "\x00"}]},
        {"items": [{"kind": "entered", "room_id": str(uuid4()), "watch_s": 5}]},
        {"items": [{"kind": "card_shown", "room_id": str(uuid4())}]},
        {"items": [{"kind": "entered", "room_id": str(uuid4())}] * 51},
    ],
)
async def test_junk_is_refused_and_none_of_it_counted(
    observer: Observer, client: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    answer = await client.post("/api/behaviour", json=report(deed(observer, "entered")) | change)
    assert answer.status_code in (400, 422), answer.text
    assert await observer.reports() == []


async def test_a_report_beyond_all_measure_is_refused_unread(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/behaviour", content=b"[" * 20_000, headers={"content-type": "application/json"})
    assert answer.status_code == 413


async def test_days_past_their_time_are_dropped_whole_and_their_sums_stay(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await send(client, report(deed(observer, "entered")))
    await observer.take_reports(await observer.reports())
    today = utc_now().date()
    await keep_days(observer.ctx.database, today, timedelta(days=2))
    async with observer.ctx.database.connection() as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM insights.behaviour_{today:%Y%m%d}") == 1
        assert await connection.fetchval("SELECT count(*) FROM insights.behaviour_other") == 0
    await keep_days(observer.ctx.database, today + timedelta(days=3), timedelta(days=2))
    async with observer.ctx.database.connection() as connection:
        assert today not in await list_days(connection)
        assert await connection.fetchval("SELECT count(*) FROM insights.behaviour") == 0
        assert await connection.fetchval("SELECT viewers FROM insights.room_visit") == 1
