"""From a fan's page a shop writes to one fan, within the bounds that protect them."""

from typing import Any
from uuid import uuid4

import httpx
from tests.conftest import SignUp
from tests.modules.orders.market import Buyer, open_market
from tests.modules.outreach.sender import NOON, Sender, inbox

from xiaodian.modules.outreach.service.deliver_in_app import deliver_in_app


def messages(sender: Sender, fan: Buyer) -> str:
    """Where one fan is written to."""
    return f"/api/shops/{sender.market.shop_id}/fans/{fan.account_id}/messages"


async def write(sender: Sender, fan: Buyer, **more: Any) -> httpx.Response:
    """Write to one fan, and deliver."""
    answer = await sender.market.seller.post(messages(sender, fan), json={"text": "给你留了一盒", **more})
    await deliver_in_app(sender.ctx, NOON)
    return answer


async def count_rows(sender: Sender) -> int:
    """Whatever a sending leaves behind."""
    async with sender.ctx.database.connection() as connection:
        tables = ("outreach.campaign", "outreach.recipient", "outreach.delivery", "promotion.holder")
        counts = [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables]
        deeds = await connection.fetchval("SELECT count(*) FROM shops.deed WHERE deed = 'fan.written_to'")
    return int(sum(counts) + deeds)


async def test_one_fan_gets_a_message_with_a_coupon_and_the_shops_log_says_who_sent_it(sender: Sender) -> None:
    fan, other = await sender.market.buyer("小丹"), await sender.market.buyer("小海")
    await sender.fan_of(fan.account_id, other.account_id)
    coupon_id = await sender.personal_coupon()
    answer = await write(sender, fan, coupon_id=coupon_id)
    assert answer.status_code == 201, answer.text
    assert [(item["text"], item["coupon_id"]) for item in answer.json()["items"]] == [("给你留了一盒", coupon_id)]
    [notice] = await inbox(fan.client)
    assert notice["params"]["coupon_id"] == coupon_id
    assert await inbox(other.client) == []
    deeds = (await sender.market.seller.get(f"/api/shops/{sender.market.shop_id}/deeds")).json()["items"]
    [deed] = [each for each in deeds if each["deed"] == "fan.written_to"]
    assert (deed["target"], deed["details"]["text"]) == (str(fan.account_id), "给你留了一盒")
    # It is no campaign and no flow, and stands in no list of either.
    assert (await sender.market.seller.get(sender.path)).json()["items"] == []
    flows = (await sender.market.seller.get(f"/api/shops/{sender.market.shop_id}/flows")).json()["items"]
    assert all(flow["campaign"] is None for flow in flows)


async def test_who_has_had_enough_or_opted_out_is_not_written_to_and_the_shop_is_told(sender: Sender) -> None:
    fan, other = await sender.market.buyer("小丹"), await sender.market.buyer("小海")
    await sender.fan_of(fan.account_id, other.account_id)
    assert [(await write(sender, fan)).status_code for _ in range(3)] == [201, 201, 201]
    await other.client.put(f"/api/me/opt-outs/{sender.market.shop_id}")
    before = await count_rows(sender)
    for who, reason in ((fan, "capped"), (other, "opted_out")):
        refused = await write(sender, who)
        assert (refused.status_code, refused.json()["params"]["reason"]) == (409, reason)
        assert (await sender.market.seller.get(messages(sender, who))).json()["refused"] == reason
    assert await count_rows(sender) == before
    assert [len(await inbox(who.client)) for who in (fan, other)] == [3, 0]


async def test_a_shop_writes_to_nobody_but_its_own_fans_and_nobody_else_writes_for_it(
    sender: Sender, sign_up: SignUp
) -> None:
    fan, stranger = await sender.market.buyer("小丹"), await sender.market.buyer("路人")
    await sender.fan_of(fan.account_id)
    theirs = await open_market(sender.ctx, sign_up)
    warehouse, warehouse_id = await sign_up("仓库")
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'warehouse')",
            sender.market.shop_id,
            warehouse_id,
        )
    before = await count_rows(sender)
    assert (await write(sender, stranger)).status_code == 404
    tries: list[tuple[httpx.AsyncClient, int]] = [(theirs.seller, 404), (fan.client, 404), (warehouse, 403)]
    for who, status in tries:
        path = f"/api/shops/{sender.market.shop_id}"
        asked = [
            await who.get(messages(sender, fan)),
            await who.post(messages(sender, fan), json={"text": "x"}),
            await who.get(f"{path}/campaigns"),
            await who.get(f"{path}/flows"),
            await who.post(f"{path}/campaigns/preview", json={"segment": "buyers"}),
            await who.get(f"{path}/campaigns/{uuid4()}"),
        ]
        assert {answer.status_code for answer in asked} == {status}
    coupon = await write(sender, fan, coupon_id=str(uuid4()))
    assert (coupon.status_code, coupon.json()["field"]) == (422, "coupon_id")
    assert await count_rows(sender) == before
