"""What happens elsewhere becomes moments of the rooms it concerns, once, however often the event comes."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.live.stage import Stage

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductChanged, ProductId, SkuId, StockChanged, StockId
from xiaodian.contracts.live import (
    AnyMoment,
    BagMoment,
    PriceMoment,
    PurchaseMoment,
    RoomId,
    RoomState,
    StateMoment,
    StockMoment,
)
from xiaodian.contracts.media import PublishRefusedError, StreamEnded, StreamId, StreamInterrupted, StreamStarted
from xiaodian.contracts.orders import LineOfEvent, OrderId, OrderPaid
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live.api import RoomGate

AT_MS = 1_760_000_000_000


def states(moments: list[AnyMoment]) -> list[RoomState]:
    return [moment.state for moment in moments if isinstance(moment, StateMoment)]


def paid(stage: Stage, *, quantity: int = 2, is_quiet: bool = False, room_id: RoomId | None = None) -> OrderPaid:
    lines = [
        LineOfEvent(
            product_id=product.product_id,
            sku_id=product.skus[0].sku_id,
            product_title=product.title,
            sku_name="3斤装",
            quantity=quantity,
            room_id=room_id or stage.room_id,
            creator_id=None,
            amount_minor=2990 * quantity,
        )
        for product in stage.products
    ]
    return OrderPaid(
        order_id=OrderId(uuid4()),
        shop_id=stage.shop_id,
        buyer_id=AccountId(uuid4()),
        buyer_name="小*",
        room_id=room_id or stage.room_id,
        is_quiet=is_quiet,
        lines=lines,
        total_minor=1,
        currency="CNY",
    )


async def test_the_room_follows_its_stream_on_air_interrupted_back_and_over(stage: Stage) -> None:
    stream_id = await stage.stream_id()
    events = [
        StreamStarted(stream_id=stream_id, at_ms=AT_MS, is_return=False),
        StreamInterrupted(stream_id=stream_id, at_ms=AT_MS + 1000),
        StreamStarted(stream_id=stream_id, at_ms=AT_MS + 2000, is_return=True),
        StreamEnded(stream_id=stream_id, at_ms=AT_MS + 60_000, duration_ms=60_000),
    ]
    envelopes = []
    for event in events:
        envelopes += await stage.happen("live-streams", event)
    await stage.repeat("live-streams", envelopes)
    told = await stage.told()
    assert states(told) == [RoomState.ON_AIR, RoomState.INTERRUPTED, RoomState.ON_AIR, RoomState.ENDED]
    room = (await stage.host.get(f"/api/rooms/{stage.room_id}")).json()
    assert (room["started_at_ms"], room["ended_at_ms"], room["duration_ms"]) == (AT_MS, AT_MS + 60_000, 60_000)


async def test_one_batch_may_hold_the_whole_life_of_a_stream(stage: Stage) -> None:
    stream_id = await stage.stream_id()
    await stage.happen(
        "live-streams",
        StreamStarted(stream_id=stream_id, at_ms=AT_MS, is_return=False),
        StreamStarted(stream_id=StreamId(uuid4()), at_ms=AT_MS, is_return=False),
        StreamEnded(stream_id=stream_id, at_ms=AT_MS + 5, duration_ms=5),
    )
    assert states(await stage.told()) == [RoomState.ON_AIR, RoomState.ENDED]


async def test_every_purchase_is_told_line_by_line_and_once(stage: Stage) -> None:
    orders = [paid(stage, quantity=number) for number in range(1, 101)]
    envelopes = await stage.happen("live-purchases", *orders)
    await stage.repeat("live-purchases", envelopes)
    told = [moment for moment in await stage.told() if isinstance(moment, PurchaseMoment)]
    assert len(told) == 200
    assert sum(moment.quantity for moment in told) == 2 * sum(range(1, 101))
    assert {moment.name for moment in told} == {"小*"}
    assert {moment.title for moment in told} == {"丹东草莓", "五常大米"}


async def test_a_quiet_purchase_or_one_outside_of_rooms_is_not_told(stage: Stage) -> None:
    elsewhere = paid(stage, room_id=RoomId(uuid4()))
    await stage.happen("live-purchases", paid(stage, is_quiet=True), elsewhere)
    assert await stage.told() == []


async def test_a_room_that_is_over_is_told_nothing_any_more(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.host.post(f"{stage.control}/end")
    before = await stage.told()
    product = stage.products[0]
    await stage.happen("live-purchases", paid(stage))
    await stage.happen("live-products", ProductChanged(product_id=product.product_id, shop_id=stage.shop_id))
    await stage.happen("live-stock", stock_changed(stage, 4))
    assert await stage.told() == before


def stock_changed(stage: Stage, available: int, stock_id: StockId | None = None) -> StockChanged:
    sku = stage.sku()
    return StockChanged(
        shop_id=sku.shop_id,
        product_id=sku.product_id,
        sku_id=sku.sku_id,
        stock_id=stock_id or StockId(sku.sku_id),
        available=available,
    )


async def test_viewers_see_what_is_left_and_only_the_last_word_of_a_rush(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.go_on_air()
    envelopes = await stage.happen("live-stock", *(stock_changed(stage, left) for left in range(9, -1, -1)))
    await stage.repeat("live-stock", envelopes)
    told = [moment for moment in await stage.told() if isinstance(moment, StockMoment)]
    assert [(moment.sku_id, moment.available) for moment in told] == [(stage.sku().sku_id, 0)]


async def test_stock_of_what_is_not_in_the_bag_concerns_nobody(stage: Stage) -> None:
    await stage.fill_bag(1)
    await stage.go_on_air()
    sku_id = SkuId(uuid4())
    stranger = StockChanged(
        shop_id=ShopId(uuid4()),
        product_id=ProductId(uuid4()),
        sku_id=sku_id,
        stock_id=StockId(sku_id),
        available=1,
    )
    await stage.happen("live-stock", stock_changed(stage, 4), stranger)
    assert not any(isinstance(moment, StockMoment) for moment in await stage.told())


async def test_the_bag_is_fresh_when_the_room_goes_on_air(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.host.put(f"/api/skus/{stage.sku().sku_id}/stock", json={"available": 4})
    await stage.go_on_air()
    bag = [moment for moment in await stage.told() if isinstance(moment, BagMoment)][-1]
    assert bag.items[0].skus[0].available == 4


async def test_a_changed_product_is_shown_anew_and_one_off_sale_leaves_the_bag_with_numbers_kept(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.go_on_air()
    await stage.host.put(f"{stage.control}/skus/{stage.sku(1).sku_id}/price", json={"price_minor": 1990})
    assert isinstance((await stage.told())[-1], PriceMoment)
    path = f"/api/products/{stage.products[0].product_id}"
    assert (await stage.host.patch(path, json={"state": "off"})).status_code == 200
    envelopes = await stage.happen(
        "live-products", ProductChanged(product_id=stage.products[0].product_id, shop_id=stage.shop_id)
    )
    await stage.repeat("live-products", envelopes)
    bags = [moment for moment in await stage.told() if isinstance(moment, BagMoment)]
    assert len(bags) == 3
    (left,) = bags[-1].items
    assert (left.number, left.title, left.skus[0].price_minor) == (2, "五常大米", 1990)


async def streams_to(stage: Stage) -> RoomId:
    """The room into which the host's encoder would publish now."""
    grant = await RoomGate(stage.ctx).stream_for(stage.host_id)
    async with stage.ctx.database.connection() as connection:
        value = await connection.fetchval("SELECT room_id FROM live.room WHERE stream_id = $1", grant.stream_id)
    return RoomId(value)


async def announce(stage: Stage, hours: float | None, age_hours: float = 0) -> RoomId:
    """Another room of the host, planned for in so many hours, made so many hours ago."""
    planned = None if hours is None else to_epoch_ms(utc_now() + timedelta(hours=hours))
    answer = await stage.host.post("/api/rooms", json={"title": "另一场", "planned_at_ms": planned})
    assert answer.status_code == 201, answer.text
    room_id = RoomId(UUID(answer.json()["room_id"]))
    await make_older(stage, room_id, age_hours)
    return room_id


async def make_older(stage: Stage, room_id: RoomId, hours: float) -> None:
    async with stage.ctx.database.transaction() as connection:
        await connection.execute(
            "UPDATE live.room SET created_at = created_at - $2::interval WHERE room_id = $1",
            room_id,
            timedelta(hours=hours),
        )


async def test_without_plans_a_host_publishes_into_the_newest_room_that_is_not_over(stage: Stage) -> None:
    newer = await announce(stage, None)
    assert await streams_to(stage) == newer
    await stage.host.post(f"/api/rooms/{newer}/control/end")
    assert await streams_to(stage) == stage.room_id
    await stage.host.post(f"{stage.control}/end")
    with pytest.raises(PublishRefusedError):
        await RoomGate(stage.ctx).stream_for(stage.host_id)


@pytest.mark.parametrize("hours", [None, 0.1, 24 * 7])
async def test_announcing_the_next_show_leaves_the_one_on_air_its_encoder(stage: Stage, hours: float | None) -> None:
    await stage.go_on_air()
    await make_older(stage, stage.room_id, 3)
    await announce(stage, hours)
    assert await streams_to(stage) == stage.room_id
    interrupted = StreamInterrupted(stream_id=await stage.stream_id(), at_ms=AT_MS)
    await stage.happen("live-streams", interrupted)
    assert await streams_to(stage) == stage.room_id


async def test_todays_show_goes_on_air_and_not_tomorrows_that_was_announced_later(stage: Stage) -> None:
    await stage.host.post(f"{stage.control}/end")
    today = await announce(stage, 0.5)
    await announce(stage, 24)
    await announce(stage, -20)
    assert await streams_to(stage) == today


async def test_a_room_without_a_plan_goes_on_air_before_tomorrows_show(stage: Stage) -> None:
    await make_older(stage, stage.room_id, 50)
    await announce(stage, 24)
    assert await streams_to(stage) == stage.room_id


async def test_a_show_whose_hour_has_come_goes_on_air_before_a_room_left_over(stage: Stage) -> None:
    await make_older(stage, stage.room_id, 50)
    due = await announce(stage, 0.2)
    assert await streams_to(stage) == due
    fresh = await announce(stage, None)
    assert await streams_to(stage) == fresh
