"""A shop's systems read its club and who is in it; names stay masked, other shops and other scopes get nothing."""

from collections.abc import Callable

import httpx
from tests.modules.apps.dance import make_app_token
from tests.modules.club.clubhouse import Clubhouse

from xiaodian.contracts.accounts import Scope

BASE = "/open/v1/fan-club"


async def test_a_program_reads_levels_and_pages_through_masked_members(
    club: Clubhouse, make_client: Callable[[], httpx.AsyncClient]
) -> None:
    members = [await club.market.buyer(name) for name in ("王小明", "李雷", "韩梅梅")]
    for member in members:
        await club.join(member)
    await club.take("club-watching", [club.watched(members[0], 900)])
    program = make_client()
    token = await make_app_token(club.stage.host, club.stage.shop_id, (Scope.FANS_READ,), make_client())
    program.headers["authorization"] = f"Bearer {token}"
    seen = (await program.get(BASE)).json()
    assert (seen["is_open"], seen["badge"], [level["members"] for level in seen["levels"]]) == (True, "老铁", [2, 1, 0])
    first = (await program.get(f"{BASE}/members", params={"limit": 2})).json()
    rest = (await program.get(f"{BASE}/members", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert rest["next_cursor"] is None
    told = [(each["name"], each["level"], each["points_by_watching"]) for each in [*first["items"], *rest["items"]]]
    assert (told[0], sorted(told[1:])) == (("王*", 2, 15), [("李*", 1, 0), ("韩*", 1, 0)])
    high = (await program.get(f"{BASE}/members", params={"level": 2})).json()
    assert [each["name"] for each in high["items"]] == ["王*"]


async def test_a_shop_that_never_set_a_club_has_none(
    club: Clubhouse, make_client: Callable[[], httpx.AsyncClient]
) -> None:
    program = make_client()
    token = await make_app_token(club.other, club.other_shop_id, (Scope.FANS_READ,), make_client())
    program.headers["authorization"] = f"Bearer {token}"
    assert (await program.get(BASE)).status_code == 404
    assert (await program.get(f"{BASE}/members")).json() == {"items": [], "next_cursor": None}
