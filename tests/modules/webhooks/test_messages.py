"""What happens in a shop becomes messages: each once, numbered without gaps, none skipped by who fetches them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from scripts.document_webhooks import sample_draft
from tests.conftest import SignUp
from tests.modules.orders.life import post, shipment, track
from tests.modules.orders.market import open_market
from tests.modules.webhooks.desk import Desk

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Event, UnavailableError
from xiaodian.contracts.catalog import ProductChanged, ProductId
from xiaodian.contracts.content import VideoChanged, VideoId, VideoPublished, VideoWithdrawn
from xiaodian.contracts.live import CueId, ProductFeatured, ProductUnfeatured, RoomMoved, RoomState
from xiaodian.contracts.orders import ParcelTracked
from xiaodian.contracts.payments import RefundFailed, RefundId
from xiaodian.contracts.settlement import OrderSettled, OwnerKind, PayoutChanged, PayoutId, PayoutState, SettlementId
from xiaodian.infra import outbox
from xiaodian.infra.outbox import event_messages
from xiaodian.kit.clock import utc_now
from xiaodian.modules.webhooks.catalogue import CATALOGUE
from xiaodian.modules.webhooks.service import set_aside, translate
from xiaodian.modules.webhooks.service.forget import forget_old
from xiaodian.modules.webhooks.service.record import record

Messages = list[dict[str, Any]]


async def fetch(desk: Desk, cursor: str | None = None, **query: Any) -> dict[str, Any]:
    """A page of the shop's messages."""
    params = {**query, **({"cursor": cursor} if cursor else {})}
    answer = await desk.seller.get(f"/api/shops/{desk.market.shop_id}/events", params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def fetch_all(desk: Desk, **query: Any) -> Messages:
    """All of the shop's messages."""
    return list((await fetch(desk, **query))["items"])


def of(messages: Messages, kind: str, subject_id: object) -> Messages:
    """Those about one subject."""
    return [one for one in messages if one["subject"] == {"kind": kind, "id": str(subject_id)}]


async def test_an_order_is_told_from_placing_to_completion_with_its_parcel_and_its_money(desk: Desk) -> None:
    buyer, sku_id = await desk.market.buyer(), await desk.market.sku()
    order = await buyer.order(sku_id, 2)
    charge = await buyer.pay(order["order_id"])
    await post(desk.seller, order, "shipment", shipment())
    await track(desk.seller, order, {"kind": "in_transit"}, {"kind": "delivered"})
    await post(buyer.client, order, "receipt")
    await desk.take_in()
    messages = of(await fetch_all(desk), "order", order["order_id"])
    assert [one["type"] for one in messages] == [
        "order.placed",
        "payment.captured",
        "order.paid",
        "order.shipped",
        "shipment.created",
        "shipment.tracked",
        "order.delivered",
        "order.completed",
    ]
    assert [one["sequence"] for one in messages] == list(range(1, 9))
    states = [one["data"]["state"] for one in messages if one["type"].startswith("order.")]
    assert states == ["pending_payment", "paid", "shipped", "delivered", "completed"]
    assert messages[0]["data"]["number"] == order["number"]
    assert messages[0]["data"]["lines"][0]["quantity"] == 2
    assert messages[1]["data"]["charge_id"] == charge["charge_id"]
    assert "李小丹" not in str(messages)
    assert "13800000001" not in str(messages)


async def test_products_and_their_stock_are_told_and_a_new_state_is_told_as_such(desk: Desk) -> None:
    [sku_id] = await desk.market.product([10], state="draft")
    product_id = await desk.market.product_id(sku_id)
    await desk.take_in()
    assert (await desk.seller.patch(f"/api/products/{product_id}", json={"title": "红草莓"})).is_success
    await desk.take_in()
    assert (await desk.seller.patch(f"/api/products/{product_id}", json={"state": "on_sale"})).is_success
    assert (await desk.seller.put(f"/api/skus/{sku_id}/stock", json={"available": 7})).is_success
    await desk.take_in()
    told = [one for one in of(await fetch_all(desk), "product", product_id) if one["type"] != "stock.changed"]
    assert [one["type"] for one in told] == ["product.created", "product.changed", "product.state_changed"]
    assert told[2]["data"]["previous_state"] == "draft"
    stock = [one for one in await fetch_all(desk) if one["type"] == "stock.changed"]
    assert stock[-1]["data"]["available"] == 7


async def test_a_deleted_draft_is_told_once(desk: Desk) -> None:
    [sku_id] = await desk.market.product([10], state="draft")
    product_id = await desk.market.product_id(sku_id)
    await desk.take_in()
    path = f"/api/shops/{desk.market.shop_id}/product-deeds"
    answer = await desk.seller.post(path, json={"deed": "delete_drafts", "product_ids": [product_id]})
    assert answer.is_success, answer.text
    await desk.happen(ProductChanged(product_id=ProductId(UUID(product_id)), shop_id=desk.market.shop_id))
    told = [one["type"] for one in of(await fetch_all(desk), "product", product_id)]
    assert told.count("product.deleted") == 1
    assert told[-1] == "product.deleted"


async def test_a_rush_on_one_stock_is_told_once(desk: Desk) -> None:
    sku_id = await desk.market.sku(stock=100)
    await desk.take_in()
    before = len(await fetch_all(desk, type="stock.changed"))
    for available in range(20):
        await desk.seller.put(f"/api/skus/{sku_id}/stock", json={"available": available})
    await desk.take_in()
    told = await fetch_all(desk, type="stock.changed")
    assert len(told) == before + 1
    assert told[-1]["data"]["available"] == 19


async def test_what_a_room_shows_goes_to_its_shop_and_to_the_shop_whose_goods_they_are(
    desk: Desk, sign_up: SignUp
) -> None:
    other = await open_market(desk.ctx, sign_up)
    theirs = UUID(await other.product_id(await other.sku()))
    room_id, at_ms = await desk.market.room(), 1_760_000_000_000
    shown: dict[str, Any] = {
        "room_id": room_id,
        "shop_id": desk.market.shop_id,
        "cue_id": CueId(uuid4()),
        "product_id": theirs,
    }
    await desk.happen(
        RoomMoved(
            room_id=room_id,
            host_id=desk.market.seller_id,
            shop_id=desk.market.shop_id,
            state=RoomState.ON_AIR,
            at_ms=at_ms,
        ),
        ProductFeatured(**shown, at_ms=at_ms),
        ProductUnfeatured(**shown, at_ms=at_ms + 1000),
    )
    told = of(await fetch_all(desk), "room", room_id)
    assert [(one["type"], one["sequence"]) for one in told] == [
        ("room.on_air", 1),
        ("room.featured", 2),
        ("room.unfeatured", 3),
    ]
    answer = await other.seller.get(f"/api/shops/{other.shop_id}/events")
    there = of(answer.json()["items"], "room", room_id)
    assert [(one["type"], one["sequence"]) for one in there] == [("room.featured", 1), ("room.unfeatured", 2)]


async def test_a_program_learns_of_the_short_videos_of_the_shops_owner_and_of_nobody_elses(desk: Desk) -> None:
    video_id, product_id = VideoId(uuid4()), ProductId(uuid4())
    seen: dict[str, Any] = {
        "video_id": video_id,
        "creator_id": desk.market.seller_id,
        "title": "摘草莓",
        "topics": ["草莓"],
        "product_ids": [product_id],
    }
    strange = {**seen, "video_id": VideoId(uuid4()), "creator_id": AccountId(uuid4())}
    published: dict[str, Any] = {"duration_ms": 9000, "published_at_ms": 1_760_000_000_000}
    await desk.happen(
        VideoPublished(**seen, **published),
        VideoPublished(**strange, **published),
        VideoChanged(**{**seen, "title": "清晨摘草莓"}),
        VideoWithdrawn(video_id=video_id, creator_id=desk.market.seller_id, reason="hidden"),
    )
    messages = [one for one in await fetch_all(desk) if one["subject"]["kind"] == "video"]
    assert [one["type"] for one in messages] == ["video.published", "video.changed", "video.withdrawn"]
    assert messages[0]["data"]["product_ids"] == [str(product_id)]
    assert messages[1]["data"]["title"] == "清晨摘草莓"
    assert messages[2]["data"]["reason"] == "hidden"


async def test_money_is_told(desk: Desk) -> None:
    order_id, shop_id = uuid4(), desk.market.shop_id
    payout: dict[str, Any] = {
        "payout_id": PayoutId(uuid4()),
        "owner_kind": OwnerKind.SHOP,
        "owner_id": shop_id,
        "amount_minor": 100,
    }
    await desk.happen(
        RefundFailed(order_id=order_id, shop_id=shop_id, refund_id=RefundId(uuid4()), amount_minor=5),
        OrderSettled(
            order_id=order_id,
            shop_id=shop_id,
            settlement_id=SettlementId(uuid4()),
            shop_minor=90,
            commission_minor=5,
            fee_minor=5,
            currency="CNY",
        ),
        PayoutChanged(**payout, state=PayoutState.RELEASED),
        PayoutChanged(**payout, state=PayoutState.PAID),
        PayoutChanged(**{**payout, "owner_kind": OwnerKind.CREATOR}, state=PayoutState.PAID),
    )
    assert [one["type"] for one in await fetch_all(desk)] == [
        "payment.refund_failed",
        "settlement.order_settled",
        "payout.sent",
    ]


async def test_events_that_come_twice_or_late_leave_no_gap_and_no_double(desk: Desk) -> None:
    first, second = uuid4(), uuid4()
    events = [desk.tracked(order_id, str(number)) for number in range(5) for order_id in (first, second)]
    messages = [one for event in events for one in event_messages([event])]
    async with desk.ctx.database.transaction() as connection:
        await outbox.put(connection, messages)
    await desk.take_in()
    # The broker itself knows an id for two minutes; after that it stores the same event once more.
    for message in reversed(messages):
        await desk.ctx.broker.publish(message.subject, message.payload)
    await desk.take_in()
    told = await fetch_all(desk)
    assert len(told) == 10
    assert len({one["id"] for one in told}) == 10
    for order_id in (first, second):
        assert [one["sequence"] for one in of(told, "order", order_id)] == [1, 2, 3, 4, 5]


def writers_with(writer: Callable[[Any, Any], Any]) -> dict[type[Event], Any]:
    """All writers of messages, but another one for what happens to parcels."""
    writers: dict[type[Event], Any] = dict(translate._WRITERS)
    writers[ParcelTracked] = writer
    return writers


async def test_an_event_that_no_message_can_be_made_of_holds_up_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = translate._WRITERS[ParcelTracked]

    def _write(pen: Any, event: ParcelTracked) -> Any:
        if event.events[0].text == "poison":
            raise KeyError("poison")
        return write(pen, event)

    monkeypatch.setattr(translate, "_WRITERS", writers_with(_write))
    monkeypatch.setattr(set_aside, "PAUSE_S", 0.0)
    order_id = uuid4()
    await desk.happen(*(desk.tracked(order_id, text) for text in ("first", "poison", "second")))
    await desk.happen(desk.tracked(order_id, "third"))
    told = of(await fetch_all(desk), "order", order_id)
    assert [one["data"]["events"][0]["text"] for one in told] == ["first", "second", "third"]
    assert [one["sequence"] for one in told] == [1, 2, 3]
    async with desk.ctx.database.connection() as connection:
        [row] = await connection.fetch("SELECT type, data, reason FROM webhooks.set_aside")
    assert (row["type"], row["reason"]) == ("ParcelTracked", "KeyError: 'poison'")
    assert b"poison" in row["data"]
    await forget_old(desk.ctx.database, utc_now() + timedelta(days=31))
    assert await desk.rows("set_aside") == 0


async def test_a_database_that_is_away_is_no_event_s_fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def _away(_: Any, __: Any) -> Any:
        raise UnavailableError(retry_after_s=1)

    with monkeypatch.context() as patched:
        patched.setattr(translate, "_WRITERS", writers_with(_away))
        with pytest.raises(UnavailableError):
            await desk.happen(desk.tracked(uuid4(), "x"))
    assert await desk.rows("set_aside") == 0
    await desk.take_in()
    assert await desk.rows("event") == 1


async def test_two_readers_at_once_make_each_message_once(desk: Desk) -> None:
    async with desk.ctx.database.transaction() as connection:
        await outbox.emit(connection, *(desk.tracked(uuid4(), "x") for _ in range(50)))
    await asyncio.gather(desk.take_in(), desk.take_in(), return_exceptions=True)
    await desk.take_in()
    assert await desk.rows("event") == 50


async def test_a_cursor_misses_nothing_whoever_commits_first(desk: Desk) -> None:
    """One writes and does not commit yet; who writes for the same shop meanwhile waits, who reads sees neither."""
    shop_id = desk.market.shop_id
    drafts = [sample_draft(CATALOGUE[name], shop_id) for name in ("order.placed", "order.paid")]
    written, may_commit = asyncio.Event(), asyncio.Event()

    async def _slow() -> None:
        async with desk.ctx.database.transaction() as connection:
            await record(connection, drafts[:1], utc_now())
            written.set()
            await may_commit.wait()

    async def _quick() -> None:
        async with desk.ctx.database.transaction() as connection:
            await record(connection, drafts[1:], utc_now())

    slow = asyncio.create_task(_slow())
    await written.wait()
    quick = asyncio.create_task(_quick())
    page = await fetch(desk)
    assert page["items"] == []
    assert not quick.done()
    may_commit.set()
    await asyncio.gather(slow, quick)
    page = await fetch(desk, page["next_cursor"])
    assert [one["type"] for one in page["items"]] == ["order.placed", "order.paid"]
    assert (await fetch(desk, page["next_cursor"]))["items"] == []


async def test_pages_follow_each_other_and_a_cursor_outlives_types_that_are_left_out(desk: Desk) -> None:
    for number in range(7):
        await desk.happen(desk.tracked(uuid4(), str(number)))
    texts: list[str] = []
    cursor = None
    while True:
        page = await fetch(desk, cursor, limit=3)
        texts += [one["data"]["events"][0]["text"] for one in page["items"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert texts == [str(number) for number in range(7)]
    none = await fetch(desk, type="order.paid")
    assert (none["items"], none["has_more"]) == ([], False)
    assert none["next_cursor"] == cursor


@pytest.mark.parametrize("cursor", ["x", "a" * 300, "____________", "AAAA"])
async def test_a_forged_cursor_is_refused(desk: Desk, cursor: str) -> None:
    answer = await desk.seller.get(f"/api/shops/{desk.market.shop_id}/events", params={"cursor": cursor})
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == "cursor"


async def test_another_shop_sees_nothing_of_it(desk: Desk, sign_up: SignUp) -> None:
    await desk.happen(desk.tracked(uuid4(), "x"))
    other = await open_market(desk.ctx, sign_up)
    answer = await other.seller.get(f"/api/shops/{desk.market.shop_id}/events")
    assert answer.status_code == 404
    own = await other.seller.get(f"/api/shops/{other.shop_id}/events")
    assert own.json()["items"] == []


async def test_after_thirty_days_it_is_said_that_messages_are_gone(desk: Desk) -> None:
    await desk.happen(desk.tracked(uuid4(), "old"))
    cursor = (await fetch(desk, limit=1))["next_cursor"]
    await desk.happen(desk.tracked(uuid4(), "older than the next"))
    await forget_old(desk.ctx.database, utc_now() + timedelta(days=31))
    assert await desk.rows("event") == 0
    answer = await desk.seller.get(f"/api/shops/{desk.market.shop_id}/events", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (410, "events_forgotten")
    oldest = answer.json()["params"]["oldest_cursor"]
    await desk.happen(desk.tracked(uuid4(), "new"))
    assert len((await fetch(desk, oldest))["items"]) == 1
