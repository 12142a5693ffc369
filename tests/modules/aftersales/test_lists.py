"""Everybody finds their own after-sales, and nobody another's."""

from tests.conftest import SignUp
from tests.modules.aftersales.counter import SHIPMENT, Counter
from tests.modules.orders.market import open_market


async def test_lists_show_the_newest_first_page_by_page(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=50)
    asked = [await counter.ask(await counter.paid(sku_id), "refund_only") for _ in range(3)]
    newest = [one["after_sale_id"] for one in reversed(asked)]
    for client, path in (
        (counter.buyer.client, "/api/me/after-sales"),
        (counter.seller, f"/api/shops/{counter.market.shop_id}/after-sales"),
        (counter.operator, "/api/operator/after-sales?state=open"),
    ):
        glue = "&" if "?" in path else "?"
        first = (await client.get(f"{path}{glue}limit=2")).json()
        assert [one["after_sale_id"] for one in first["items"]] == newest[:2], path
        second = (await client.get(f"{path}{glue}limit=2&cursor={first['next_cursor']}")).json()
        assert ([one["after_sale_id"] for one in second["items"]], second["next_cursor"]) == (newest[2:], None)
        assert (await client.get(f"{path}{glue}cursor=!")).status_code == 422
    of_order = (await counter.buyer.client.get(f"/api/orders/{asked[0]['order_id']}/after-sales")).json()
    assert [one["after_sale_id"] for one in of_order["items"]] == newest[2:]


async def test_lists_can_be_narrowed_to_a_state(counter: Counter) -> None:
    sku_id = await counter.market.sku(stock=50)
    waiting, refused, escalated, closed = [
        await counter.ask(await counter.paid(sku_id), "refund_only") for _ in range(4)
    ]
    for one in (refused, escalated):
        await counter.refuse(one)
    await counter.escalate(escalated)
    await counter.do(counter.buyer.client, closed, "withdrawal")
    path = f"/api/shops/{counter.market.shop_id}/after-sales"

    async def _ids(query: str) -> list[str]:
        return [one["after_sale_id"] for one in (await counter.seller.get(f"{path}{query}")).json()["items"]]

    assert await _ids("?state=open") == [one["after_sale_id"] for one in (escalated, refused, waiting)]
    assert await _ids("?state=refused") == [refused["after_sale_id"]]
    assert await _ids("?state=closed") == await _ids("?state=ended") == [closed["after_sale_id"]]
    assert await _ids("?state=for_seller") == [waiting["after_sale_id"]]
    await counter.rule(escalated, "evidence")
    assert await _ids("?state=for_seller") == [escalated["after_sale_id"], waiting["after_sale_id"]]
    assert (await counter.seller.get(f"{path}?state=odd")).status_code == 400
    to_decide = (await counter.operator.get("/api/operator/after-sales")).json()["items"]
    assert [one["after_sale_id"] for one in to_decide] == [escalated["after_sale_id"]]
    assert to_decide[0]["allowed"] == ["rule_buyer", "rule_seller", "rule_evidence", "rule_negotiate"]


async def test_each_reader_is_told_what_they_may_do(counter: Counter) -> None:
    asked = await counter.ask(await counter.paid(await counter.market.sku()), "refund_only")
    assert (await counter.see(asked))["allowed"] == ["withdraw"]
    assert (await counter.see(asked, counter.seller))["allowed"] == ["agree", "refuse", "offer"]
    assert (await counter.see(asked, counter.operator))["allowed"] == []
    assert (await counter.see(asked, counter.seller))["buyer_name"] == "小*"


async def test_staff_who_may_only_look_are_offered_nothing_and_their_look_is_written_down(
    counter: Counter, sign_up: SignUp
) -> None:
    asked = await counter.ask(await counter.paid(await counter.market.sku()), "refund_only")
    viewer, account_id = await sign_up("店员")
    shop_id = counter.market.shop_id
    async with counter.ctx.database.connection() as connection:
        await connection.execute("INSERT INTO shops.staff VALUES ($1, $2, 'viewer')", shop_id, account_id)
    [listed] = (await viewer.get(f"/api/shops/{shop_id}/after-sales")).json()["items"]
    for _ in range(2):
        assert (await counter.see(asked, viewer))["allowed"] == listed["allowed"] == []
    await counter.see(asked)
    log = (await counter.seller.get(f"/api/shops/{shop_id}/deeds?deed=aftersale.seen")).json()["items"]
    assert [(one["deed"], one["target"], one["details"]) for one in log if one["deed"] == "aftersale.seen"] == [
        ("aftersale.seen", asked["after_sale_id"], {"number": asked["order_number"]})
    ]


async def test_strangers_and_other_shops_are_told_that_there_is_nothing(counter: Counter, sign_up: SignUp) -> None:
    order = await counter.shipped(await counter.market.sku(), 2)
    asked = await counter.ask(order, "return_refund")
    stranger, _ = await sign_up("路人")
    another = await open_market(counter.ctx, sign_up)
    one = f"/api/after-sales/{asked['after_sale_id']}"
    for who in (stranger, another.seller):
        assert (await who.get(one)).status_code == 404
        assert (await who.get(f"/api/orders/{order['order_id']}/after-sales")).status_code == 404
        assert (await who.get(f"/api/shops/{counter.market.shop_id}/after-sales")).status_code == 404
        assert (await who.get("/api/operator/after-sales")).status_code == 403
        assert (await who.get("/api/me/after-sales")).json()["items"] == []
        opened = await who.post(
            f"/api/orders/{order['order_id']}/after-sales",
            json={"line_no": 0, "kind": "refund_only", "quantity": 1, "reason": "other"},
            headers={"Idempotency-Key": "x"},
        )
        assert opened.status_code == 404
        for deed, body in (
            ("agreement", {}),
            ("refusal", {"reason": "不"}),
            ("request-again", {"description": "再"}),
            ("withdrawal", None),
            ("return-shipment", SHIPMENT),
            ("return-receipt", None),
            ("resend", SHIPMENT),
            ("exchange-receipt", None),
            ("escalation", {"note": "请"}),
            ("evidence", {"text": "看"}),
        ):
            assert (await counter.try_to(who, asked, deed, body)).status_code == 404, deed
    assert len((await counter.see(asked))["history"]) == 1


async def test_a_seller_cannot_ask_in_the_buyers_name(counter: Counter) -> None:
    order = await counter.shipped(await counter.market.sku())
    answer = await counter.seller.post(
        f"/api/orders/{order['order_id']}/after-sales",
        json={"line_no": 0, "kind": "refund_only", "quantity": 1, "reason": "other"},
        headers={"Idempotency-Key": "x"},
    )
    assert answer.status_code == 404
