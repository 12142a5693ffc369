"""Freight templates over HTTP, and the book that checkouts reckon by."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.conftest import SignUp

from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.orders import NoDeliveryError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.modules.shops import api as shops

RATE = {"first_g": 1000, "first_minor": 800, "more_g": 500, "more_minor": 300, "free_above_minor": 9900}
FAR = {"first_g": 1000, "first_minor": 2000, "more_g": 1000, "more_minor": 1500, "free_above_minor": None}
TEMPLATE: dict[str, Any] = {
    "name": "普通快递",
    "is_default": True,
    "rate": RATE,
    "exceptions": [{"regions": ["新疆", "西藏"], "rate": FAR}, {"regions": ["海外"], "rate": None}],
}


class Seller:
    """Somebody with a shop."""

    def __init__(self, client: httpx.AsyncClient, shop_id: ShopId) -> None:
        self.client, self.shop_id = client, shop_id
        self.path = f"/api/shops/{shop_id}/freight-templates"

    async def create(self, **more: Any) -> dict[str, Any]:
        """A template that must be taken."""
        answer = await self.client.post(self.path, json={**TEMPLATE, **more})
        assert answer.status_code == 201, answer.text
        template: dict[str, Any] = answer.json()
        return template

    async def list(self) -> list[dict[str, Any]]:
        """All of the shop's templates."""
        items: list[dict[str, Any]] = (await self.client.get(self.path)).json()["items"]
        return items


@pytest.fixture
async def seller(sign_up: SignUp) -> Seller:
    """Somebody with a new shop."""
    client, _ = await sign_up("卖家")
    shop = (await client.post("/api/shops", json={"name": f"小店 {uuid4().hex[:6]}"})).json()
    return Seller(client, ShopId(UUID(shop["shop_id"])))


async def reckon(
    database: Database, shop_id: ShopId, region: str, weight_g: int, template_id: UUID | None = None
) -> int:
    """Freight of goods for 10.00."""
    async with database.connection() as connection:
        book = await shops.open_freight_book(connection, [shop_id])
    return book.reckon(shop_id, region, [shops.Parcel(template_id, weight_g, 1000, SkuId(uuid4()))])


async def test_a_template_is_kept_as_written_and_reckoned_by(seller: Seller, database: Database) -> None:
    template = await seller.create()
    assert template == {**TEMPLATE, "template_id": template["template_id"], "shop_id": str(seller.shop_id)}
    assert await seller.list() == [template]
    assert await reckon(database, seller.shop_id, "辽宁省 丹东市", 1001) == 1100
    assert await reckon(database, seller.shop_id, "西藏自治区 拉萨市", 1001) == 3500
    with pytest.raises(NoDeliveryError):
        await reckon(database, seller.shop_id, "海外", 1)


async def test_a_changed_template_holds_from_now_on(seller: Seller, database: Database) -> None:
    path = f"{seller.path}/{(await seller.create())['template_id']}"
    assert await reckon(database, seller.shop_id, "辽宁省", 1) == 800
    answer = await seller.client.put(path, json={**TEMPLATE, "rate": {**RATE, "first_minor": 900}, "exceptions": []})
    assert answer.status_code == 200
    assert await seller.list() == [answer.json()]
    assert await reckon(database, seller.shop_id, "辽宁省", 1) == 900
    assert await reckon(database, seller.shop_id, "海外", 1) == 900


async def test_a_new_default_takes_the_place_of_the_old(seller: Seller, database: Database) -> None:
    first = await seller.create()
    second = await seller.create(name="顺丰", rate={**RATE, "first_minor": 1800})
    assert [template["is_default"] for template in await seller.list()] == [False, True]
    assert await reckon(database, seller.shop_id, "辽宁省", 1) == 1800
    assert await reckon(database, seller.shop_id, "辽宁省", 1, UUID(first["template_id"])) == 800
    assert (await seller.client.put(f"{seller.path}/{first['template_id']}", json=TEMPLATE)).status_code == 200
    assert [template["is_default"] for template in await seller.list()] == [True, False]
    assert await seller.client.put(f"{seller.path}/{second['template_id']}", json={**TEMPLATE, "is_default": False})


async def test_the_default_goes_last_so_that_nothing_travels_free_unnoticed(seller: Seller, database: Database) -> None:
    default, other = await seller.create(), await seller.create(is_default=False)
    path, rest = f"{seller.path}/{default['template_id']}", f"{seller.path}/{other['template_id']}"
    answer = await seller.client.delete(path)
    assert (answer.status_code, answer.json()["params"]) == (422, {"reason": "is_default"})
    assert await seller.list() == [default, other]
    assert (await seller.client.delete(rest)).status_code == 204
    assert await reckon(database, seller.shop_id, "辽宁省", 1, UUID(other["template_id"])) == 800
    assert (await seller.client.delete(path)).status_code == 204
    assert await seller.list() == []
    assert await reckon(database, seller.shop_id, "辽宁省", 1) == 0
    assert (await seller.client.delete(path)).status_code == 404
    assert (await seller.client.put(path, json=TEMPLATE)).status_code == 404


async def test_two_defaults_at_once_leave_one(seller: Seller) -> None:
    answers = await asyncio.gather(*(seller.client.post(seller.path, json=TEMPLATE) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(template["is_default"] for template in await seller.list()) == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("broken", "status"),
    [
        ({"rate": {**RATE, "first_g": 0}}, 400),
        ({"rate": {**RATE, "more_g": 0}}, 400),
        ({"rate": {**RATE, "first_minor": -1}}, 400),
        ({"rate": None}, 400),
        ({"name": ""}, 400),
        ({"exceptions": [{"regions": [], "rate": None}]}, 400),
        ({"exceptions": [{"regions": ["新疆"], "rate": {**RATE, "more_g": 0}}]}, 400),
        ({"exceptions": [{"regions": ["新疆", "新 疆"], "rate": None}]}, 422),
        ({"exceptions": [{"regions": [" "], "rate": None}]}, 422),
    ],
)
async def test_a_template_that_makes_no_sense_is_refused(seller: Seller, broken: dict[str, Any], status: int) -> None:
    template = await seller.create()
    body = {**TEMPLATE, **broken}
    assert (await seller.client.post(seller.path, json=body)).status_code == status
    assert (await seller.client.put(f"{seller.path}/{template['template_id']}", json=body)).status_code == status
    assert await seller.list() == [template]


async def test_a_shop_has_only_so_many_templates(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaodian.modules.shops.service.write_freight.MOST_TEMPLATES", 2)
    present = [await seller.create(is_default=False) for _ in range(2)]
    answer = await seller.client.post(seller.path, json=TEMPLATE)
    assert (answer.status_code, answer.json()["params"]) == (422, {"reason": "too_many", "most": 2})
    assert await seller.list() == present


async def test_templates_are_for_the_shops_own_staff(seller: Seller, sign_up: SignUp) -> None:
    template = await seller.create()
    stranger, _ = await sign_up("路人")
    path = f"{seller.path}/{template['template_id']}"
    own = (await stranger.post("/api/shops", json={"name": "路人小店"})).json()
    crooked = f"/api/shops/{own['shop_id']}/freight-templates/{template['template_id']}"
    answers = [
        await stranger.get(seller.path),
        await stranger.post(seller.path, json=TEMPLATE),
        await stranger.put(path, json=TEMPLATE),
        await stranger.delete(path),
        await stranger.put(crooked, json=TEMPLATE),
        await stranger.delete(crooked),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert await seller.list() == [template]


async def test_a_book_of_several_shops_keeps_them_apart(seller: Seller, sign_up: SignUp, database: Database) -> None:
    await seller.create()
    client, _ = await sign_up("同行")
    shop = (await client.post("/api/shops", json={"name": "同行小店"})).json()
    rival = Seller(client, ShopId(UUID(shop["shop_id"])))
    await rival.create(rate={**RATE, "first_minor": 100})
    async with database.connection() as connection:
        book = await shops.open_freight_book(connection, [seller.shop_id, rival.shop_id, ShopId(uuid4())])
    parcel = shops.Parcel(None, 1, 1, SkuId(uuid4()))
    assert [book.reckon(each.shop_id, "辽宁省", [parcel]) for each in (seller, rival)] == [800, 100]
