"""A shop finds anybody among all its fans: by a part of the name, in an order, nobody twice or left out."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.modules.fans.counter import Counter

from xiaodian.kit.clock import utc_now
from xiaodian.kit.paging import encode_place
from xiaodian.modules.fans.all_fans import FanSort
from xiaodian.modules.fans.api import CreatorFanSort
from xiaodian.modules.fans.service import find_named

NAMES = ("小丹", "爱吃草莓的小丹", "王大海", "ＷＡＮＧ", "wang xiao", "丹东来的", "100%_好")


@pytest.fixture
async def crowd(counter: Counter) -> Counter:
    """Fans with names: the first bought once long ago, the next twice, and so on; the last follows and never bought."""
    for number, name in enumerate(NAMES):
        buyer = await counter.market.buyer(name)
        if number == len(NAMES) - 1:
            async with counter.ctx.database.connection() as connection:
                await connection.execute(
                    "INSERT INTO fans.fan (shop_id, account_id, segment, segment_since) "
                    "VALUES ($1, $2, 'watcher', now())",
                    counter.stage.shop_id,
                    buyer.account_id,
                )
            continue
        for _ in range(1 + number % 3):
            order = await counter.order(buyer, counter.products[number % 2])
            await counter.pay_at(order, utc_now() - timedelta(days=40 - number))
    await counter.hear()
    return counter


async def ask(counter: Counter, **query: Any) -> list[dict[str, Any]]:
    """All pages of a list, two fans a page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await counter.ask(
            counter.stage.host, "fans/all", limit=2, **query, **({"cursor": cursor} if cursor else {})
        )
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def names(found: list[dict[str, Any]]) -> list[str]:
    return [each["display_name"] for each in found]


@pytest.mark.parametrize("sort", ["last_purchase", "spent", "orders"])
async def test_every_fan_is_listed_once_in_the_order_that_was_asked_for(crowd: Counter, sort: str) -> None:
    found = await ask(crowd, sort=sort)
    assert sorted(names(found)) == sorted(NAMES)
    keys = [
        {
            "last_purchase": each["figures"]["last_at_ms"] or 0,
            "spent": each["figures"]["spent_minor"],
            "orders": each["figures"]["orders"],
        }[sort]
        for each in found
    ]
    assert keys == sorted(keys, reverse=True)
    assert names(found)[-1] == NAMES[-1], "who never bought comes last"


@pytest.mark.parametrize("most_named", [10_000, 0])
@pytest.mark.parametrize(
    ("part", "who"),
    [
        ("小丹", {"小丹", "爱吃草莓的小丹"}),
        ("丹", {"小丹", "爱吃草莓的小丹", "丹东来的"}),
        ("草莓", {"爱吃草莓的小丹"}),
        ("王", {"王大海"}),
        ("wang", {"ＷＡＮＧ", "wang xiao"}),
        (" Wang X ", {"wang xiao"}),
        ("%_", {"100%_好"}),
        ("没有这个人", set()),
    ],
)
async def test_a_fan_is_found_by_a_part_of_the_name_however_many_people_have_it(
    crowd: Counter, monkeypatch: pytest.MonkeyPatch, part: str, who: set[str], most_named: int
) -> None:
    """`most_named` 0: so many have it that they are looked for along the list."""
    monkeypatch.setattr(find_named, "MOST_NAMED", most_named)
    monkeypatch.setattr(find_named, "WALKED_AT_ONCE", 3)
    for sort in ("last_purchase", "spent", "orders"):
        found = names(await ask(crowd, sort=sort, name=part))
        assert (len(found), set(found)) == (len(who), who)


async def test_a_page_that_has_looked_at_enough_fans_says_where_to_go_on(
    crowd: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MOST_NAMED", 0), ("WALKED_AT_ONCE", 2), ("MOST_WALKED", 2)):
        monkeypatch.setattr(find_named, name, value)
    assert sorted(names(await ask(crowd, name="小丹"))) == ["小丹", "爱吃草莓的小丹"]


async def test_another_shops_fans_and_people_who_are_nobodys_fans_are_never_found(crowd: Counter) -> None:
    await crowd.market.buyer("小丹的表弟")
    assert "小丹的表弟" not in names(await ask(crowd, name="小丹"))
    answer = await crowd.other.get(f"/api/shops/{crowd.other_shop_id}/fans/all", params={"name": "小丹"})
    assert answer.json() == {"items": [], "next_cursor": None}
    assert (await crowd.other.get(f"/api/shops/{crowd.stage.shop_id}/fans/all")).status_code == 404


async def test_a_cursor_of_another_order_is_refused(crowd: Counter) -> None:
    shop = f"/api/shops/{crowd.stage.shop_id}/fans/all"
    page = (await crowd.stage.host.get(shop, params={"sort": "last_purchase", "limit": 1})).json()
    wrong = {"sort": "spent", "limit": 1, "cursor": page["next_cursor"]}
    assert (await crowd.stage.host.get(shop, params=wrong)).status_code == 422
    assert (await crowd.stage.host.get(shop, params={"name": "长" * 41})).status_code == 400


async def test_who_was_erased_is_found_by_no_name_of_theirs(crowd: Counter) -> None:
    [goes] = [each for each in await ask(crowd) if each["display_name"] == "王大海"]
    async with crowd.ctx.database.connection() as connection:
        for table in ("session", "address", "account"):
            await connection.execute(f"DELETE FROM accounts.{table} WHERE account_id = $1", UUID(goes["account_id"]))
    assert names(await ask(crowd, name="王大海")) == []


@pytest.mark.parametrize(
    "keys",
    [
        (2**70,),
        (-(2**70),),
        (2**62,),
        (2**40, 1),
        (1, 2**70),
        (None,),
        ("2026-01-01T00:00:00",),
        ("0001-01-01T00:00:00+14:00",),
        ("9999-12-31T23:59:59-14:00",),
        ("x",),
        (),
    ],
)
async def test_a_cursor_that_nobody_was_given_is_refused_by_name_or_leads_nowhere(
    counter: Counter, keys: tuple[Any, ...]
) -> None:
    seller, shop = counter.stage.host, f"/api/shops/{counter.stage.shop_id}"
    made = (await seller.post(f"{shop}/segments", json={"name": "都算", "cel": "orders >= 0"})).json()
    message = {"name": "x", "text": "x", "segment": "buyers"}
    sent = (await seller.post(f"{shop}/campaigns", json=message)).json()
    lists: list[tuple[str, dict[str, str]]] = [
        (f"{shop}/segments/{made['segment_id']}/fans", {}),
        *((f"{shop}/fans/all", {"sort": sort, "name": name}) for sort in FanSort for name in ("", "a")),
        *(("/api/me/fans", {"sort": sort, "name": name}) for sort in CreatorFanSort for name in ("", "a")),
        (f"{shop}/fans", {"segment": "new"}),
        (f"{shop}/fan-club/members", {}),
        (f"{shop}/campaigns", {}),
        (f"{shop}/campaigns/{sent['campaign_id']}/orders", {}),
    ]
    for path, query in lists:
        cursor = encode_place(*keys, "01a229e0-f14f-723d-87a2-7deafd743650")
        answer = await seller.get(path, params={**query, "cursor": cursor})
        said = answer.json()
        assert answer.status_code == 200 or (answer.status_code, said["field"]) == (422, "cursor"), (path, query, said)
