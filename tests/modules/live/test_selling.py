"""What rooms show of flash sales, and what hosts may do with the goods of others."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.conftest import SignUp
from tests.live.stage import Stage, make_product

from xiaodian.contracts.bag import BagFlashSale
from xiaodian.contracts.catalog import Product
from xiaodian.contracts.live import BagMoment, RoomId, StockMoment, UnfeaturedMoment
from xiaodian.contracts.orders import LineOfEvent, OrderId, OrderPaid
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.work import decode_message
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live import queries
from xiaodian.modules.live.api import open_counters
from xiaodian.modules.live.fold import empty_snapshot, fold
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.promotion.service.run_clock import (
    announce_flash_sales,
    end_flash_sales,
    start_flash_sales,
)

HOUR_MS = 3_600_000


class Foreign:
    """Another shop's product."""

    def __init__(self, client: httpx.AsyncClient, shop_id: ShopId, product: Product) -> None:
        self.client, self.shop_id, self.product = client, shop_id, product

    async def set_commission(self, rate_bp: int | None) -> None:
        """Let every host sell it, or none any more."""
        path = f"/api/products/{self.product.product_id}/commission"
        answer = await (self.client.put(path, json={"rate_bp": rate_bp}) if rate_bp else self.client.delete(path))
        assert answer.is_success, answer.text


@pytest.fixture
async def foreign(stage: Stage, sign_up: SignUp) -> Foreign:
    """A product of a shop that is not the host's."""
    client, _ = await sign_up("别家")
    shop_id = ShopId(UUID((await client.post("/api/shops", json={"name": "别家的店"})).json()["shop_id"]))
    return Foreign(client, shop_id, await make_product(client, shop_id, "别家的蓝莓"))


async def plan(stage: Stage, starts_in_ms: int = 0, **more: Any) -> UUID:
    """A flash sale of the stage's first product: 4 pieces at 19.90 for an hour."""
    now_ms = to_epoch_ms(utc_now())
    body = {
        "sku_id": str(stage.sku().sku_id),
        "price_minor": 1990,
        "set_aside": 4,
        "limit_per_buyer": 2,
        "starts_at_ms": now_ms + starts_in_ms,
        "ends_at_ms": now_ms + starts_in_ms + HOUR_MS,
    }
    answer = await stage.host.post(f"/api/shops/{stage.shop_id}/flash-sales", json={**body, **more})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["flash_sale_id"])


async def hand_over(stage: Stage) -> None:
    """Let live learn all events that wait in the outbox, as the worker would."""
    durables = {
        "StockChanged": "live-stock",
        "FlashSaleAnnounced": "live-products",
        "FlashSaleStarted": "live-products",
        "FlashSaleEnded": "live-products",
        "CommissionEnded": "live-commissions",
        "StaffChanged": "live-staff",
    }
    async with stage.ctx.database.connection() as connection:
        rows = await connection.fetch(
            "DELETE FROM infra.outbox WHERE subject LIKE 'event.%' RETURNING id, subject, payload"
        )
    for row in sorted(rows, key=lambda row: row["id"]):
        for envelope in decode_message(row["payload"]):
            if durable := durables.get(envelope.type):
                await stage.repeat(durable, [envelope, envelope])


async def shown_sale(stage: Stage) -> tuple[int, BagFlashSale | None]:
    """What a viewer sees of the first product: pieces of the ordinary stock, and its flash sale."""
    snapshot = fold(empty_snapshot(stage.room_id), 1, await stage.told())
    sku = next(sku for item in snapshot.bag for sku in item.skus if sku.sku_id == stage.sku().sku_id)
    return sku.available, sku.flash_sale


async def test_viewers_see_a_flash_sale_announced_running_selling_out_and_over(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.go_on_air()
    sale_id = await plan(stage, starts_in_ms=2 * HOUR_MS)
    await hand_over(stage)
    assert await shown_sale(stage) == (6, None)
    await stage.host.post(f"/api/flash-sales/{sale_id}/end")
    sale_id = await plan(stage, starts_in_ms=HOUR_MS // 2)
    assert await announce_flash_sales(stage.ctx.database, utc_now()) == 1
    await hand_over(stage)
    available, sale = await shown_sale(stage)
    assert sale is not None
    assert (available, sale.flash_sale_id, sale.price_minor, sale.left, sale.limit_per_buyer) == (
        6,
        sale_id,
        1990,
        4,
        2,
    )
    assert sale.ends_at_ms - sale.starts_at_ms == HOUR_MS
    assert await start_flash_sales(stage.ctx.database, utc_now() + timedelta(minutes=31)) == 1
    await hand_over(stage)
    bags = [moment for moment in await stage.told() if isinstance(moment, BagMoment)]
    await stage.host.put(f"/api/skus/{stage.sku().sku_id}/stock", json={"available": 5})
    assert await end_flash_sales(stage.ctx.database, utc_now() + timedelta(minutes=91)) == 1
    await hand_over(stage)
    assert await shown_sale(stage) == (9, None)
    assert len([moment for moment in await stage.told() if isinstance(moment, BagMoment)]) == len(bags) + 1


async def test_buying_from_a_flash_sale_leaves_the_ordinary_stock_in_the_bag_alone(
    stage: Stage, sign_up: SignUp
) -> None:
    await stage.fill_bag()
    await stage.go_on_air()
    sale_id = await plan(stage)
    await start_flash_sales(stage.ctx.database, utc_now())
    await hand_over(stage)
    buyer, _ = await sign_up("买家")
    address = {"recipient": "王小丹", "phone": "13800000001", "region": "辽宁省 丹东市", "detail": "1 号"}
    address_id = (await buyer.post("/api/me/addresses", json=address)).json()["address_id"]
    line = {"sku_id": str(stage.sku().sku_id), "quantity": 2, "price_minor": 1990, "room_id": str(stage.room_id)}
    placed = await buyer.post(
        "/api/checkout",
        json={"address_id": address_id, "lines": [line]},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert placed.status_code == 201, placed.text
    await hand_over(stage)
    told = [moment for moment in await stage.told() if isinstance(moment, StockMoment)][-1]
    assert (told.available, told.stock_id) == (2, sale_id)
    available, sale = await shown_sale(stage)
    assert sale is not None
    assert (available, sale.left) == (6, 2)


async def test_a_planned_room_and_one_on_air_learn_of_the_sale_but_none_that_is_over(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.host.post(f"{stage.control}/end")
    before = await stage.told()
    await plan(stage)
    await start_flash_sales(stage.ctx.database, utc_now())
    await hand_over(stage)
    assert await stage.told() == before


async def test_a_host_sells_for_a_commission_but_price_and_stock_stay_with_the_shop(
    stage: Stage, foreign: Foreign
) -> None:
    product_ids = [str(stage.products[0].product_id), str(foreign.product.product_id)]
    refused = await stage.host.put(f"{stage.control}/bag", json={"product_ids": product_ids})
    assert (refused.status_code, refused.json()["params"]["reason"]) == (422, "not_yours")
    await foreign.set_commission(1500)
    assert (await stage.host.put(f"{stage.control}/bag", json={"product_ids": product_ids})).status_code == 204
    sku_id = foreign.product.skus[0].sku_id
    before = await stage.told()
    for answer in (
        await stage.host.put(f"{stage.control}/skus/{sku_id}/price", json={"price_minor": 1}),
        await stage.host.delete(f"{stage.control}/skus/{sku_id}/price"),
        await stage.host.put(f"{stage.control}/skus/{sku_id}/stock", json={"available": 0}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_own_goods")
        assert answer.json()["params"] == {"shop_name": "别家的店"}
    assert await stage.told() == before
    featured = await stage.host.put(f"{stage.control}/featured", json={"product_id": product_ids[1]})
    assert featured.status_code == 200


async def test_goods_that_a_host_may_no_longer_sell_leave_the_bag_and_the_others_keep_their_number(
    stage: Stage, foreign: Foreign
) -> None:
    await foreign.set_commission(1500)
    product_ids = [str(foreign.product.product_id), str(stage.products[0].product_id)]
    await stage.host.put(f"{stage.control}/bag", json={"product_ids": product_ids})
    await stage.host.put(f"{stage.control}/featured", json={"product_id": product_ids[0]})
    await foreign.set_commission(2500)
    await hand_over(stage)
    assert not any(isinstance(moment, UnfeaturedMoment) for moment in await stage.told())
    await foreign.set_commission(None)
    await hand_over(stage)
    told = await stage.told()
    assert [type(moment) for moment in told[-2:]] == [UnfeaturedMoment, BagMoment]
    (bag,) = [moment for moment in told[-1:] if isinstance(moment, BagMoment)]
    assert [(item.number, str(item.product_id)) for item in bag.items] == [(2, product_ids[1])]
    async with stage.ctx.database.connection() as connection:
        counters = await open_counters(connection, [stage.room_id, RoomId(uuid4())])
    assert set(counters) == {stage.room_id}
    assert counters[stage.room_id].host_id == stage.host_id
    assert counters[stage.room_id].product_ids == {stage.products[0].product_id}


async def test_a_purchase_is_told_in_the_room_of_its_line_and_nowhere_else(stage: Stage) -> None:
    other_id = (await stage.host.post("/api/rooms", json={"title": "另一场"})).json()["room_id"]
    rooms = [stage.room_id, None, RoomId(UUID(other_id))]
    lines = [
        LineOfEvent(
            product_id=stage.products[0].product_id,
            sku_id=stage.sku().sku_id,
            product_title=f"第{number}行",
            sku_name="",
            quantity=1,
            room_id=room_id,
            creator_id=None,
            amount_minor=2990,
        )
        for number, room_id in enumerate(rooms)
    ]
    order = OrderPaid(
        order_id=OrderId(uuid4()),
        shop_id=stage.shop_id,
        buyer_id=stage.host_id,
        buyer_name="小*",
        room_id=stage.room_id,
        is_quiet=False,
        lines=lines,
        total_minor=8970,
        currency="CNY",
    )
    await stage.happen("live-purchases", order)
    assert [getattr(moment, "title", None) for moment in await stage.told()] == ["第0行"]
    stage.room_id = RoomId(UUID(other_id))
    assert [getattr(moment, "title", None) for moment in await stage.told()] == ["第2行"]


@pytest.mark.parametrize("role", ["host", "manager", "warehouse"])
async def test_who_goes_live_for_a_shop_sells_its_goods_as_their_own_for_as_long_as_they_do(
    stage: Stage, foreign: Foreign, role: str
) -> None:
    await foreign.set_commission(1000)
    await foreign.set_commission(None)
    staff = f"/api/shops/{foreign.shop_id}/staff"
    made = await foreign.client.post(f"{staff}-invitations", json={"role": role})
    await stage.host.post("/api/staff-invitations/acceptance", json={"token": made.json()["token"]})
    bag = {"product_ids": [str(foreign.product.product_id)]}
    answer = await stage.host.put(f"{stage.control}/bag", json=bag)
    if role == "warehouse":
        assert (answer.status_code, answer.json()["params"]["reason"]) == (422, "not_yours")
        return
    assert answer.status_code == 204, answer.text
    await foreign.set_commission(1000)
    pair = (stage.host_id, foreign.product.product_id)
    async with stage.ctx.database.connection() as connection:
        assert await promotion.find_commissions(connection, [pair]) == {}, "the shop pays its own people no commission"
    await foreign.set_commission(None)
    await hand_over(stage)
    async with stage.ctx.database.connection() as connection:
        assert await queries.get_bag(connection, stage.room_id) == [foreign.product.product_id]
    assert (await foreign.client.delete(f"{staff}/{stage.host_id}")).status_code == 204
    await hand_over(stage)
    async with stage.ctx.database.connection() as connection:
        assert await queries.get_bag(connection, stage.room_id) == []
