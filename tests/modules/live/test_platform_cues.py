"""Cards that the platform puts up: the host's hand comes first, nothing sold out, and they go by themselves."""

from datetime import timedelta

import pytest
from tests.live.stage import Stage

from xiaodian.contracts.live import CueSource, CueWhy, FeaturedMoment, UnfeaturedMoment
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live import api as live
from xiaodian.modules.live.service.feature_by_platform import end_due_cues

WHY = CueWhy(source=CueSource.AUTO, code="presents", params={"text": "草莓"}, confidence=0.9)
SHOW = timedelta(seconds=30)


@pytest.fixture
async def on_air(stage: Stage) -> Stage:
    await stage.fill_bag()
    await stage.go_on_air()
    return stage


async def _feature(stage: Stage, product: int) -> live.Cue | live.CueRefusal:
    now = utc_now()
    async with stage.ctx.database.transaction() as connection:
        product_id = stage.products[product].product_id
        return await live.feature_by_platform(
            connection, stage.room_id, product_id, at=now - timedelta(seconds=3), until=now + SHOW, why=WHY
        )


async def _hand(stage: Stage, product: int) -> str:
    answer = await stage.host.put(
        f"{stage.control}/featured", json={"product_id": str(stage.products[product].product_id)}
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["cue_id"])


async def _pass_time_since_the_hosts_deed(stage: Stage, by: timedelta) -> None:
    async with stage.ctx.database.transaction() as connection:
        await connection.execute("UPDATE live.room SET host_cued_at = host_cued_at - $1::interval", by)


async def test_viewers_and_the_replay_see_the_card_at_the_moment_of_the_picture_with_the_reason(on_air: Stage) -> None:
    cue = await _feature(on_air, 0)
    assert isinstance(cue, live.Cue)
    featured = [moment for moment in await on_air.told() if isinstance(moment, FeaturedMoment)]
    assert [(each.cue_id, each.at_ms, each.why) for each in featured] == [(cue.cue_id, to_epoch_ms(cue.start_at), WHY)]
    listed = (await on_air.host.get(f"/api/rooms/{on_air.room_id}/cues")).json()["items"]
    assert listed[0]["why"] == {
        "source": "auto",
        "code": "presents",
        "params": {"text": "草莓"},
        "confidence": 0.9,
    }


async def test_the_hosts_own_card_stays_for_20_s_whatever_the_platform_thinks(on_air: Stage) -> None:
    cue_id = await _hand(on_air, 0)
    assert await _feature(on_air, 1) is live.CueRefusal.HOST_FIRST
    featured = [moment for moment in await on_air.told() if isinstance(moment, FeaturedMoment)]
    assert [str(each.cue_id) for each in featured] == [cue_id]
    await _pass_time_since_the_hosts_deed(on_air, timedelta(seconds=20))
    assert isinstance(await _feature(on_air, 1), live.Cue)


async def test_a_card_that_the_host_takes_down_does_not_come_back_at_once(on_air: Stage) -> None:
    await _feature(on_air, 0)
    assert (await on_air.host.delete(f"{on_air.control}/featured")).status_code == 204
    assert await _feature(on_air, 0) is live.CueRefusal.HOST_FIRST


async def test_what_is_sold_out_or_not_in_the_bag_does_not_come_up(on_air: Stage) -> None:
    sku = on_air.sku(0)
    answer = await on_air.host.put(f"{on_air.control}/skus/{sku.sku_id}/stock", json={"available": 0})
    assert answer.status_code == 204, answer.text
    assert await _feature(on_air, 0) is live.CueRefusal.SOLD_OUT
    await on_air.fill_bag(0)
    assert await _feature(on_air, 1) is live.CueRefusal.NOT_IN_BAG
    assert not [moment for moment in await on_air.told() if isinstance(moment, FeaturedMoment)]


async def test_nothing_comes_up_in_a_room_that_is_not_on_air(stage: Stage) -> None:
    await stage.fill_bag()
    assert await _feature(stage, 0) is live.CueRefusal.NOT_ON_AIR


async def test_the_platforms_card_goes_when_its_time_is_over_and_the_hosts_own_does_not(on_air: Stage) -> None:
    cue = await _feature(on_air, 0)
    assert isinstance(cue, live.Cue)
    await end_due_cues(on_air.ctx, utc_now())
    assert not [moment for moment in await on_air.told() if isinstance(moment, UnfeaturedMoment)]
    await end_due_cues(on_air.ctx, utc_now() + SHOW)
    gone = [moment for moment in await on_air.told() if isinstance(moment, UnfeaturedMoment)]
    assert [each.cue_id for each in gone] == [cue.cue_id]
    await _hand(on_air, 1)
    await end_due_cues(on_air.ctx, utc_now() + timedelta(days=1))
    assert len([moment for moment in await on_air.told() if isinstance(moment, UnfeaturedMoment)]) == 1


async def test_the_same_product_again_keeps_its_card_for_longer_without_a_second_one(on_air: Stage) -> None:
    first = await _feature(on_air, 0)
    assert isinstance(first, live.Cue)
    later = utc_now() + SHOW * 2
    async with on_air.ctx.database.transaction() as connection:
        product_id = on_air.products[0].product_id
        again = await live.feature_by_platform(
            connection, on_air.room_id, product_id, at=utc_now(), until=later, why=WHY
        )
    assert isinstance(again, live.Cue)
    assert again.cue_id == first.cue_id
    await end_due_cues(on_air.ctx, utc_now() + SHOW * 1.5)
    assert not [moment for moment in await on_air.told() if isinstance(moment, UnfeaturedMoment)]


async def test_the_host_takes_over_the_platforms_card_so_that_it_stays(on_air: Stage) -> None:
    cue = await _feature(on_air, 0)
    assert isinstance(cue, live.Cue)
    cue_id = await _hand(on_air, 0)
    assert cue_id != str(cue.cue_id)
    await end_due_cues(on_air.ctx, utc_now() + timedelta(days=1))
    gone = [moment for moment in await on_air.told() if isinstance(moment, UnfeaturedMoment)]
    assert [each.cue_id for each in gone] == [cue.cue_id]
