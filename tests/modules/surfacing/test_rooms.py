"""Cards that come up by themselves in a room on air, through the real path: API, tables, NATS, log."""

import pytest
from tests.conftest import SignUp
from tests.live.stage import make_product
from tests.modules.surfacing.room import Room

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import CueSource
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.surfacing.service.carry_out import LostRoomError, Wish, carry_out

PITCH = "来家人们咱们现在看二号链接五常大米"
OTHER = "好接下来给大家上一号链接丹东草莓"


async def test_the_card_comes_up_by_itself_when_the_host_turns_to_a_product(room: Room) -> None:
    await room.decide("auto")
    before_ms = to_epoch_ms(utc_now())
    await room.say(PITCH)
    featured = await room.until_featured(1)
    assert featured[0].product_id == room.stage.products[1].product_id
    assert featured[0].why is not None
    assert featured[0].why.source is CueSource.AUTO
    # The moment at which the speech began, so that the replay shows it at the right frame: before it was sent.
    assert before_ms - 5000 <= featured[0].at_ms <= before_ms


async def test_the_host_alone_decides_unless_asked_otherwise(room: Room) -> None:
    await room.work()
    await room.say(PITCH)
    assert (await room.see())["mode"] == "manual"
    # A room in `auto` of the same worker has gone through its engine by then; this one has none.
    await room.choose("auto")
    await room.held()
    await room.until_featured(1)
    assert len(await room.featured()) == 1


async def test_a_host_who_is_asked_taps_once_and_the_card_is_at_the_moment_of_the_picture(room: Room) -> None:
    await room.decide("suggest")
    said_ms = to_epoch_ms(utc_now())
    await room.say(PITCH)
    shown = await room.until(lambda: _suggestion(room))
    assert shown["product_id"] == str(room.stage.products[1].product_id)
    assert 0 < shown["confidence"] <= 1
    assert await room.featured() == []
    answer = await room.host.put(f"{room.path}/surfacing/suggestions/{shown['suggestion_id']}/acceptance")
    assert answer.status_code == 200, answer.text
    again = await room.host.put(f"{room.path}/surfacing/suggestions/{shown['suggestion_id']}/acceptance")
    assert again.json() == answer.json()
    featured = await room.featured()
    assert [each.why.source if each.why else None for each in featured] == [CueSource.SUGGESTED]
    assert featured[0].at_ms <= said_ms
    assert (await room.see())["suggestion"] is None


async def test_a_suggestion_that_the_host_waves_off_does_not_come_again_for_a_while(room: Room) -> None:
    await room.decide("suggest")
    await room.say(PITCH)
    shown = await room.until(lambda: _suggestion(room))
    answer = await room.host.delete(f"{room.path}/surfacing/suggestions/{shown['suggestion_id']}")
    assert answer.status_code == 204, answer.text
    seen = await room.see()
    assert seen["suggestion"] is None
    assert [each["product_id"] for each in seen["quiet"]] == [shown["product_id"]]
    assert await room.featured() == []


async def test_a_suggestion_that_nobody_answers_is_gone_after_20_s(room: Room) -> None:
    await room.decide("suggest")
    await room.say(PITCH)
    shown = await room.until(lambda: _suggestion(room))
    async with room.stage.ctx.database.transaction() as connection:
        await connection.execute("UPDATE surfacing.decision SET expires_at = now() - interval '2 minutes'")
    assert (await room.see())["suggestion"] is None
    late = await room.host.put(f"{room.path}/surfacing/suggestions/{shown['suggestion_id']}/acceptance")
    assert late.status_code == 404
    assert await room.featured() == []


async def test_not_now_takes_the_card_down_and_keeps_the_product_away(room: Room) -> None:
    await room.decide("auto")
    await room.say(PITCH)
    featured = await room.until_featured(1)
    answer = await room.host.put(f"{room.path}/surfacing/quiet/{featured[0].product_id}")
    assert answer.status_code == 204, answer.text
    snapshot = await room.stage.entries()
    assert snapshot[-1].moment.__struct_config__.tag == "unfeatured"
    assert [each["product_id"] for each in (await room.see())["quiet"]] == [str(featured[0].product_id)]


async def test_the_hosts_own_card_is_not_replaced_by_what_the_host_then_says(room: Room) -> None:
    await room.decide("auto")
    strawberries = str(room.stage.products[0].product_id)
    answer = await room.host.put(f"{room.stage.control}/featured", json={"product_id": strawberries})
    assert answer.status_code == 200, answer.text
    await room.stage.told()
    await room.until_taken("host_cue")
    await room.say(PITCH)
    await room.until_taken("transcript")
    assert [str(each.product_id) for each in await room.featured()] == [strawberries]


async def test_what_is_sold_out_does_not_come_up(room: Room) -> None:
    sku = room.stage.sku(1)
    answer = await room.host.put(f"{room.stage.control}/skus/{sku.sku_id}/stock", json={"available": 0})
    assert answer.status_code == 204, answer.text
    await room.decide("auto")
    await room.say(PITCH)
    await room.until_taken("transcript")
    assert await room.featured() == []


async def test_the_same_comment_a_thousand_times_never_brings_a_card_up(room: Room) -> None:
    await room.decide("auto")
    spammer = AccountId(new_id())
    for _ in range(1000):
        await room.comment("2号链接 五常大米 多少钱", spammer)
    await room.until_taken("comment", 1000)
    assert await room.featured() == []
    assert await room.decisions() == []


async def test_another_worker_takes_over_and_no_card_comes_up_twice(room: Room) -> None:
    worker = await room.decide("auto")
    first = await room.held()
    await room.say(PITCH)
    await room.until_featured(1)
    await room.kill(worker)
    await room.work()
    await room.held(by_another_than=first)
    await room.say(OTHER)
    await room.until_taken("transcript", 3)
    featured = await room.featured()
    assert len([each for each in featured if each.product_id == room.stage.products[1].product_id]) == 1
    assert (await room.decisions()).count("shown") == len(featured)


async def test_a_worker_that_takes_over_keeps_to_the_hours_cap_of_a_product(room: Room) -> None:
    async with room.stage.ctx.database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO surfacing.decision (
                decision_id, room_id, product_id, start_at, show_ms, reason, confidence, made_at, outcome
            )
            SELECT gen_random_uuid(), $1, $2, at, 30000, '{}', 0.9, at, 'shown'
            FROM generate_series(now() - interval '50 minutes', now() - interval '11 minutes', interval '1 minute') at
            """,
            room.stage.room_id,
            room.stage.products[1].product_id,
        )
    await room.decide("auto")
    await room.say(PITCH)
    await room.until_taken("transcript")
    assert await room.featured() == []


async def test_a_worker_that_was_away_too_long_decides_nothing_any_more(room: Room) -> None:
    await room.decide("auto")
    wish = Wish(
        product_id=room.stage.products[1].product_id,
        start_at=utc_now(),
        show_ms=30_000,
        code="presents",
        params={},
        confidence=0.9,
    )
    with pytest.raises(LostRoomError):
        await carry_out(room.stage.ctx, new_id(), room.stage.room_id, wish)
    assert await room.featured() == []
    assert await room.decisions() == []


async def test_the_hosts_next_room_begins_as_the_host_last_chose(room: Room, sign_up: SignUp) -> None:
    await room.choose("suggest")
    made = await room.host.post("/api/rooms", json={"title": "下一场"})
    next_id = made.json()["room_id"]
    assert (await room.host.get(f"/api/rooms/{next_id}/surfacing")).json()["mode"] == "suggest"
    other, _ = await sign_up("别人")
    assert (await other.get(f"/api/rooms/{next_id}/surfacing")).status_code == 403
    assert (await other.put(f"/api/rooms/{next_id}/surfacing", json={"mode": "auto"})).status_code == 403
    assert (await room.host.get(f"/api/rooms/{next_id}/surfacing")).json()["mode"] == "suggest"


async def test_a_product_that_joins_the_bag_during_the_show_comes_up_too(room: Room) -> None:
    await room.decide("auto")
    room.stage.products.append(await make_product(room.host, room.stage.shop_id, "烟台苹果"))
    await room.stage.fill_bag()
    await room.stage.told()
    await room.until_taken("bag")
    await room.say("好接下来给大家上三号链接烟台苹果")
    featured = await room.until_featured(1)
    assert featured[0].product_id == room.stage.products[2].product_id


async def _suggestion(room: Room) -> dict[str, object] | None:
    found: dict[str, object] | None = (await room.see())["suggestion"]
    return found
