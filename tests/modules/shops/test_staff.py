"""Coming onto a shop's staff, working there, leaving it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import SignUp

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.shops.rules import MOST_OPEN_INVITATIONS

LINK = "/api/staff-invitations"


class Shop:
    """A shop and its owner."""

    def __init__(self, owner: httpx.AsyncClient, owner_id: AccountId, shop_id: str) -> None:
        self.owner = owner
        self.owner_id = owner_id
        self.shop_id = shop_id
        self.path = f"/api/shops/{shop_id}"

    async def invite(self, role: str, by: httpx.AsyncClient | None = None) -> str:
        """The secret of a new link."""
        answer = await (by or self.owner).post(f"{self.path}/staff-invitations", json={"role": role, "note": "小李"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    async def staff(self) -> dict[str, str]:
        """Roles by account."""
        members = (await self.owner.get(f"{self.path}/staff")).json()["staff"]
        return {member["person"]["account_id"]: member["role"] for member in members}

    async def deeds(self) -> list[str]:
        """What the log says, the first first."""
        items = (await self.owner.get(f"{self.path}/deeds")).json()["items"]
        return [item["deed"] for item in reversed(items)]


@pytest.fixture
async def shop(sign_up: SignUp) -> Shop:
    """A shop without further staff."""
    owner, owner_id = await sign_up("店主")
    answer = await owner.post("/api/shops", json={"name": "丹东草莓"})
    return Shop(owner, owner_id, answer.json()["shop_id"])


async def join(shop: Shop, sign_up: SignUp, role: str, name: str = "小李") -> tuple[httpx.AsyncClient, AccountId]:
    """Somebody who has accepted an invitation."""
    client, account_id = await sign_up(name)
    answer = await client.post(f"{LINK}/acceptance", json={"token": await shop.invite(role)})
    assert answer.status_code == 200, answer.text
    return client, account_id


async def test_who_is_invited_sees_to_what_and_by_whom_and_works_there_once_they_accept(
    shop: Shop, sign_up: SignUp
) -> None:
    token = await shop.invite("warehouse")
    clerk, clerk_id = await sign_up("小李")
    seen = (await clerk.post(f"{LINK}/lookup", json={"token": token})).json()
    assert (seen["shop_name"], seen["role"], seen["invited_by"], seen["note"]) == (
        "丹东草莓",
        "warehouse",
        "店主",
        "小李",
    )
    assert (await clerk.get(f"{shop.path}/orders")).status_code == 404, "a look does not let in"
    mine = (await clerk.post(f"{LINK}/acceptance", json={"token": token})).json()
    assert (mine["shop_id"], mine["role"]) == (shop.shop_id, "warehouse")
    assert "orders:shipping" in mine["rights"]
    assert "finance:read" not in mine["rights"]
    assert (await clerk.get("/api/shops/mine")).json()["items"] == [mine]
    assert (await clerk.get(f"{shop.path}/orders")).status_code == 200
    assert await shop.staff() == {str(shop.owner_id): "owner", str(clerk_id): "warehouse"}
    assert await shop.deeds() == ["staff.invited", "staff.joined"]


async def test_a_link_lets_one_person_in_even_if_two_use_it_at_once(shop: Shop, sign_up: SignUp) -> None:
    token = await shop.invite("service")
    people = [await sign_up(name) for name in ("甲", "乙", "丙")]
    answers = await asyncio.gather(*(client.post(f"{LINK}/acceptance", json={"token": token}) for client, _ in people))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410]
    assert len(await shop.staff()) == 2
    late, _ = await sign_up()
    again = await late.post(f"{LINK}/lookup", json={"token": token})
    assert (again.status_code, again.json()["params"]) == (410, {"reason": "accepted"})


@pytest.mark.parametrize("end", ["decline", "revoke", "expire", "inviter leaves"])
async def test_a_link_that_is_over_lets_nobody_in(shop: Shop, sign_up: SignUp, database: Database, end: str) -> None:
    manager, manager_id = await join(shop, sign_up, "manager", "店长")
    token = await shop.invite("warehouse", by=manager)
    clerk, _ = await sign_up()
    if end == "decline":
        assert (await clerk.post(f"{LINK}/refusal", json={"token": token})).status_code == 204
    elif end == "revoke":
        [invitation] = (await shop.owner.get(f"{shop.path}/staff")).json()["invitations"]
        one = f"{shop.path}/staff-invitations/{invitation['invitation_id']}"
        assert (await shop.owner.delete(one)).status_code == 204
        assert (await shop.owner.delete(one)).status_code == 404
    elif end == "expire":
        async with database.connection() as connection:
            await connection.execute(
                "UPDATE shops.invitation SET expires_at = $2 WHERE token_hash = $1",
                accounts.hash_token(token),
                utc_now() - timedelta(seconds=1),
            )
    else:
        assert (await shop.owner.delete(f"{shop.path}/staff/{manager_id}")).status_code == 204
    before = await shop.staff()
    for deed in ("lookup", "acceptance", "refusal"):
        assert (await clerk.post(f"{LINK}/{deed}", json={"token": token})).status_code == 410
    assert await shop.staff() == before
    assert (await shop.owner.get(f"{shop.path}/staff")).json()["invitations"] == []


async def test_a_guessed_link_and_one_for_who_is_there_already_change_nothing(shop: Shop, sign_up: SignUp) -> None:
    clerk, clerk_id = await join(shop, sign_up, "warehouse")
    assert (await clerk.post(f"{LINK}/acceptance", json={"token": "x" * 43})).status_code == 404
    token = await shop.invite("manager")
    answer = await clerk.post(f"{LINK}/acceptance", json={"token": token})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_staff")
    assert (await shop.staff())[str(clerk_id)] == "warehouse"
    assert (await clerk.post(f"{LINK}/lookup", json={"token": token})).status_code == 200, "it is still good for others"


async def test_staff_of_another_shop_can_neither_see_nor_take_back_an_invitation(shop: Shop, sign_up: SignUp) -> None:
    await shop.invite("warehouse")
    [invitation] = (await shop.owner.get(f"{shop.path}/staff")).json()["invitations"]
    other, _ = await sign_up()
    own = (await other.post("/api/shops", json={"name": "另一家店"})).json()["shop_id"]
    for shop_id in (shop.shop_id, own):
        path = f"/api/shops/{shop_id}/staff-invitations/{invitation['invitation_id']}"
        assert (await other.delete(path)).status_code == 404
    assert (await other.get(f"{shop.path}/staff")).status_code == 404
    assert len((await shop.owner.get(f"{shop.path}/staff")).json()["invitations"]) == 1


async def test_who_is_taken_off_the_staff_is_a_stranger_in_their_next_request(shop: Shop, sign_up: SignUp) -> None:
    clerk, clerk_id = await join(shop, sign_up, "service")
    assert (await clerk.get(f"{shop.path}/orders")).status_code == 200
    assert (await shop.owner.delete(f"{shop.path}/staff/{clerk_id}")).status_code == 204
    for path in ("orders", "after-sales", "products", "return-address"):
        assert (await clerk.get(f"{shop.path}/{path}")).status_code == 404
    assert (await clerk.get("/api/shops/mine")).json() == {"items": []}
    assert (await shop.owner.delete(f"{shop.path}/staff/{clerk_id}")).status_code == 404
    assert (await shop.deeds())[-1] == "staff.removed"


async def test_another_role_holds_from_the_next_request_on(shop: Shop, sign_up: SignUp) -> None:
    clerk, clerk_id = await join(shop, sign_up, "warehouse")
    refused = await clerk.get(f"{shop.path}/balance")
    assert (refused.status_code, refused.json()["params"]) == (403, {"right": "finance:read"})
    for _ in range(2):
        answer = await shop.owner.put(f"{shop.path}/staff/{clerk_id}/role", json={"role": "finance"})
        assert answer.status_code == 204
    assert (await clerk.get(f"{shop.path}/balance")).status_code == 200
    assert (await shop.deeds()).count("staff.role_changed") == 1


async def test_anybody_may_leave_but_the_owner(shop: Shop, sign_up: SignUp) -> None:
    clerk, clerk_id = await join(shop, sign_up, "host")
    assert (await clerk.delete(f"{shop.path}/staff/{clerk_id}")).status_code == 204
    answer = await shop.owner.delete(f"{shop.path}/staff/{shop.owner_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "owner_stays")
    assert await shop.staff() == {str(shop.owner_id): "owner"}
    assert (await shop.deeds())[-1] == "staff.left"


async def test_a_manager_gives_and_takes_no_more_than_they_have(shop: Shop, sign_up: SignUp) -> None:
    manager, manager_id = await join(shop, sign_up, "manager", "店长")
    _, keeper_id = await join(shop, sign_up, "finance", "王会计")
    _, clerk_id = await join(shop, sign_up, "warehouse")
    before = await shop.staff()
    body: Any
    for method, path, body in (
        ("POST", "staff-invitations", {"role": "finance"}),
        ("PUT", f"staff/{clerk_id}/role", {"role": "finance"}),
        ("PUT", f"staff/{manager_id}/role", {"role": "finance"}),
        ("PUT", f"staff/{keeper_id}/role", {"role": "viewer"}),
        ("DELETE", f"staff/{keeper_id}", None),
    ):
        answer = await manager.request(method, f"{shop.path}/{path}", json=body)
        assert (answer.status_code, answer.json()["params"]["reason"]) == (403, "role_above_own"), path
    for path in (f"staff/{shop.owner_id}", f"staff/{shop.owner_id}/role"):
        method = "PUT" if path.endswith("role") else "DELETE"
        answer = await manager.request(method, f"{shop.path}/{path}", json={"role": "viewer"})
        assert (answer.status_code, answer.json()["code"]) == (409, "owner_stays")
    answer = await shop.owner.put(f"{shop.path}/staff/{clerk_id}/role", json={"role": "owner"})
    assert (answer.status_code, answer.json()["code"]) == (409, "owner_stays")
    assert await shop.staff() == before


async def test_open_invitations_have_a_limit(shop: Shop, database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO shops.invitation
                (shop_id, invitation_id, token_hash, role, note, invited_by, created_at, expires_at)
            SELECT $1, gen_random_uuid(), sha256(n::text::bytea), 'viewer', '', $2, now(), now() + interval '1 day'
            FROM generate_series(1, $3) AS n
            """,
            shop.shop_id,
            shop.owner_id,
            MOST_OPEN_INVITATIONS,
        )
    answer = await shop.owner.post(f"{shop.path}/staff-invitations", json={"role": "viewer"})
    assert (answer.status_code, answer.json()["code"]) == (409, "staff_limit")


async def test_who_works_for_two_shops_sees_both_and_mixes_nothing(shop: Shop, sign_up: SignUp) -> None:
    clerk, _ = await join(shop, sign_up, "warehouse")
    own = (await clerk.post("/api/shops", json={"name": "小李杂货"})).json()
    mine = (await clerk.get("/api/shops/mine")).json()["items"]
    assert [(each["name"], each["role"]) for each in mine] == [("丹东草莓", "warehouse"), ("小李杂货", "owner")]
    assert (await clerk.get(f"/api/shops/{own['shop_id']}/balance")).status_code == 200
    assert (await clerk.get(f"{shop.path}/balance")).status_code == 403
    assert (await shop.owner.get(f"/api/shops/{own['shop_id']}/orders")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"), [({"role": "boss"}, "role"), ({"role": "host", "note": "x\ny"}, "note"), ({}, "role")]
)
async def test_a_bad_invitation_is_refused_at_its_field(shop: Shop, body: dict[str, str], field: str) -> None:
    answer = await shop.owner.post(f"{shop.path}/staff-invitations", json=body)
    assert answer.status_code in (400, 422), answer.text
    assert field in answer.text
    assert (await shop.owner.get(f"{shop.path}/staff")).json()["invitations"] == []


async def test_the_log_is_narrowed_read_on_and_exported_without_formulas(
    shop: Shop, sign_up: SignUp, database: Database
) -> None:
    clerk, clerk_id = await join(shop, sign_up, "manager", "=HYPERLINK(1)")
    for number in range(3):
        await clerk.patch(shop.path, json={"name": f"新店 {number}"})
    everything = await shop.deeds()
    assert everything == ["staff.invited", "staff.joined", *["shop.renamed"] * 3]
    path = f"{shop.path}/deeds"
    by_clerk = (await shop.owner.get(path, params={"account_id": str(clerk_id)})).json()["items"]
    assert {item["person"]["display_name"] for item in by_clerk} == {"=HYPERLINK(1)"}
    assert len(by_clerk) == 4
    first = (await shop.owner.get(path, params={"area": "shop", "limit": 2})).json()
    rest = (await shop.owner.get(path, params={"area": "shop", "limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["details"]["name"] for item in [*first["items"], *rest["items"]]] == ["新店 2", "新店 1", "新店 0"]
    assert rest["next_cursor"] is None
    now_ms = int(utc_now().timestamp() * 1000)
    assert (await shop.owner.get(path, params={"since_ms": now_ms + 60_000})).json()["items"] == []
    assert len((await shop.owner.get(path, params={"until_ms": now_ms + 60_000})).json()["items"]) == 5
    table = (await shop.owner.get(f"{path}.csv", headers={"accept-language": "zh"})).text
    assert "'=HYPERLINK(1)" in table
    assert "把店铺改名为“新店 2”" in table
    assert ",=" not in table
    assert (await shop.deeds())[-1] == "log.exported"


async def test_a_huge_page_a_forged_cursor_and_a_strange_kind_are_refused(shop: Shop) -> None:
    for params in ({"limit": 100_000}, {"cursor": "!!"}, {"area": "order'; --"}, {"since_ms": -1}):
        assert (await shop.owner.get(f"{shop.path}/deeds", params=params)).status_code in (400, 422), params


async def test_a_token_made_for_ones_own_programs_opens_no_shop(shop: Shop) -> None:
    answer = await shop.owner.post("/api/me/tokens", json={"name": "x", "scopes": ["finance:write"]})
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, "not_personal")
    assert (await shop.owner.get("/api/me/tokens")).json()["items"] == []


async def test_strangers_are_told_nothing_of_a_shops_staff(shop: Shop, sign_up: SignUp) -> None:
    stranger, stranger_id = await sign_up()
    for path in ("staff", "deeds", "deeds.csv", "return-address", "notice-settings", "rule-notices"):
        assert (await stranger.get(f"{shop.path}/{path}")).status_code == 404
    answer = await stranger.put(f"{shop.path}/staff/{stranger_id}/role", json={"role": "manager"})
    assert answer.status_code == 404
    assert (await stranger.get(f"/api/shops/{uuid4()}/staff")).status_code == 404
