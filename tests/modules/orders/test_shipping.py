"""Shipping one order or a file of them, and what carriers say of parcels."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.conftest import SignUp
from tests.modules.orders.life import paid, post, shipment, shipped, track
from tests.modules.orders.market import Buyer, Market, open_market
from tests.outbox import list_envelopes

from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service import ship_from_file


@pytest.fixture
async def buyer(market: Market) -> Buyer:
    """Somebody who buys."""
    return await market.buyer()


def now_ms() -> int:
    """The present moment, as carriers tell it."""
    return int(utc_now().timestamp() * 1000)


async def upload(
    market: Market, *rows: tuple[str, str, str], dry_run: bool = False, encoding: str = "utf-8"
) -> dict[str, Any]:
    """Ship the rows of a file."""
    table = "\n".join(["订单号,快递公司,运单号", *(",".join(row) for row in rows)])
    answer = await send(market.seller, market, table.encode(encoding), dry_run=dry_run)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def send(client: httpx.AsyncClient, market: Market, content: bytes, *, dry_run: bool = False) -> httpx.Response:
    """Send a file as a browser does."""
    return await client.post(
        f"/api/shops/{market.shop_id}/shipment-files",
        params={"dry_run": str(dry_run).lower()},
        files={"file": ("发货.csv", content, "text/csv")},
    )


@pytest.mark.parametrize(
    ("carrier", "number", "reason"),
    [
        (" ", "SF1234567890", "bad_length"),
        ("村口小货车", "12345", "bad_tracking_number"),
        ("顺丰", "SF 123 456", "bad_tracking_number"),
        ("顺丰", "YT1234567890123", "not_of_carrier"),
    ],
)
async def test_a_shipment_without_a_proper_number_is_refused(
    market: Market, buyer: Buyer, carrier: str, number: str, reason: str
) -> None:
    order = await paid(market, buyer)
    answer = await post(market.seller, order, "shipment", {"carrier": carrier, "tracking_number": number})
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason)
    assert (await buyer.see(order["order_id"]))["state"] == "paid"


async def test_a_number_on_another_shops_or_another_buyers_parcel_is_refused(
    ctx: Context, sign_up: SignUp, market: Market, buyer: Buyer
) -> None:
    parcel = shipment()
    assert (await post(market.seller, await paid(market, buyer), "shipment", parcel)).status_code == 200
    other_shop = await open_market(ctx, sign_up)
    for seller, customer, reason in ((other_shop, buyer, "other_shop"), (market, await market.buyer(), "other_buyer")):
        order = await paid(seller, customer)
        refused = await post(seller.seller, order, "shipment", parcel)
        assert (refused.status_code, refused.json()["code"]) == (409, "tracking_number_taken")
        assert refused.json()["params"] == {"reason": reason}
        assert (await customer.see(order["order_id"]))["state"] == "paid"
    together = await post(market.seller, await paid(market, buyer), "shipment", parcel)
    assert together.status_code == 200, "two orders of one buyer may travel in one parcel"


async def test_of_two_sellers_who_use_a_number_at_the_same_moment_one_is_told(
    ctx: Context, sign_up: SignUp, market: Market, buyer: Buyer
) -> None:
    other_shop = await open_market(ctx, sign_up)
    for _ in range(3):
        parcel = shipment()
        orders = [await paid(seller, buyer) for seller in (market, other_shop)]
        answers = await asyncio.gather(
            post(market.seller, orders[0], "shipment", parcel), post(other_shop.seller, orders[1], "shipment", parcel)
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_the_buyer_sees_where_the_parcel_is_in_the_order_in_which_it_happened(
    market: Market, buyer: Buyer
) -> None:
    order = await shipped(market, buyer)
    at_ms = now_ms()
    late = {"kind": "out_for_delivery", "at_ms": at_ms + 2000, "place": "丹东", "text": "派送中"}
    early = {"kind": "picked_up", "at_ms": at_ms, "place": "沈阳", "text": "已揽收"}
    assert (await track(market.seller, order, late)).status_code == 200
    for _ in range(2):
        assert (await track(market.seller, order, early, late)).status_code == 200
    seen = await buyer.see(order["order_id"])
    assert seen["shipment"]["events"] == [early, late]
    assert (seen["state"], len(seen["history"])) == ("shipped", 3)
    [listed] = (await buyer.client.get("/api/me/orders")).json()["items"]
    assert listed["shipment"]["events"] == [early, late]


async def test_what_a_carrier_tells_of_one_minute_is_told_on_in_the_order_of_a_parcels_way(
    market: Market, buyer: Buyer
) -> None:
    order, at_ms = await shipped(market, buyer), now_ms()
    way = ["picked_up", "in_transit", "out_for_delivery", "delivered", "problem"]
    await track(market.seller, order, *({"kind": kind, "at_ms": at_ms} for kind in reversed(way)))
    assert [event["kind"] for event in (await buyer.see(order["order_id"]))["shipment"]["events"]] == way
    async with market.ctx.database.connection() as connection:
        [envelope] = await list_envelopes(connection, "ParcelTracked")
    assert [event["kind"] for event in msgspec.json.decode(envelope.data)["events"]] == way


async def test_a_delivery_told_twice_at_once_moves_the_order_once(market: Market, buyer: Buyer) -> None:
    order = await shipped(market, buyer)
    at_ms = now_ms()
    answers = await asyncio.gather(
        *(track(market.seller, order, {"kind": "delivered", "at_ms": at_ms}) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert await market.events("OrderDelivered") == ["OrderDelivered"]
    after = await track(market.seller, order, {"kind": "problem", "at_ms": at_ms + 1})
    assert (after.status_code, after.json()["state"]) == (200, "delivered")
    await post(buyer.client, order, "receipt")
    late = await track(market.seller, order, {"kind": "delivered", "at_ms": at_ms + 2})
    assert (late.status_code, late.json()["state"]) == (200, "completed")


async def test_what_no_carrier_could_have_said_is_refused_and_nothing_is_written(market: Market, buyer: Buyer) -> None:
    unpaid, waiting = await buyer.order(await market.sku()), await paid(market, buyer)
    for order, allowed in ((unpaid, ["cancel"]), (waiting, ["ship", "cancel"])):
        refused = await track(market.seller, order, {"kind": "delivered"})
        assert (refused.status_code, refused.json()["params"]["allowed"]) == (409, allowed)
    order = await shipped(market, buyer)
    for at_ms, reason in ((now_ms() + 3_600_000, "in_the_future"), (now_ms() - 86_400_000, "before_payment")):
        refused = await track(market.seller, order, {"kind": "in_transit"}, {"kind": "delivered", "at_ms": at_ms})
        assert (refused.status_code, refused.json()["params"]["reason"]) == (422, reason)
    assert (await track(market.seller, order)).status_code == 400
    assert await market.count("orders.tracking_event") == 0
    assert (await buyer.see(order["order_id"]))["state"] == "shipped"


async def test_tracking_is_the_shops_alone_and_a_program_needs_a_token_for_it(
    market: Market, buyer: Buyer, client: httpx.AsyncClient
) -> None:
    order = await shipped(market, buyer)
    assert (await track(buyer.client, order, {"kind": "delivered"})).status_code == 404
    assert (await track((await market.buyer()).client, order, {"kind": "delivered"})).status_code == 404
    for scope, status in (("room:control", 403), ("orders:shipping", 200)):
        made = await market.seller.post("/api/me/tokens", json={"name": "ERP", "scopes": [scope]})
        client.headers["authorization"] = f"Bearer {made.json()['token']}"
        assert (await track(client, order, {"kind": "in_transit"})).status_code == status
    assert (await post(client, order, "cancel", {})).status_code == 403
    assert (await client.get("/api/me/addresses")).status_code == 403


async def test_an_order_has_only_so_many_tracking_events(market: Market, buyer: Buyer) -> None:
    order, at_ms = await shipped(market, buyer), now_ms()
    for start in (0, 100):
        events = [{"kind": "in_transit", "at_ms": at_ms + number} for number in range(start, start + 100)]
        assert (await track(market.seller, order, *events)).status_code == 200
    refused = await track(market.seller, order, {"kind": "problem", "at_ms": at_ms})
    assert (refused.status_code, refused.json()["params"]) == (422, {"reason": "too_many", "limit": 200})
    assert await market.count("orders.tracking_event") == 200


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
async def test_a_hundred_orders_are_shipped_from_a_file_and_the_same_file_again_is_harmless(
    market: Market, buyer: Buyer, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(ship_from_file, "CHUNK", 7)
    sku_id = await market.sku(stock=30)
    orders = [await buyer.order(sku_id) for _ in range(20)]
    await buyer.pay(*(order["order_id"] for order in orders))
    rows = [(order["number"], "顺丰速运", shipment()["tracking_number"]) for order in orders]
    tried = await upload(market, *rows, dry_run=True, encoding=encoding)
    assert (tried["shipped"], tried["refused"], {row["outcome"] for row in tried["rows"]}) == (20, 0, {"ships"})
    assert await market.events("OrderShipped") == []
    done = await upload(market, *rows, encoding=encoding)
    assert [row["row"] for row in done["rows"]] == list(range(2, 22))
    assert {(row["outcome"], row["reason"]) for row in done["rows"]} == {("shipped", None)}
    again = await upload(market, *rows, encoding=encoding)
    assert {(row["outcome"], row["reason"]) for row in again["rows"]} == {("shipped", "already_shipped")}
    assert await market.events("OrderShipped") == ["OrderShipped"] * 20
    seen = await buyer.see(orders[3]["order_id"])
    assert (seen["state"], seen["shipment"]["tracking_number"]) == ("shipped", rows[3][2])


async def test_one_bad_row_does_not_stop_the_others_and_each_says_what_is_wrong(
    ctx: Context, sign_up: SignUp, market: Market, buyer: Buyer
) -> None:
    other_shop = await open_market(ctx, sign_up)
    good, wrong_number, other_carrier, doubled, stranger_parcel = [await paid(market, buyer) for _ in range(5)]
    unpaid, foreign = await buyer.order(await market.sku()), await paid(other_shop, buyer)
    somebody = await paid(market, await market.buyer())
    numbers = [shipment()["tracking_number"] for _ in range(8)]
    rows = [
        (wrong_number["number"], "顺丰", "12"),
        (other_carrier["number"], "圆通", numbers[0]),
        (good["number"].lower(), "顺丰", numbers[1]),
        (unpaid["number"], "顺丰", numbers[2]),
        (foreign["number"], "顺丰", numbers[3]),
        ("ZZZZ-ZZZZ", "顺丰", numbers[4]),
        (doubled["number"], "顺丰", numbers[5]),
        (doubled["number"], "顺丰", numbers[6]),
        (somebody["number"], "顺丰", numbers[7]),
        (stranger_parcel["number"], "顺丰", numbers[7]),
        ("", "", "x"),
    ]
    expected = [
        ("refused", "bad_tracking_number"),
        ("refused", "not_of_carrier"),
        ("shipped", None),
        ("refused", "illegal_move"),
        ("refused", "not_found"),
        ("refused", "not_found"),
        ("shipped", None),
        ("refused", "named_twice"),
        ("shipped", None),
        ("refused", "other_buyer"),
        ("refused", "not_found"),
    ]
    tried = await upload(market, *rows, dry_run=True)
    assert [(row["outcome"].replace("ships", "shipped"), row["reason"]) for row in tried["rows"]] == expected
    done = await upload(market, *rows)
    assert [(row["outcome"], row["reason"]) for row in done["rows"]] == expected
    assert (done["shipped"], done["refused"]) == (3, 8)
    assert (await buyer.see(good["order_id"]))["state"] == "shipped"
    for order in (wrong_number, other_carrier, stranger_parcel, foreign):
        assert (await buyer.see(order["order_id"]))["state"] == "paid"


async def test_the_same_file_sent_twice_at_once_ships_each_order_once(market: Market, buyer: Buyer) -> None:
    sku_id = await market.sku(stock=10)
    orders = [await buyer.order(sku_id) for _ in range(10)]
    await buyer.pay(*(order["order_id"] for order in orders))
    rows = [(order["number"], "顺丰", shipment()["tracking_number"]) for order in orders]
    done = await asyncio.gather(upload(market, *rows), upload(market, *reversed(rows)))
    assert [one["refused"] for one in done] == [0, 0]
    assert await market.events("OrderShipped") == ["OrderShipped"] * 10


async def test_a_file_of_no_use_or_of_a_stranger_ships_nothing(market: Market, buyer: Buyer) -> None:
    order = await paid(market, buyer)
    table = f"订单号,快递公司,运单号\n{order['number']},顺丰,{shipment()['tracking_number']}"
    assert (await send(buyer.client, market, table.encode())).status_code == 404
    for content, reason in ((b"\0\1\2", "not_a_table"), (b"a,b\n1,2", "no_heading")):
        refused = await send(market.seller, market, content)
        assert (refused.status_code, refused.json()["params"]["reason"]) == (422, reason)
    assert (await send(market.seller, market, b"x" * 3_000_000)).status_code == 413
    missing = await market.seller.post(
        f"/api/shops/{market.shop_id}/shipment-files", files={"other": (uuid4().hex, b"")}
    )
    assert missing.status_code == 400
    assert (await buyer.see(order["order_id"]))["state"] == "paid"
