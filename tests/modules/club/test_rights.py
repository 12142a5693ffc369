"""A shop sees and sets its own club, by who may; of others' it sees what every fan sees."""

from tests.modules.club.clubhouse import CLUB, Clubhouse

from xiaodian.modules.fans import handlers as fans_handlers


async def test_another_shop_and_fans_see_no_members_and_set_nothing(club: Clubhouse) -> None:
    buyer = await club.market.buyer()
    await club.join(buyer)
    for stranger in (club.other, buyer.client):
        assert (await stranger.get(f"{club.staff_path}/settings")).status_code == 404
        assert (await stranger.get(f"{club.staff_path}/members")).status_code == 404
        assert (await stranger.put(f"{club.staff_path}/settings", json=CLUB | {"word": "骗子"})).status_code == 404
    assert (await buyer.client.get(club.path)).json()["word"] == "老铁"


async def test_the_shop_pages_through_its_members_the_highest_first(club: Clubhouse) -> None:
    members = [await club.market.buyer(f"粉{number}") for number in range(3)]
    for member in members:
        await club.join(member)
    await club.take("club-watching", [club.watched(members[1], 900)])
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await club.stage.host.get(f"{club.staff_path}/members", params=query)).json()
        names += [each["display_name"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert (names[0], sorted(names)) == ("粉1", ["粉0", "粉1", "粉2"])
    [high] = (await club.stage.host.get(f"{club.staff_path}/members", params={"level": 2})).json()["items"]
    assert (high["display_name"], high["points"], high["from_watching"]) == ("粉1", 15, 15)


async def test_a_closed_club_is_unknown_to_fans_and_its_owner_cannot_join_an_open_one(club: Clubhouse) -> None:
    answer = await club.stage.host.post(f"{club.path}/membership", json={})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    await club.set(is_open=False)
    buyer = await club.market.buyer()
    assert (await buyer.client.get(club.path)).status_code == 404
    assert (await buyer.client.post(f"{club.path}/membership", json={})).status_code == 404
    assert (await buyer.client.get("/api/me/fan-clubs")).json() == {"items": []}


async def test_levels_that_could_not_be_told_apart_are_refused_and_nothing_changes(club: Clubhouse) -> None:
    levels = [CLUB["levels"][0], CLUB["levels"][2], CLUB["levels"][1]]
    answer = await club.stage.host.put(f"{club.staff_path}/settings", json=CLUB | {"levels": levels, "word": "新词"})
    assert (answer.status_code, answer.json()["field"]) == (422, "levels[2].points")
    answer = await club.stage.host.put(f"{club.staff_path}/settings", json=CLUB | {"word": " a "})
    assert answer.status_code == 422
    assert (await club.stage.host.get(f"{club.staff_path}/settings")).json()["word"] == "老铁"


async def test_a_shop_without_a_club_is_offered_one_that_it_can_open_as_it_stands(club: Clubhouse) -> None:
    path = f"/api/shops/{club.other_shop_id}/fan-club/settings"
    ready = (await club.other.get(path, headers={"accept-language": "zh"})).json()
    assert (ready["is_set"], ready["is_open"], ready["word"]) == (False, False, "老铁")
    body = {name: ready[name] for name in ("name", "word", "levels")} | ready["rules"] | {"is_open": True}
    opened = await club.other.put(path, json=body)
    assert opened.status_code == 200, opened.text
    assert (opened.json()["is_set"], opened.json()["levels"]) == (True, ready["levels"])


async def test_the_shops_page_of_a_fan_says_the_level_and_segments_can_ask_for_it(club: Clubhouse) -> None:
    buyer, other = await club.market.buyer(), await club.market.buyer()
    for each in (buyer, other):
        await club.order(each, club.products[0])
    [counting] = [each for each in fans_handlers.consumers(club.ctx) if each.durable == "fans-purchases"]
    await counting.handle([each for each in await club.events() if each.type in counting.event_types])
    await club.join(buyer)
    shop = f"/api/shops/{club.stage.shop_id}"
    page = (await club.stage.host.get(f"{shop}/fans/{buyer.account_id}")).json()
    assert (page["club"]["word"], page["club"]["level"], page["club"]["name"]) == ("老铁", 2, "铁粉")
    assert (await club.stage.host.get(f"{shop}/fans/{other.account_id}")).json()["club"] is None
    for cel, count in (("club_level >= 2", 1), ("club_level == 1", 0)):
        counted = await club.stage.host.post(f"{shop}/segments/count", json={"cel": cel})
        assert (counted.status_code, counted.json()["fans"]) == (200, count), counted.text
