"""A shop's staff find any order by what they hold in their hands, and write on it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.conftest import SignUp, once
from tests.modules.orders.life import paid, post, run_job, shipment
from tests.modules.orders.market import Buyer, Market, open_market
from tests.outbox import list_envelopes

from xiaodian.edge.context import Context
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.orders import handlers
from xiaodian.modules.orders.service.search_index import forget_in_search

ELSEWHERE = {"recipient": "赵大山", "phone": "13911112222", "region": "山东省 烟台市", "detail": "海港路 88 号"}


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody who buys."""
    return await market.buyer()


async def follow(ctx: Context) -> None:
    """What the worker does with the events so far."""
    [consumer] = handlers.consumers(ctx)
    async with ctx.database.connection() as connection:
        told = await list_envelopes(connection, *consumer.event_types)
    await consumer.handle(told)


async def ids(client: httpx.AsyncClient, market: Market, **asked: Any) -> list[str]:
    """The orders that the desk finds."""
    answer = await client.get(f"/api/shops/{market.shop_id}/orders", params={"limit": 100} | asked)
    assert answer.status_code == 200, answer.text
    return [order["order_id"] for order in answer.json()["items"]]


async def deeds(market: Market) -> list[str]:
    """What the shop's log says was done with orders, the first first."""
    async with market.ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT deed FROM shops.deed WHERE deed LIKE 'order.%' ORDER BY deed_id")
    return [row["deed"] for row in rows]


async def test_an_order_is_found_by_anything_printed_on_its_parcel(market: Market, buyer: Buyer) -> None:
    order = await paid(market, buyer, shops=market.said(note="请放门口驿站"))
    other = await market.buyer()
    async with market.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE accounts.address SET recipient = '周吴郑', phone = '13999990002', "
            "region = '海南省 三亚市', detail = '椰林路 9 号' WHERE account_id = $1",
            other.account_id,
        )
    await paid(market, other)
    await follow(market.ctx)
    parcel = shipment()
    await post(market.seller, order, "shipment", parcel)
    number = order["number"]
    tracking = parcel["tracking_number"]
    asked = [number, number.lower().replace("-", " "), tracking, tracking.lower(), tracking[-6:], "13800000001"]
    asked += ["0001", "138 0000 0001", "+86 13800000001", "李小丹", "小丹", "李", "振兴区", "江城大街 1 号", "驿站"]
    for text in asked:
        assert await ids(market.seller, market, q=text) == [order["order_id"]], text
    for text in ("草莓", "1斤装", "丹东草莓 1斤装"):
        assert len(await ids(market.seller, market, q=text)) == 2, text
    for text in ("王小", "0003", "草莓 三亚 小丹", "…"):
        assert await ids(market.seller, market, q=text) == [], text


async def test_an_order_is_found_by_the_article_number_on_its_goods(market: Market, buyer: Buyer) -> None:
    order = await paid(market, buyer)
    other = await paid(market, buyer)
    async with market.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE catalog.sku SET code = 'CM-500g' WHERE sku_id = $1", UUID(order["lines"][0]["sku_id"])
        )
    await follow(market.ctx)
    same = [one["order_id"] for one in (other, order) if one["lines"][0]["sku_id"] == order["lines"][0]["sku_id"]]
    for text in ("CM-500g", "cm500g", "CM-500"):
        assert await ids(market.seller, market, q=text) == same, text
    assert await ids(market.seller, market, q="CM-501") == []


async def test_filters_hold_together_and_count(market: Market, buyer: Buyer) -> None:
    room_id = await market.room()
    sku_id = await market.sku(stock=100)
    product_id = await market.product_id(sku_id)
    await market.bag(room_id, product_id)
    plain = await paid(market, buyer)
    in_room = (await buyer.orders([(sku_id, 3, 2990, room_id)]))[0]
    await buyer.pay(in_room["order_id"])
    waiting = await buyer.order(sku_id)
    await follow(market.ctx)
    await post(market.seller, plain, "shipment", {"carrier": "sf", "tracking_number": "SF1234567890123"})
    shop, a, b, c = market.seller, plain["order_id"], in_room["order_id"], waiting["order_id"]
    assert await ids(shop, market) == [c, b, a]
    assert await ids(shop, market, sort="oldest") == [a, b, c]
    assert await ids(shop, market, sort="largest") == [b, a]
    assert await ids(shop, market, state="pending_payment") == [c]
    assert await ids(shop, market, room_id=str(room_id)) == [b]
    assert await ids(shop, market, product_id=product_id) == [b]
    assert await ids(shop, market, carrier="顺丰", state="shipped") == [a]
    assert await ids(shop, market, carrier="顺丰速运", state="paid") == []
    assert await ids(shop, market, min_minor=8970, max_minor=8970) == [b]
    assert await ids(shop, market, max_minor=8969) == [a]
    assert await ids(shop, market, after_sale=True) == [] == await ids(shop, market, held=True)
    assert await ids(shop, market, after_sale=False) == [b, a]
    now_ms = to_epoch_ms(utc_now())
    assert await ids(shop, market, from_ms=now_ms - 60_000, to_ms=now_ms + 60_000) == [c, b, a]
    assert await ids(shop, market, to_ms=now_ms - 60_000) == []
    counted = (
        await shop.get(f"/api/shops/{market.shop_id}/orders/counts", params={"q": "草莓", "state": "paid"})
    ).json()
    assert {state: count for state, count in counted["counts"].items() if count} == {"paid": 1, "shipped": 1}


async def test_what_is_not_shipped_in_time_is_late(market: Market, buyer: Buyer) -> None:
    late, fresh = await paid(market, buyer), await paid(market, buyer)
    async with market.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE orders.order SET paid_at = paid_at - $2::interval WHERE order_id = $1",
            UUID(late["order_id"]),
            timedelta(hours=49),
        )
    assert await ids(market.seller, market, late=True) == [late["order_id"]]
    [shown] = (await market.seller.get(f"/api/shops/{market.shop_id}/orders?late=true")).json()["items"]
    assert shown["ship_by_ms"] < to_epoch_ms(utc_now()) < fresh["ship_by_ms"]


async def test_after_sales_mark_the_order_and_hold_it(market: Market, buyer: Buyer) -> None:
    order = await paid(market, buyer)
    await follow(market.ctx)
    wish = {"line_no": 0, "kind": "refund_only", "quantity": 1, "reason": "other"}
    asked = await buyer.client.post(f"/api/orders/{order['order_id']}/after-sales", json=wish, headers=once())
    assert asked.status_code == 201, asked.text
    await follow(market.ctx)
    for filter in ({"after_sale": True}, {"held": True}):
        assert await ids(market.seller, market, **filter) == [order["order_id"]]
    assert await ids(market.seller, market, after_sale=False) == []


@pytest.mark.parametrize("sort", ["newest", "oldest", "largest"])
async def test_pages_follow_each_other_whatever_comes_first(market: Market, buyer: Buyer, sort: str) -> None:
    sku_id = await market.sku(stock=100)
    orders = [await buyer.order(sku_id, quantity) for quantity in (1, 3, 3, 2, 1)]
    await buyer.pay(*(order["order_id"] for order in orders))
    await follow(market.ctx)
    whole = await ids(market.seller, market, sort=sort)
    seen: list[str] = []
    cursor: str | None = None
    while cursor is not None or not seen:
        params = {"limit": "2", "sort": sort} | ({"cursor": cursor} if cursor else {})
        page = (await market.seller.get(f"/api/shops/{market.shop_id}/orders", params=params)).json()
        seen += [order["order_id"] for order in page["items"]]
        cursor = page["next_cursor"]
    assert seen == whole
    assert len(set(seen)) == 5
    for forged in ("x", "AAAA", "////", cursor or "é"):
        answer = await market.seller.get(f"/api/shops/{market.shop_id}/orders", params={"cursor": forged})
        assert answer.status_code == 422, forged


async def test_another_shop_finds_nothing_of_it(market: Market, buyer: Buyer, ctx: Context, sign_up: SignUp) -> None:
    order = await paid(market, buyer)
    await follow(ctx)
    other = await open_market(ctx, sign_up)
    for text in (order["number"], "0001", "李小丹"):
        assert await ids(other.seller, other, q=text) == []
    assert (await other.seller.get(f"/api/shops/{market.shop_id}/orders?q=0001")).status_code == 404


async def test_who_may_not_see_buyers_sees_them_masked_and_every_look_is_written_down(
    market: Market, buyer: Buyer, sign_up: SignUp
) -> None:
    order = await paid(market, buyer, shops=market.said(note="打我电话 13800000001"))
    await follow(market.ctx)
    clients = {}
    for role in ("viewer", "warehouse", "host"):
        clients[role], account_id = await sign_up(role)
        async with market.ctx.database.connection() as connection:
            await connection.execute(
                "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, $3)",
                market.shop_id,
                account_id,
                role,
            )
    path = f"/api/shops/{market.shop_id}/orders"
    [masked] = (await clients["viewer"].get(path)).json()["items"]
    one = (await clients["viewer"].get(f"/api/orders/{order['order_id']}")).json()
    for seen in (masked, one):
        assert list(seen["address"].values()) == ["李*", "138******01", "辽宁省 丹东市 振兴区", "***"]
        assert seen["note"] == ""
    assert await deeds(market) == []
    [whole] = (await clients["warehouse"].get(path)).json()["items"]
    assert whole["address"]["phone"] == "13800000001"
    await clients["warehouse"].get(f"/api/orders/{order['order_id']}")
    assert await deeds(market) == ["order.list_seen", "order.contact_seen"]
    assert (await clients["host"].get(path)).json()["params"] == {"right": "orders:read"}


async def test_each_role_is_told_the_shops_shares_and_its_own_deeds_and_no_others(
    market: Market, buyer: Buyer, sign_up: SignUp
) -> None:
    order = await paid(market, buyer)
    told = {}
    for role in ("viewer", "warehouse", "service", "finance", "manager"):
        client, account_id = await sign_up(role)
        async with market.ctx.database.connection() as connection:
            await connection.execute("INSERT INTO shops.staff VALUES ($1, $2, $3)", market.shop_id, account_id, role)
        one = (await client.get(f"/api/orders/{order['order_id']}")).json()
        [listed] = (await client.get(f"/api/shops/{market.shop_id}/orders")).json()["items"]
        assert listed == one
        sees_money = one["lines"][0]["fee_bp"] is not None and one["lines"][0]["commission_bp"] is not None
        told[role] = (sees_money, one["allowed"])
    assert told == {
        "viewer": (False, []),
        "warehouse": (False, ["ship"]),
        "service": (False, ["ship", "cancel"]),
        "finance": (True, []),
        "manager": (True, ["ship", "cancel"]),
    }


async def test_who_has_left_is_not_told_again_what_they_once_did(market: Market, buyer: Buyer, sign_up: SignUp) -> None:
    order = await paid(market, buyer)
    clerk, clerk_id = await sign_up("小客服")
    path, key = f"/api/orders/{order['order_id']}/cancel", once()
    async with market.ctx.database.connection() as connection:
        await connection.execute("INSERT INTO shops.staff VALUES ($1, $2, 'service')", market.shop_id, clerk_id)
        for _ in range(2):
            assert (await clerk.post(path, json={}, headers=key)).json()["state"] == "cancelled"
        await connection.execute("UPDATE shops.staff SET role = 'viewer' WHERE account_id = $1", clerk_id)
        assert (await clerk.post(path, json={}, headers=key)).json()["params"] == {"right": "orders:write"}
        await connection.execute("DELETE FROM shops.staff WHERE account_id = $1", clerk_id)
        assert (await clerk.post(path, json={}, headers=key)).status_code == 404


async def test_notes_and_tags_are_the_shops_alone_and_found(market: Market, buyer: Buyer) -> None:
    order = await paid(market, buyer)
    path = f"/api/orders/{order['order_id']}"
    noted = await market.seller.post(f"{path}/notes", json={"text": "客户是老粉 多送一盒"})
    assert noted.status_code == 201, noted.text
    assert [(note["text"], note["author_name"]) for note in noted.json()["notes"]] == [("客户是老粉 多送一盒", "卖家")]
    tagged = await market.seller.put(f"{path}/tags", json={"tags": ["加急", "加急", "礼盒"]})
    assert sorted(tagged.json()["tags"]) == sorted(["加急", "礼盒"])
    assert (
        await ids(market.seller, market, q="老粉")
        == await ids(market.seller, market, tag="礼盒")
        == [order["order_id"]]
    )
    await market.seller.put(f"{path}/tags", json={"tags": ["加急"]})
    assert await ids(market.seller, market, tag="礼盒") == []
    assert (await market.seller.get(f"/api/shops/{market.shop_id}/order-tags")).json()["items"] == ["加急"]
    mine = await buyer.see(order["order_id"])
    assert (mine["notes"], mine["tags"]) == ([], [])
    for deed, body in (("notes", {"text": "x"}), ("tags", {"tags": []})):
        method = "POST" if deed == "notes" else "PUT"
        assert (await buyer.client.request(method, f"{path}/{deed}", json=body)).status_code == 404
    assert (await market.seller.post(f"{path}/notes", json={"text": "  "})).status_code == 422
    assert await deeds(market) == ["order.note_added", "order.tagged", "order.list_seen", "order.tagged"]


async def test_a_filter_is_kept_under_a_name_and_shared_if_its_owner_wants(market: Market, sign_up: SignUp) -> None:
    clerk, clerk_id = await sign_up("小客服")
    async with market.ctx.database.connection() as connection:
        await connection.execute("INSERT INTO shops.staff VALUES ($1, $2, 'service')", market.shop_id, clerk_id)
    path = f"/api/shops/{market.shop_id}/order-filters"
    wanted = {"state": "paid", "late": True, "carrier": "顺丰速运", "sort": "oldest"}
    made = await clerk.post(path, json={"name": "超时未发", "filter": wanted})
    assert made.status_code == 201, made.text
    assert {key: made.json()["filter"][key] for key in wanted} == wanted
    assert (await market.seller.get(path)).json()["items"] == []
    again = await clerk.post(path, json={"name": "超时未发", "filter": {"late": True}, "is_shared": True})
    assert again.json()["filter_id"] == made.json()["filter_id"]
    [shared] = (await market.seller.get(path)).json()["items"]
    assert (shared["name"], shared["is_own"], shared["filter"]["late"]) == ("超时未发", False, True)
    one = f"{path}/{made.json()['filter_id']}"
    assert (await market.seller.delete(one)).status_code == 404
    assert (await clerk.delete(one)).status_code == 204
    assert (await clerk.get(path)).json()["items"] == []
    bad = await clerk.post(path, json={"name": "x", "filter": {"colour": "red"}})
    assert bad.status_code == 400


async def test_a_buyer_asks_for_another_address_and_the_seller_agrees_or_not(market: Market, buyer: Buyer) -> None:
    order = await paid(market, buyer)
    await follow(market.ctx)
    path = f"/api/orders/{order['order_id']}/address-change"
    assert (await market.seller.post(f"{path}/answer", json={"accepts": True})).status_code == 404
    asked = await buyer.client.put(path, json=ELSEWHERE)
    assert asked.status_code == 200, asked.text
    assert (asked.json()["address_change"]["state"], asked.json()["address"]["recipient"]) == ("asked", "李小丹")
    refused = await market.seller.post(f"{path}/answer", json={"accepts": False, "reason": "已经打包"})
    answer = refused.json()["address_change"]
    assert (answer["state"], answer["reason"]) == ("refused", "已经打包")
    await buyer.client.put(path, json=ELSEWHERE)
    assert (await buyer.client.delete(path)).json()["address_change"] is None
    await buyer.client.put(path, json=ELSEWHERE)
    agreed = await market.seller.post(f"{path}/answer", json={"accepts": True})
    assert agreed.json()["address"] == ELSEWHERE
    assert await ids(market.seller, market, q="烟台") == [order["order_id"]]
    assert await ids(market.seller, market, q="江城大街") == []
    assert "OrderAddressChanged" in await market.events()
    await post(market.seller, order, "shipment", shipment())
    assert (await buyer.client.put(path, json=ELSEWHERE)).json()["code"] == "illegal_move"
    assert (await market.seller.put(path, json=ELSEWHERE)).status_code == 404


async def test_what_is_personal_in_the_search_can_be_erased_and_the_rest_made_anew(
    market: Market, buyer: Buyer
) -> None:
    order = await paid(market, buyer)
    await follow(market.ctx)
    async with market.ctx.database.transaction() as connection:
        await forget_in_search(connection, [UUID(order["order_id"])])
    assert await ids(market.seller, market, q="李小丹") == []
    async with market.ctx.database.transaction() as connection:
        await connection.execute("UPDATE orders.order SET recipient = '*', phone = '*' ")
        await connection.execute("UPDATE orders.search_fill SET below = 'ffffffff-ffff-ffff-ffff-ffffffffffff'")
    await run_job(market.ctx, "orders_fill_search")
    assert await ids(market.seller, market, q="草莓") == [order["order_id"]]
    assert await ids(market.seller, market, q="李小丹") == []
