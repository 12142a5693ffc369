"""A message arrives once, where it may, and nobody else hears of it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import PRICE_MINOR, open_market
from tests.modules.outreach.sender import NOBODY_HELD_OUT, NOON, Sender, inbox

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import CampaignId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.fans.service import ask_condition
from xiaodian.modules.outreach.rules import is_held_out
from xiaodian.modules.outreach.service.deliver_in_app import deliver_in_app
from xiaodian.modules.outreach.service.run_campaigns import PUT_OFF_BY, run_campaigns


async def test_a_message_arrives_with_its_coupon_which_nobody_else_can_use(sender: Sender) -> None:
    sku_id = await sender.market.sku(stock=10)
    fan, stranger = await sender.market.buyer("小丹"), await sender.market.buyer("小海")
    await sender.buy(fan, sku_id)
    coupon_id = await sender.personal_coupon()
    await sender.send(coupon_id=coupon_id, picture_url="/media/pictures/a.webp")
    assert await inbox(fan.client) == []
    assert await sender.work() == 1
    [notice] = await inbox(fan.client)
    assert notice["kind"] == "shop_message"
    assert notice["text"].endswith("：新草莓到了")
    assert notice["link"] == f"/creators/{sender.market.seller_id}"
    assert notice["params"]["coupon_id"] == coupon_id
    [coupon] = (await sender.market.seller.get(f"/api/shops/{sender.market.shop_id}/coupons")).json()["items"]
    told = {name: notice["params"][f"coupon_{name}"] for name in ("off_minor", "min_minor", "until_ms")}
    terms = (coupon["off_minor"], coupon["min_spend_minor"], coupon["valid_until_ms"])
    assert tuple(map(int, told.values())) == terms
    assert notice["params"]["picture_url"] == "/media/pictures/a.webp"
    assert await inbox(stranger.client) == []
    shops = sender.market.said("FORYOU")
    offered = [await offers(sender, who.client) for who in (fan, stranger)]
    assert offered == [["FORYOU"], []]
    refused = await stranger.checkout([(sku_id, 1)], shops=shops)
    assert (refused.status_code, refused.json()["params"]["reason"]) == (409, "unknown")
    assert (await fan.order(sku_id, shops=shops))["total_minor"] == PRICE_MINOR - 500


async def offers(sender: Sender, client: Any) -> list[str]:
    """Codes of coupons that somebody is shown."""
    answer = await client.get("/api/coupons", params={"shop_id": str(sender.market.shop_id)})
    return [coupon["code"] for coupon in answer.json()["items"]]


async def test_nobody_gets_a_message_twice_whatever_is_done_again_or_at_once(sender: Sender) -> None:
    sku_id = await sender.market.sku(stock=10)
    fan = await sender.market.buyer()
    await sender.buy(fan, sku_id)
    await sender.fans(1200)
    campaign = await sender.send()
    await asyncio.gather(*(run_campaigns(sender.ctx, NOON) for _ in range(3)))
    arrived = await asyncio.gather(*(deliver_in_app(sender.ctx, NOON) for _ in range(3)))
    assert sum(arrived) == 1201
    async with sender.ctx.database.connection() as connection:
        # As if a worker had died before it wrote down how far it was.
        await connection.execute("UPDATE outreach.campaign SET state = 'sending', reached = $1", UUID(int=0))
    assert await sender.work(NOON + timedelta(hours=1)) == 0
    assert len(await inbox(fan.client)) == 1
    report = await sender.report(campaign)
    assert report["campaign"]["state"] == "sent"
    assert report["deliveries"] == [{"channel": "app", "waiting": 0, "sent": 1201, "dropped": 0}]
    assert report["effect"]["conversion_verdict"] == "no_hold_out"


async def test_a_segment_that_takes_too_long_holds_up_nobody_elses_message_and_is_sent_later(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    fan = await sender.market.buyer()
    await sender.buy(fan, await sender.market.sku(stock=10))
    await sender.fan_of(fan.account_id)
    wish = {"name": "都算", "cel": "orders >= 0"}
    made = await sender.market.seller.post(f"/api/shops/{sender.market.shop_id}/segments", json=wish)
    assert made.status_code == 201, made.text
    await sender.send(segment=made.json()["segment_id"], text="先排的")
    await sender.send(text="后排的")
    monkeypatch.setattr(ask_condition, "LIST_WITHIN_MS", 50)
    async with sender.ctx.database.transaction() as connection:
        await connection.execute("LOCK TABLE fans.fan IN ACCESS EXCLUSIVE MODE")
        assert await sender.work() == 1
    monkeypatch.undo()
    assert await sender.work() == 0
    assert await sender.work(NOON + PUT_OFF_BY) == 1
    texts = [notice["text"].rpartition("：")[2] for notice in await inbox(fan.client)]
    assert texts == ["先排的", "后排的"]


async def test_a_message_waits_for_its_hour_and_for_the_end_of_the_night(sender: Sender) -> None:
    await sender.fans(1)
    await sender.send(send_at_ms=to_epoch_ms(NOON))
    assert await sender.work(NOON - timedelta(minutes=1)) == 0
    assert await sender.work(NOON) == 1
    night = NOON + timedelta(hours=10, minutes=30)  # 22:30 of the books.
    await sender.send()
    assert await sender.work(night) == 0
    morning = NOON + timedelta(hours=20)
    assert await sender.work(morning - timedelta(seconds=1)) == 0
    assert await sender.work(morning) == 1


async def test_a_fan_hears_no_more_than_the_cap_from_all_shops_together(sender: Sender, sign_up: SignUp) -> None:
    other = Sender(await open_market(sender.ctx, sign_up))
    [fan] = await sender.fans(1)
    await other.note_sale(fan, NOON - timedelta(days=90))
    for who in (sender, other, sender):
        await who.send()
        assert await who.work() == 1
    fourth = await other.send()
    assert await other.work() == 0
    report = await other.report(fourth)
    assert report["skipped"] == [{"reason": "capped", "fans": 1}]
    assert report["effect"]["treated"]["fans"] == 0
    preview = await other.market.seller.post(f"{other.path}/preview", json={"segment": "buyers"})
    assert {key: preview.json()[key] for key in ("members", "gets", "capped")} == {"members": 1, "gets": 0, "capped": 1}
    await other.send()
    assert await other.work(NOON + timedelta(days=8)) == 1


async def test_a_stricter_shop_is_held_to_its_own_word(sender: Sender) -> None:
    await sender.fans(1)
    bounds = f"/api/shops/{sender.market.shop_id}/outreach-bounds"
    answer = await sender.market.seller.put(bounds, json={"most_messages": 1, "quiet_from_h": 11, "quiet_until_h": 13})
    assert answer.status_code == 200, answer.text
    await sender.send()
    assert await sender.work(NOON) == 0
    assert await sender.work(NOON + timedelta(hours=1)) == 1
    await sender.send()
    assert await sender.work(NOON + timedelta(hours=3)) == 0
    too_quiet = await sender.market.seller.put(bounds, json={"quiet_from_h": 8, "quiet_until_h": 21})
    assert (too_quiet.status_code, too_quiet.json()["params"]["reason"]) == (422, "too_quiet")
    assert (await sender.market.seller.get(bounds)).json()["shop"]["most_messages"] == 1


@pytest.mark.parametrize("whose", ["shop", "all"])
async def test_who_opted_out_gets_nothing_not_even_what_waited_already(sender: Sender, whose: str) -> None:
    sku_id = await sender.market.sku(stock=10)
    fan = await sender.market.buyer()
    await sender.buy(fan, sku_id)
    await sender.send()
    await run_campaigns(sender.ctx, NOON)
    path = f"/api/me/opt-outs/{sender.market.shop_id if whose == 'shop' else UUID(int=0)}"
    assert (await fan.client.put(path)).status_code == 204
    assert (await fan.client.put(path)).status_code == 204
    assert await deliver_in_app(sender.ctx, NOON) == 0
    again = await sender.send()
    assert await sender.work() == 0
    assert (await sender.report(again))["skipped"] == [{"reason": "opted_out", "fans": 1}]
    mine = (await fan.client.get("/api/me/opt-outs")).json()
    assert (mine["is_of_all"], len(mine["shops"])) == ((False, 1) if whose == "shop" else (True, 0))
    assert (await fan.client.delete(path)).status_code == 204
    await sender.send()
    assert await sender.work() == 1


async def test_who_is_held_out_gets_neither_message_nor_coupon(sender: Sender) -> None:
    fans = await sender.fans(300)
    coupon_id = await sender.personal_coupon()
    campaign = await sender.send(coupon_id=coupon_id, hold_out_bp=3000, is_without_hold_out=False)
    arrived = await sender.work()
    out = {fan for fan in fans if is_held_out(CampaignId(UUID(campaign["campaign_id"])), fan, 3000)}
    assert arrived == len(fans) - len(out)
    assert out
    async with sender.ctx.database.connection() as connection:
        told = await connection.fetch("SELECT account_id FROM accounts.notice")
        held = await connection.fetch("SELECT account_id FROM promotion.holder")
    assert {row["account_id"] for row in told} == {row["account_id"] for row in held} == set(fans) - out


async def test_a_cancelled_campaign_reaches_nobody_more(sender: Sender) -> None:
    await sender.fans(2)
    night = NOON + timedelta(hours=11)
    waits, queued = await sender.send(send_at_ms=to_epoch_ms(night + timedelta(hours=1))), await sender.send()
    sent = await sender.send()
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE outreach.campaign SET send_at = $2 WHERE campaign_id <> $1", UUID(sent["campaign_id"]), night
        )
    assert await sender.work(NOON) == 2
    assert await sender.work(night) == 0
    for campaign in (waits, queued):
        answer = await sender.market.seller.post(f"{sender.path}/{campaign['campaign_id']}/cancellation")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled"), "what waits for the morning too"
    late = await sender.market.seller.post(f"{sender.path}/{sent['campaign_id']}/cancellation")
    assert (late.status_code, late.json()["code"]) == (409, "campaign_state")
    assert await sender.work(NOON + timedelta(hours=21)) == 0


async def test_messages_that_never_arrived_take_no_place_under_the_cap(sender: Sender, sign_up: SignUp) -> None:
    other = Sender(await open_market(sender.ctx, sign_up))
    fans = await sender.fans(2)
    for fan in fans:
        await other.note_sale(fan, NOON - timedelta(days=90))
    for _ in range(3):
        campaign = await other.send()
        await run_campaigns(other.ctx, NOON)
        await other.market.seller.post(f"{other.path}/{campaign['campaign_id']}/cancellation")
    async with sender.ctx.database.connection() as connection:
        # Of one of them nobody knows whether they arrived.
        await connection.execute("UPDATE outreach.delivery SET reason = 'unsure' WHERE account_id = $1", fans[0])
    await sender.send()
    assert await sender.work() == 1


async def test_a_message_whose_coupon_is_over_is_not_sent(sender: Sender) -> None:
    await sender.fans(1)
    coupon_id = await sender.personal_coupon()
    campaign = await sender.send(coupon_id=coupon_id)
    assert (await sender.market.seller.post(f"/api/coupons/{coupon_id}/end")).status_code == 200
    assert await sender.work() == 0
    assert (await sender.report(campaign))["deliveries"][0]["dropped"] == 1


@pytest.mark.parametrize(
    ("more", "field", "reason"),
    [
        ({"segment": "everybody"}, "segment", "unknown"),
        ({"hold_out_bp": 0, "is_without_hold_out": False}, "hold_out_bp", "too_small"),
        ({"coupon_id": str(uuid4())}, "coupon_id", "unknown"),
        ({"room_id": str(uuid4())}, "room_id", "unknown"),
        ({"send_at_ms": 4_000_000_000_000}, "send_at_ms", "too_far_ahead"),
        ({"text": " \n "}, "text", "empty"),
        ({"text": "\u200b\u3164"}, "text", "empty"),
        ({"name": "  "}, "name", "empty"),
        ({"send_at_ms": to_epoch_ms(NOON - timedelta(days=3))}, "send_at_ms", "in_the_past"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_is_planned(
    sender: Sender, more: dict[str, Any], field: str, reason: str
) -> None:
    body = {"name": "x", "text": "x", "segment": "buyers", **NOBODY_HELD_OUT, **more}
    answer = await sender.market.seller.post(sender.path, json=body)
    assert (answer.status_code, answer.json()["field"], answer.json()["params"]["reason"]) == (422, field, reason)
    assert (await sender.market.seller.get(sender.path)).json()["items"] == []


async def test_a_coupon_that_anybody_can_use_is_no_message_for_some(sender: Sender) -> None:
    await sender.market.coupon("OPEN")
    [coupon] = (await sender.market.seller.get(f"/api/shops/{sender.market.shop_id}/coupons")).json()["items"]
    body = {"name": "x", "text": "x", "segment": "buyers", "coupon_id": coupon["coupon_id"]}
    answer = await sender.market.seller.post(sender.path, json=body)
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, "not_personal")


async def test_another_shops_fans_rooms_and_campaigns_are_out_of_reach(sender: Sender, sign_up: SignUp) -> None:
    other = Sender(await open_market(sender.ctx, sign_up))
    [fan] = await sender.fans(1)
    campaign = await sender.send()
    theirs = await other.send()
    await other.work()
    assert (await other.report(theirs))["deliveries"][0]["sent"] == 0
    for answer in (
        await other.market.seller.get(f"{sender.path}/{campaign['campaign_id']}"),
        await other.market.seller.get(f"{other.path}/{campaign['campaign_id']}"),
        await other.market.seller.post(f"{sender.path}/{campaign['campaign_id']}/cancellation"),
    ):
        assert answer.status_code == 404
    room_id = await sender.market.room()
    body = {"name": "x", "text": "x", "segment": "buyers", "room_id": str(room_id)}
    assert (await other.market.seller.post(other.path, json=body)).status_code == 422
    assert (await sender.market.seller.post(sender.path, json=body)).json()["link"] == f"/rooms/{room_id}"
    text = (await sender.market.seller.get(f"{sender.path}/{campaign['campaign_id']}")).text
    assert str(fan) not in text


async def test_staff_need_the_right_to_write_and_to_give_coupons_and_each_sending_is_a_deed(
    sender: Sender, sign_up: SignUp
) -> None:
    staff, staff_id = await sign_up("仓库")
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'warehouse')",
            sender.market.shop_id,
            AccountId(staff_id),
        )
    answer = await staff.post(sender.path, json={"name": "x", "text": "x", "segment": "buyers"})
    assert (answer.status_code, answer.json()["params"]["right"]) == (403, "fans:write")
    await sender.send(name="上新")
    deeds = await sender.market.seller.get(f"/api/shops/{sender.market.shop_id}/deeds")
    assert "campaign.created" in [deed["deed"] for deed in deeds.json()["items"]]


async def test_a_message_to_a_segment_reaches_its_members_alone(sender: Sender) -> None:
    loyal, new = await sender.people(2)
    async with sender.ctx.database.connection() as connection:
        await connection.executemany(
            """
            INSERT INTO fans.fan (shop_id, account_id, segment, segment_since)
            VALUES ($1, $2, $3, current_date)
            """,
            [(sender.market.shop_id, loyal, "loyal"), (sender.market.shop_id, new, "new")],
        )
    await sender.send(segment="loyal")
    assert await sender.work() == 1
    async with sender.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT account_id FROM accounts.notice") == loyal
