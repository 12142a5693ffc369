"""Between queue and fan much may happen: what stopped being true, or wanted, does not go out any more."""

import asyncio
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from tests.modules.orders.market import Buyer
from tests.modules.outreach.sender import NOON, Sender, inbox
from tests.modules.outreach.test_flows import note_bought, run, set_flow
from tests.modules.outreach.test_mail import Post, post_office, send_by_mail
from tests.modules.outreach.test_occasions import DAY, look, sell_out_and_restock, watcher
from tests.modules.outreach.test_push import PushService, at_home, push_service, subscribed
from tests.modules.outreach.test_room_flows import Planner

from xiaodian.contracts.catalog import ProductId
from xiaodian.edge.context import Context
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.outreach import jobs
from xiaodian.modules.outreach.service import deliver_in_app, deliver_push
from xiaodian.modules.outreach.service.deliver_mail import deliver_mail
from xiaodian.modules.outreach.service.run_campaigns import run_campaigns
from xiaodian.modules.outreach.service.run_flows import run_flows, run_joins

__all__ = ["post_office", "push_service"]


async def codes(sender: Sender, fan: Buyer) -> list[str]:
    """Coupons that a fan can use."""
    answer = await fan.client.get("/api/coupons", params={"shop_id": str(sender.market.shop_id)})
    return [coupon["code"] for coupon in answer.json()["items"]]


async def mailed(sender: Sender, name: str) -> Buyer:
    """A fan who wants e-mails and has an address."""
    fan = await sender.market.buyer(name)
    await sender.note_sale(fan.account_id, NOON - timedelta(days=100))
    assert (await fan.client.put("/api/me/mail-consent", json={"is_welcome": True})).status_code == 204
    return fan


async def push(sender: Sender, **more: Any) -> int:
    """Send to all who bought, by push; answers how many arrived."""
    await sender.send(channels=["push"], **more)
    await run_campaigns(sender.ctx, NOON)
    return await deliver_push.deliver_push(at_home(sender.ctx), NOON)


async def test_who_opts_out_while_others_are_mailed_gets_nothing_any_more(sender: Sender, post_office: Post) -> None:
    fans = [await mailed(sender, name) for name in ("小丹", "小海", "小山")]
    keep, loop = post_office.server.handle_DATA, asyncio.get_running_loop()

    async def _opt_out() -> None:
        for fan in fans:
            await fan.client.put(f"/api/me/opt-outs/{sender.market.shop_id}")

    async def _take(server: Any, session: Any, envelope: Any) -> str:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_opt_out(), loop))
        return await keep(server, session, envelope)

    post_office.server.handle_DATA = _take  # type: ignore[method-assign]
    await send_by_mail(sender, post_office)
    assert await deliver_mail(post_office.records, NOON) == 1
    assert len(post_office.server.mails) == 1


async def test_a_worker_that_dies_over_one_mail_does_not_lose_the_others_of_its_batch(
    sender: Sender, post_office: Post
) -> None:
    for name in ("小丹", "小海", "小山"):
        await mailed(sender, name)
    await send_by_mail(sender, post_office)
    await post_office.die_over_the_first(deliver_mail(post_office.records, NOON))
    assert await deliver_mail(post_office.records, NOON + timedelta(minutes=1)) == 0, "it may be alive yet"
    assert await deliver_mail(post_office.records, NOON + timedelta(minutes=11)) == 2
    assert await deliver_mail(post_office.records, NOON + timedelta(hours=1)) == 0


async def test_a_shop_that_cancels_while_others_are_mailed_stops_the_rest(sender: Sender, post_office: Post) -> None:
    for name in ("小丹", "小海", "小山"):
        await mailed(sender, name)
    keep, loop = post_office.server.handle_DATA, asyncio.get_running_loop()
    campaign: dict[str, Any] = {}

    async def _take(server: Any, session: Any, envelope: Any) -> str:
        path = f"{sender.path}/{campaign['campaign_id']}/cancellation"
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(sender.market.seller.post(path), loop))
        return await keep(server, session, envelope)

    post_office.server.handle_DATA = _take  # type: ignore[method-assign]
    campaign |= await send_by_mail(sender, post_office)
    assert await deliver_mail(post_office.records, NOON) == 1
    assert len(post_office.server.mails) == 1
    [told] = (await sender.report(campaign))["deliveries"]
    assert (told["waiting"], told["sent"], told["dropped"]) == (0, 1, 2)


async def test_one_push_service_that_hangs_keeps_nobody_else_waiting(sender: Sender, push_service: PushService) -> None:
    fans = [await subscribed(sender, name, push_service) for name in ("dan", "hai", "shan")]
    everybody = asyncio.Barrier(len(fans))

    async def _hang_until_others_come(reader: Any, writer: Any) -> None:
        await asyncio.wait_for(everybody.wait(), 5)
        await push_service.answer(reader, writer)

    async with await asyncio.start_server(_hang_until_others_come, "127.0.0.1", 0) as server:
        async with sender.ctx.database.connection() as connection:
            await connection.execute(
                "UPDATE outreach.push_subscription SET endpoint = replace(endpoint, $1, $2)",
                f":{push_service.port}/",
                f":{server.sockets[0].getsockname()[1]}/",
            )
        assert await push(sender) == 3


async def test_a_coupon_comes_with_the_message_by_whichever_way_it_arrives(
    sender: Sender, push_service: PushService, post_office: Post
) -> None:
    pushed, _ = await subscribed(sender, "dan", push_service)
    reads = await mailed(sender, "小海")
    coupon_id = await sender.personal_coupon()
    assert await push(sender, coupon_id=coupon_id) == 1
    # Who has no browser got no message, and no coupon that nothing told of.
    assert [await codes(sender, fan) for fan in (pushed, reads)] == [["FORYOU"], []]
    await send_by_mail(sender, post_office, coupon_id=coupon_id)
    assert await deliver_mail(post_office.records, NOON) == 1
    assert await codes(sender, reads) == ["FORYOU"]


async def test_nobody_is_told_by_push_or_mail_of_a_coupon_that_is_over(
    sender: Sender, push_service: PushService, post_office: Post
) -> None:
    await subscribed(sender, "dan", push_service)
    await mailed(sender, "小海")
    coupon_id = await sender.personal_coupon()
    await sender.send(channels=["push"], coupon_id=coupon_id)
    await run_campaigns(sender.ctx, NOON)
    await send_by_mail(sender, post_office, coupon_id=coupon_id)
    assert (await sender.market.seller.post(f"/api/coupons/{coupon_id}/end")).status_code == 200
    assert await deliver_push.deliver_push(at_home(sender.ctx), NOON) == 0
    assert await deliver_mail(post_office.records, NOON) == 0
    assert (push_service.got, post_office.server.mails) == ([], [])


async def test_nobody_is_called_into_a_room_that_ended_before_the_message_arrives(
    sender: Sender, push_service: PushService, post_office: Post
) -> None:
    await subscribed(sender, "dan", push_service)
    fan = await mailed(sender, "小海")
    planner, coupon_id = Planner(sender), await sender.personal_coupon()
    room_id = await planner.plan(NOON + timedelta(hours=6))
    await sender.send(room_id=room_id, text="【直播】见", link="/topics/a")
    assert await sender.work() == 2
    [notice] = await inbox(fan.client)
    assert (notice["link"], notice["params"]["text"]) == ("/topics/a", "【直播】见")
    await sender.send(room_id=room_id, coupon_id=coupon_id)
    await sender.send(room_id=room_id, channels=["push"])
    await run_campaigns(sender.ctx, NOON)
    await send_by_mail(sender, post_office, room_id=room_id)
    await planner.move(room_id, "ended")
    assert await deliver_in_app.deliver_in_app(sender.ctx, NOON) == 0
    assert await deliver_push.deliver_push(at_home(sender.ctx), NOON) == 0
    assert await deliver_mail(post_office.records, NOON) == 0
    assert await codes(sender, fan) == []


async def test_what_is_sold_out_again_by_the_morning_is_not_said_to_be_back(sender: Sender) -> None:
    sku_id = await sender.market.sku(stock=3)
    fan = await watcher(sender, ProductId(UUID(await sender.market.product_id(sku_id))), "小丹", 9)
    await set_flow(sender, "back_in_stock", text="您看过的【商品】到货了")
    night = NOON + timedelta(hours=11)
    await sell_out_and_restock(sender, sku_id, NOON - DAY, night)
    assert await run_flows(sender.ctx, night) == 1
    async with sender.ctx.database.transaction() as connection:
        await catalog.set_available(connection, sku_id, 0, sender.market.seller_id)
    assert await run(sender, NOON + timedelta(hours=20)) == 0
    assert await inbox(fan.client) == []


@pytest.mark.parametrize("job", ["outreach_deliver_in_app", "outreach_deliver_push"])
async def test_a_long_queue_does_not_run_on_into_the_night(
    sender: Sender, push_service: PushService, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    fans = [await subscribed(sender, name, push_service) for name in ("dan", "hai", "shan")]
    for module in (deliver_in_app, deliver_push):
        monkeypatch.setattr(module, "AT_ONCE", 1)
    await sender.send(channels=["app", "push"])
    await run_campaigns(sender.ctx, NOON)
    evening = NOON + timedelta(hours=9, minutes=59)
    moments = [evening, evening, evening + timedelta(minutes=2), evening + timedelta(minutes=4)]
    monkeypatch.setattr(jobs, "utc_now", lambda: moments.pop(0))
    ctx = sender.ctx if job == "outreach_deliver_in_app" else cast(Context, at_home(sender.ctx))
    [deliver] = [each for each in jobs.jobs(ctx) if each.name == job]
    await deliver.run()
    seen = sum([len(await inbox(fan.client)) for fan, _ in fans]) + len(push_service.got)
    assert seen == 2


NIGHT, MORNING = NOON + timedelta(hours=12, minutes=30), NOON + timedelta(hours=20)


async def test_who_comes_back_overnight_is_not_told_in_the_morning_that_they_are_missed(sender: Sender) -> None:
    back, away = [(await sender.market.buyer(name)) for name in ("小丹", "小海")]
    await sender.fan_of(back.account_id, away.account_id, segment="slipping", since=(NOON + DAY).date())
    await set_flow(sender, "slipping")
    await set_flow(sender, "segment_joined", segment="slipping")
    assert await run_flows(sender.ctx, NIGHT) == 2
    assert await run_joins(sender.ctx, NIGHT) == 2
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE fans.fan SET segment = 'active' WHERE account_id = $1", back.account_id)
    assert await deliver_in_app.deliver_in_app(sender.ctx, MORNING) == 2
    assert [len(await inbox(fan.client)) for fan in (back, away)] == [0, 2]


async def test_who_gives_the_first_purchase_back_overnight_is_not_thanked_for_it(sender: Sender) -> None:
    gave_back, kept = await sender.people(2)
    for fan in (gave_back, kept):
        await sender.note_sale(fan, NIGHT - timedelta(hours=1))
    await set_flow(sender, "first_purchase")
    assert await run_flows(sender.ctx, NIGHT) == 2
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.sale SET net_minor = 0 WHERE buyer_id = $1", gave_back)
    assert await deliver_in_app.deliver_in_app(sender.ctx, MORNING) == 1


async def test_who_buys_it_overnight_is_told_neither_that_it_is_used_up_nor_that_it_is_back(
    sender: Sender, push_service: PushService
) -> None:
    sku_id = await sender.market.sku(stock=3)
    product_id = ProductId(UUID(await sender.market.product_id(sku_id)))
    (buys, _), (waits, _) = [await subscribed(sender, name, push_service) for name in ("dan", "hai")]
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO outreach.rhythm (shop_id, product_id, gap, gaps, learnt_at) VALUES ($1, $2, $3, 20, $4)",
            sender.market.shop_id,
            product_id,
            45 * DAY,
            NOON,
        )
    for fan in (buys, waits):
        await note_bought(sender, product_id, fan.account_id, 40)
        await look(sender, fan.account_id, product_id, NOON - 9 * DAY)
    await set_flow(sender, "back_in_stock", channels=["app", "push"])
    await set_flow(sender, "running_out", channels=["app", "push"])
    await sell_out_and_restock(sender, sku_id, NOON - DAY, NIGHT)
    assert await run_flows(sender.ctx, NIGHT) == 4
    await note_bought(sender, product_id, buys.account_id, -0.6)
    assert await deliver_in_app.deliver_in_app(sender.ctx, MORNING) == 2
    assert await deliver_push.deliver_push(at_home(sender.ctx), MORNING) == 2
    assert [len(await inbox(fan.client)) for fan in (buys, waits)] == [0, 2]
    assert {each.path for each in push_service.got} == {"/push/hai"}
