"""Who has a link to a report sees what was chosen and nothing else, until it ends; who may not share makes none."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.modules.insights.observer import Observer
from tests.modules.insights.test_report import end_room, read, values
from tests.modules.insights.test_report_prints import sold, text_of
from tests.outbox import list_envelopes

from xiaodian.contracts.accounts import AccountErased
from xiaodian.contracts.reports import ReportPart
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.report_rules import MONEY
from xiaodian.modules.insights.routes_shared_report import make_find_report_preview
from xiaodian.modules.insights.service import personal_data
from xiaodian.modules.insights.service.share_report import KEPT_AFTER_END, MAX_LINKS, forget_links

__all__ = ["sold"]
ALL = [str(part) for part in ReportPart]


def links_of(observer: Observer) -> str:
    """Where the room's links are made."""
    return f"/api/rooms/{observer.stage.room_id}/report/links"


async def share(observer: Observer, *parts: str, days: int = 30) -> dict[str, Any]:
    """A link that the host makes."""
    answer = await observer.stage.host.post(links_of(observer), json={"parts": list(parts), "days": days})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def address(link: dict[str, Any], end: str = "") -> str:
    """Where what a link shows is read."""
    return f"/api{link['path']}{end}"


async def test_who_has_the_link_reads_the_report_signed_out_as_page_pdf_and_picture(
    sold: Observer, client: httpx.AsyncClient
) -> None:
    link = await share(sold, *ALL)
    answer = await client.get(address(link))
    assert answer.status_code == 200, answer.text
    assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == ("private, no-store", "noindex")
    own = await read(sold, sold.stage.host)
    assert {**answer.json(), "at_ms": 0} == {**own, "at_ms": 0}
    assert own["title"] in text_of((await client.get(address(link, "/pdf"))).content)
    assert (await client.get(address(link, "/picture"))).content.startswith(b"\x89PNG")


async def test_a_link_without_money_has_none_of_it_anywhere(sold: Observer, client: httpx.AsyncClient) -> None:
    link = await share(sold, "products", "curve", "past")
    found = (await client.get(address(link))).json()
    assert all(values(found, part)[key] is None for key in MONEY for part in ("value", "median", "last"))
    assert values(found)["orders_paid"] == 1
    minor = [*found["minutes"]["items"], *found["products"], *found["flash_sales"], found["best_minute"]]
    assert {each["gmv_minor"] for each in minor} == {None}
    assert {each["returned_minor"] for each in found["products"]} == {None}
    assert "¥" not in text_of((await client.get(address(link, "/pdf"))).content)


async def test_parts_that_were_not_chosen_are_not_in_the_answer(sold: Observer, client: httpx.AsyncClient) -> None:
    found = (await client.get(address(await share(sold, "money")))).json()
    assert (found["products"], found["flash_sales"], found["featured"], found["minutes"]["items"]) == ([], [], [], [])
    assert (found["best_minute"], found["past_rooms"]) == (None, 0)
    assert set(values(found, "median").values()) == {None}
    only_curve = (await client.get(address(await share(sold, "curve")))).json()
    assert (only_curve["best_minute"]["title"], only_curve["featured"]) == (None, [])


async def test_a_link_that_was_ended_or_expired_says_so_and_shows_nothing(
    sold: Observer, client: httpx.AsyncClient
) -> None:
    ended, expired, good = [await share(sold, *ALL, days=1) for _ in range(3)]
    path = f"{links_of(sold)}/{ended['link_id']}"
    assert (await sold.stage.host.delete(path)).status_code == 204
    assert (await sold.stage.host.delete(path)).status_code == 204
    async with sold.ctx.database.transaction() as connection:
        await connection.execute(
            "UPDATE insights.report_link SET expires_at = now() WHERE link_id = $1", expired["link_id"]
        )
    for link in (ended, expired):
        for end in ("", "/pdf", "/picture"):
            answer = await client.get(address(link, end))
            assert (answer.status_code, answer.json()["code"]) == (410, "report_link_ended")
    assert (await client.get("/api/reports/nothing")).status_code == 404
    listed = (await sold.stage.host.get(links_of(sold))).json()["items"]
    assert listed == [good]
    async with sold.ctx.database.transaction() as connection:
        await forget_links(connection, utc_now() + KEPT_AFTER_END + timedelta(seconds=5))
    assert (await client.get(address(expired))).status_code == 404
    assert (await client.get(address(good))).status_code == 200


async def test_a_secret_is_not_kept_where_it_could_be_read(sold: Observer) -> None:
    link = await share(sold, *ALL)
    token = link["path"].rpartition("/")[2]
    async with sold.ctx.database.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM insights.report_link")
    assert row is not None
    assert all(token.encode() not in bytes(value) for value in row.values() if isinstance(value, bytes))


async def hire(observer: Observer, role: str) -> httpx.AsyncClient:
    """Somebody new on the staff of the host's shop."""
    person = await observer.market.buyer()
    invitations = f"/api/shops/{observer.stage.shop_id}/staff-invitations"
    made = await observer.stage.host.post(invitations, json={"role": role, "note": "小李"})
    answer = await person.client.post("/api/staff-invitations/acceptance", json={"token": made.json()["token"]})
    assert answer.status_code == 200, answer.text
    return person.client


async def test_only_the_host_and_staff_who_may_change_rooms_share_and_staff_only_what_they_see(sold: Observer) -> None:
    path, own = links_of(sold), {"shop_id": str(sold.stage.shop_id)}
    with_money, without = {"parts": ["money"], "days": 7}, {"parts": [], "days": 7}
    buyer = (await sold.market.buyer()).client
    assert (await buyer.post(path, json=without)).status_code == 404
    assert (await buyer.post(path, json=without, params=own)).status_code == 404
    assert (await sold.other.post(path, json=without, params=own)).status_code == 404
    assert (await sold.other.post(path, json=without, params={"shop_id": str(sold.other_shop_id)})).status_code == 404
    for role in ("viewer", "service", "finance"):
        person = await hire(sold, role)
        assert (await person.post(path, json=without, params=own)).status_code == 403, role
        assert (await person.get(path, params=own)).status_code == 403, role
    presenter = await hire(sold, "host")
    refused = await presenter.post(path, json=with_money, params=own)
    assert (refused.status_code, refused.json()["params"]["right"]) == (403, "finance:read")
    made = (await presenter.post(path, json=without, params=own)).json()
    assert (await sold.stage.host.get(path, params=own)).json()["items"] == [made]
    # The host's own links and the shop's are two lists; neither ends the other's.
    assert (await sold.stage.host.get(path)).json()["items"] == []
    assert (await sold.stage.host.delete(f"{path}/{made['link_id']}")).status_code == 404
    assert (await sold.stage.host.delete(f"{path}/{made['link_id']}", params=own)).status_code == 204


async def test_staff_who_may_not_see_money_are_not_handed_a_link_that_shows_it(sold: Observer) -> None:
    path, own = links_of(sold), {"shop_id": str(sold.stage.shop_id)}
    for parts in (["money"], ["curve"]):
        assert (await sold.stage.host.post(path, json={"parts": parts, "days": 7}, params=own)).status_code == 201
    for role, shown in (("manager", [["curve"], ["money"]]), ("host", [["curve"]])):
        found = (await (await hire(sold, role)).get(path, params=own)).json()["items"]
        assert [link["parts"] for link in found] == shown, role


async def test_a_shops_link_to_anothers_room_shows_its_own_sales_alone(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await observer.stage.go_on_air()
    buyer = await observer.market.buyer()
    for product in (observer.products[0], observer.foreign):
        await observer.order(buyer, product)
    await observer.hear()
    await end_room(observer)
    shop = {"shop_id": str(observer.other_shop_id)}
    made = await observer.other.post(links_of(observer), json={"parts": ALL, "days": 7}, params=shop)
    found = (await client.get(address(made.json()))).json()
    assert [each["product_id"] for each in found["products"]] == [str(observer.foreign.product_id)]
    assert (values(found)["orders_paid"], values(found)["viewers"], found["is_whole"]) == (1, None, False)
    log = (await observer.other.get(f"/api/shops/{observer.other_shop_id}/deeds")).json()["items"]
    assert log[0]["deed"] == "room.report_shared"


async def test_a_room_has_no_more_links_than_people_can_keep_an_eye_on(sold: Observer) -> None:
    for _ in range(MAX_LINKS):
        await share(sold)
    answer = await sold.stage.host.post(links_of(sold), json={"parts": [], "days": 7})
    assert (answer.status_code, answer.json()["code"]) == (409, "report_links_full")


async def test_a_room_on_air_has_nothing_to_share_yet(observer: Observer) -> None:
    await observer.stage.go_on_air()
    answer = await observer.stage.host.post(links_of(observer), json={"parts": [], "days": 7})
    assert (answer.status_code, answer.json()["code"]) == (409, "room_not_over")


async def test_a_shared_link_has_a_preview_with_a_picture_until_it_ends(sold: Observer) -> None:
    link = await share(sold, "money")
    find = make_find_report_preview(sold.ctx)
    preview = await find(link["path"], "zh")
    assert preview is not None
    assert (preview.description, preview.picture_url) == ("小丹的直播战报", address(link, "/picture"))
    await sold.stage.host.delete(f"{links_of(sold)}/{link['link_id']}")
    assert await find(link["path"], "zh") is None


@pytest.mark.parametrize(("to", "left"), [(None, 0), ("warehouse", 0), ("host", 1), ("manager", 2)])
async def test_links_that_staff_made_end_when_they_leave_or_may_no_longer_share_what_they_show(
    sold: Observer, client: httpx.AsyncClient, to: str | None, left: int
) -> None:
    path, own = links_of(sold), {"shop_id": str(sold.stage.shop_id)}
    manager, others = await hire(sold, "manager"), await hire(sold, "manager")
    with_money, without = {"parts": ["money"], "days": 7}, {"parts": ["curve"], "days": 7}
    made = [(await manager.post(path, json=shown, params=own)).json() for shown in (with_money, without)]
    stays = (await others.post(path, json=with_money, params=own)).json()
    staff = f"/api/shops/{sold.stage.shop_id}/staff/{(await manager.get('/api/me')).json()['account_id']}"
    answer = (
        await sold.stage.host.delete(staff)
        if to is None
        else await sold.stage.host.put(f"{staff}/role", json={"role": to})
    )
    assert answer.is_success, answer.text
    async with sold.ctx.database.connection() as connection:
        changed = await list_envelopes(connection, "StaffChanged")
    for _ in range(2):
        await sold._consumer("insights-staff")(changed)
    answers = [(await client.get(address(link))).status_code for link in made]
    assert answers == {0: [410, 410], 1: [410, 200], 2: [200, 200]}[left]
    assert (await client.get(address(stays))).status_code == 200
    listed = [link["link_id"] for link in (await sold.stage.host.get(path, params=own)).json()["items"]]
    assert len(listed) == left + 1


async def test_links_of_an_erased_account_lead_nowhere(sold: Observer, client: httpx.AsyncClient) -> None:
    link = await share(sold, *ALL)
    async with sold.ctx.database.transaction() as connection:
        known = await personal_data.export(connection, sold.stage.host_id, 10)
        await personal_data.erase(connection, AccountErased(account_id=sold.stage.host_id, ghosts=[]))
    assert [each["room_id"] for each in known["report_links"]] == [sold.stage.room_id]
    assert (await client.get(address(link))).status_code == 404
