"""Each thing that happens in a room reaches whoever decides there, by its real way, and does no more than it should."""

from uuid import UUID, uuid4

import httpx
from tests.live.stage import publish, relay
from tests.modules.surfacing.room import Room

from xiaodian.contracts.live import PurchaseMoment, ViewersMoment
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.promotion.service.run_clock import start_flash_sales

PITCH = "来家人们咱们现在看二号链接五常大米"
ANSWER = "大家都在问五常大米咱们看一下"
QUESTIONS = ("大米多少钱", "五常大米怎么卖", "2号链接多少钱", "大米有吗", "想要大米")
HOUR_MS = 3_600_000


async def test_many_who_open_a_product_are_heard_and_alone_bring_no_card_up(
    room: Room, client: httpx.AsyncClient
) -> None:
    room.hear_events()
    await room.decide("auto")
    elsewhere = uuid4()
    for _ in range(30):
        await _click(client, room, room.stage.products[1].product_id)
        await _click(client, room, elsewhere)
    await room.until_taken("bag_click", 30)
    # What is not in this room's bag is no signal of it.
    await room.say("好的家人们")
    await room.until_taken("transcript")
    assert room.taken_since("bag_click") == 30
    assert await room.featured() == []
    assert await room.decisions() == []


async def test_viewers_and_purchases_in_bursts_alone_bring_no_card_up(room: Room) -> None:
    await room.decide("auto")
    rice = room.stage.products[1]
    for number in range(40):
        now_ms = to_epoch_ms(utc_now())
        viewers = ViewersMoment(at_ms=now_ms, online=10 + number * 500, delay_ms=None)
        bought = PurchaseMoment(
            at_ms=now_ms, name=f"观*{number}", product_id=rice.product_id, title=rice.title, quantity=2
        )
        for moment in (viewers, bought):
            await publish(room.stage.ctx.broker, room.stage.room_id, moment)
    await room.until_taken("viewers", 40)
    await room.until_taken("purchase", 40)
    assert await room.featured() == []
    assert await room.decisions() == []


async def test_a_host_who_turns_to_what_a_burst_of_viewers_asks_for_needs_say_no_more(room: Room) -> None:
    await room.decide("auto")
    for number in range(10):
        await room.comment(QUESTIONS[number % len(QUESTIONS)])
    await room.until_taken("comment", 10)
    assert await room.decisions() == []
    await room.say(ANSWER)
    featured = await room.until_featured(1)
    assert featured[0].product_id == room.stage.products[1].product_id
    assert featured[0].why is not None
    assert featured[0].why.code == "asked"


async def test_a_flash_sale_brings_its_product_up_when_it_starts_and_once(room: Room) -> None:
    room.hear_events()
    await room.decide("auto")
    now_ms = to_epoch_ms(utc_now())
    sale = {
        "sku_id": str(room.stage.sku().sku_id),
        "price_minor": 1990,
        "set_aside": 4,
        "limit_per_buyer": 2,
        "starts_at_ms": now_ms,
        "ends_at_ms": now_ms + HOUR_MS,
    }
    planned = await room.host.post(f"/api/shops/{room.stage.shop_id}/flash-sales", json=sale)
    assert planned.status_code == 201, planned.text
    await start_flash_sales(room.stage.ctx.database, utc_now())
    await relay(room.stage.ctx)
    featured = await room.until_featured(1)
    assert featured[0].product_id == room.stage.products[0].product_id
    assert featured[0].why is not None
    assert featured[0].why.code == "flash_sale"
    # The bag is told anew during the sale; it has begun only once.
    await room.stage.fill_bag(1, 0)
    await relay(room.stage.ctx)
    await room.until_taken("bag", 2)
    await room.say("好的家人们")
    await room.until_taken("transcript")
    assert room.taken_since("flash_sale") == 1
    assert await room.decisions() == ["shown"]


async def test_what_sells_out_stays_down_and_comes_up_again_once_there_is_more(room: Room) -> None:
    room.hear_events()
    await room.decide("auto")
    await _set_stock(room, 0)
    await room.until_taken("stock")
    await room.say(PITCH)
    await room.until_taken("transcript")
    assert await room.decisions() == []
    await _set_stock(room, 5)
    await room.until_taken("stock", 2)
    await room.say(f"好有货了{PITCH}")
    featured = await room.until_featured(1)
    assert featured[0].product_id == room.stage.products[1].product_id


async def test_a_card_that_is_up_when_its_product_sells_out_is_not_brought_up_again(room: Room) -> None:
    room.hear_events()
    await room.decide("auto")
    await room.say(PITCH)
    await room.until_featured(1)
    await _set_stock(room, 0)
    await room.until_taken("stock")
    await room.say(f"最后再说一遍{PITCH}")
    await room.until_taken("transcript", 2)
    assert await room.decisions() == ["shown"]


async def _click(client: httpx.AsyncClient, room: Room, product_id: UUID) -> None:
    item = {"kind": "card_clicked", "room_id": str(room.stage.room_id), "product_id": str(product_id)}
    answer = await client.post("/api/behaviour", json={"viewer_id": str(uuid4()), "items": [item]})
    assert answer.status_code == 204, answer.text


async def _set_stock(room: Room, available: int) -> None:
    answer = await room.host.put(f"/api/skus/{room.stage.sku(1).sku_id}/stock", json={"available": available})
    assert answer.is_success, answer.text
    await relay(room.stage.ctx)
