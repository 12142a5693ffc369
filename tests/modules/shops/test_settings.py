"""What a shop says of itself, where goods go back to, and what its people are told."""

import httpx
import pytest
from tests.conftest import SignUp

from xiaodian.contracts.shops import NoticeKind, ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.shops import api as shops

ADDRESS = {"recipient": "王小丹", "phone": "139 0000 0000", "region": "辽宁省 丹东市", "detail": "草莓园 8 号"}


@pytest.fixture
async def owner(sign_up: SignUp) -> httpx.AsyncClient:
    """Somebody who is about to open a shop."""
    return (await sign_up("店主"))[0]


@pytest.fixture
async def shop_id(owner: httpx.AsyncClient) -> ShopId:
    """Their shop."""
    return ShopId((await owner.post("/api/shops", json={"name": "丹东草莓"})).json()["shop_id"])


@pytest.fixture
async def operator(ctx: Context, sign_up: SignUp) -> httpx.AsyncClient:
    """Somebody who runs the platform."""
    client, account_id = await sign_up("平台")
    async with ctx.database.connection() as connection:
        await accounts.grant_operator(connection, account_id)
    return client


async def _deeds(owner: httpx.AsyncClient, shop_id: ShopId) -> list[str]:
    items = (await owner.get(f"/api/shops/{shop_id}/deeds")).json()["items"]
    return [item["deed"] for item in reversed(items)]


async def test_buyers_read_what_the_shop_says_of_itself(
    owner: httpx.AsyncClient, client: httpx.AsyncClient, shop_id: ShopId
) -> None:
    path = f"/api/shops/{shop_id}/page"
    assert (await client.get(path)).json()["description"] == ""
    page = {"avatar_url": "/media/pictures/x.webp", "description": " 凌晨采摘 ", "contact": "微信 dandong"}
    for _ in range(2):
        assert (await owner.put(path, json=page)).status_code == 200
    seen = (await client.get(path)).json()
    assert (seen["name"], seen["description"], seen["avatar_url"]) == ("丹东草莓", "凌晨采摘", "/media/pictures/x.webp")
    assert await _deeds(owner, shop_id) == ["shop.page_changed"]


@pytest.mark.parametrize(
    "page",
    [
        {"avatar_url": "https://spy.example/x.png", "description": "", "contact": ""},
        {"avatar_url": None, "description": "x" * 1001, "contact": ""},
        {"avatar_url": None, "description": "", "contact": "a\nb"},
        {"avatar_url": None, "description": ""},
        {"avatar_url": None, "description": "", "contact": "", "more": 1},
    ],
)
async def test_a_bad_page_changes_nothing(owner: httpx.AsyncClient, shop_id: ShopId, page: dict[str, object]) -> None:
    path = f"/api/shops/{shop_id}/page"
    before = (await owner.get(path)).json()
    assert (await owner.put(path, json=page)).status_code in (400, 422)
    assert (await owner.get(path)).json() == before
    assert await _deeds(owner, shop_id) == []


async def test_the_return_address_is_kept_as_couriers_read_it(
    owner: httpx.AsyncClient, shop_id: ShopId, database: Database
) -> None:
    path = f"/api/shops/{shop_id}/return-address"
    assert (await owner.get(path)).json() == {"return_address": None}
    answer = await owner.put(path, json=ADDRESS)
    assert answer.json()["phone"] == "13900000000"
    refused = await owner.put(path, json={**ADDRESS, "phone": "call me"})
    assert (refused.status_code, refused.json()["field"]) == (422, "phone")
    assert (await owner.get(path)).json()["return_address"] == answer.json()
    async with database.connection() as connection:
        found = await shops.find_return_address(connection, shop_id)
    assert found is not None
    assert found.detail == "草莓园 8 号"


async def test_everybody_chooses_for_themselves_what_to_be_told(
    owner: httpx.AsyncClient, shop_id: ShopId, sign_up: SignUp, database: Database
) -> None:
    clerk, clerk_id = await sign_up()
    made = await owner.post(f"/api/shops/{shop_id}/staff-invitations", json={"role": "warehouse"})
    await clerk.post("/api/staff-invitations/acceptance", json={"token": made.json()["token"]})
    path = f"/api/shops/{shop_id}/notice-settings"
    assert (await clerk.put(f"{path}/wanted", json={"wanted": ["to_ship"]})).status_code == 204
    assert (await clerk.put(f"{path}/wanted", json={"wanted": ["all"]})).status_code in (400, 422)
    assert (await clerk.get(path)).json() == {"wanted": ["to_ship"], "low_stock_below": 10}
    assert set((await owner.get(path)).json()["wanted"]) == set(NoticeKind)
    assert (await clerk.put(f"{path}/low-stock", json={"below": 3})).status_code == 403
    assert (await owner.put(f"{path}/low-stock", json={"below": 3})).status_code == 204
    async with database.connection() as connection:
        assert await shops.get_wanted_notices(connection, shop_id, clerk_id) == {NoticeKind.TO_SHIP}
        assert await shops.get_low_stock_below(connection, shop_id) == 3


async def test_a_notice_is_open_until_somebody_who_runs_the_shop_confirms_it(
    owner: httpx.AsyncClient, operator: httpx.AsyncClient, shop_id: ShopId, sign_up: SignUp, database: Database
) -> None:
    clerk, _ = await sign_up("小李")
    made = await owner.post(f"/api/shops/{shop_id}/staff-invitations", json={"role": "viewer"})
    await clerk.post("/api/staff-invitations/acceptance", json={"token": made.json()["token"]})
    [found] = (await operator.get("/api/operator/shops", params={"name": "丹东"})).json()["items"]
    body = {"shop_id": found["shop_id"], "kind": "promises", "text": "请改掉“全网最低价”", "measure": "到期下架"}
    notice = (await operator.post("/api/operator/rule-notices", json=body)).json()
    path = f"/api/shops/{shop_id}/rule-notices"
    assert [each["text"] for each in (await clerk.get(path)).json()["items"]] == [body["text"]]
    confirmation = f"{path}/{notice['notice_id']}/confirmation"
    assert (await clerk.post(confirmation)).status_code == 403
    async with database.connection() as connection:
        assert len(await shops.list_open_notices(connection, shop_id, utc_now())) == 1
    first = (await owner.post(confirmation)).json()
    assert first["read_by"] == "店主"
    assert (await owner.post(confirmation)).json()["read_at_ms"] == first["read_at_ms"]
    async with database.connection() as connection:
        assert await shops.list_open_notices(connection, shop_id, utc_now()) == []
    [written] = (await operator.get("/api/operator/rule-notices")).json()["items"]
    assert (written["shop_name"], written["notice"]["read_by"]) == ("丹东草莓", "店主")
    assert (await _deeds(owner, shop_id)).count("notice.confirmed") == 1


async def test_a_notice_with_a_deadline_stays_open_until_then(
    owner: httpx.AsyncClient, operator: httpx.AsyncClient, shop_id: ShopId, database: Database
) -> None:
    now_ms = to_epoch_ms(utc_now())
    body = {"shop_id": str(shop_id), "kind": "goods", "text": "补齐产地证明", "deadline_ms": now_ms - 1}
    refused = await operator.post("/api/operator/rule-notices", json=body)
    assert (refused.status_code, refused.json()["field"]) == (422, "deadline_ms")
    body["deadline_ms"] = now_ms + 3_600_000
    notice = (await operator.post("/api/operator/rule-notices", json=body)).json()
    await owner.post(f"/api/shops/{shop_id}/rule-notices/{notice['notice_id']}/confirmation")
    async with database.connection() as connection:
        assert len(await shops.list_open_notices(connection, shop_id, utc_now())) == 1


async def test_nobody_but_operators_writes_notices_and_they_reach_no_other_shop(
    owner: httpx.AsyncClient, operator: httpx.AsyncClient, shop_id: ShopId, sign_up: SignUp
) -> None:
    body = {"shop_id": str(shop_id), "kind": "goods", "text": "x"}
    assert (await owner.post("/api/operator/rule-notices", json=body)).status_code == 403
    own_kind = await operator.post("/api/operator/rule-notices", json=body | {"kind": "webhook_off"})
    assert (own_kind.status_code, own_kind.json()["field"]) == (422, "kind")
    notice = (await operator.post("/api/operator/rule-notices", json=body)).json()
    other, _ = await sign_up()
    own = (await other.post("/api/shops", json={"name": "另一家店"})).json()["shop_id"]
    assert (await other.get(f"/api/shops/{own}/rule-notices")).json()["items"] == []
    foreign = f"/api/shops/{own}/rule-notices/{notice['notice_id']}/confirmation"
    assert (await other.post(foreign)).status_code == 404
    gone = {**body, "shop_id": "00000000-0000-7000-8000-000000000000"}
    assert (await operator.post("/api/operator/rule-notices", json=gone)).status_code == 404
