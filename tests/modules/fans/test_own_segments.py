"""Segments that a shop makes itself: they follow what fans do, and stay with the shop."""

import csv
import io
from typing import Any

from tests.conftest import SignUp
from tests.modules.fans.counter import Counter

from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.shops import ShopRole
from xiaodian.kit.clock import utc_now
from xiaodian.modules.outreach.service.run_campaigns import run_campaigns

TWICE: dict[str, Any] = {"field": "orders", "op": "ge", "value": 2}


async def open_segments(counter: Counter) -> tuple[str, Any, Any]:
    """Where they are, somebody who bought once, and somebody who bought twice."""
    once, twice = await counter.market.buyer("=常客"), await counter.market.buyer("买家")
    for buyer in (once, twice, twice):
        await counter.order(buyer, counter.products[1])
    await counter.hear()
    return f"/api/shops/{counter.stage.shop_id}/segments", once, twice


async def test_a_condition_is_counted_while_it_is_written_and_shown_in_both_forms(counter: Counter) -> None:
    segments, *_ = await open_segments(counter)
    host = counter.stage.host
    for wish in ({"condition": TWICE}, {"cel": "orders >= 2"}):
        told = (await host.post(f"{segments}/count", json=wish)).json()
        assert (told["fans"], told["cel"], told["condition"]) == (1, "orders >= 2", TWICE)
        assert [one["name"] for one in told["sample"]] == ["买*"]
    refused = await host.post(f"{segments}/count", json={"cel": "orders >= 2 && hue == 1"})
    assert refused.status_code == 422
    assert refused.json()["params"] == {"reason": "unknown_field", "at": "1:16", "name": "hue"}
    both: dict[str, Any] = {"cel": "follows", "condition": TWICE}
    for unclear in ({}, both):
        assert (await host.post(f"{segments}/count", json=unclear)).status_code == 422


async def test_a_saved_segment_follows_what_fans_do_until_it_is_deleted(counter: Counter) -> None:
    segments, once, twice = await open_segments(counter)
    host = counter.stage.host
    saved = (await host.post(segments, json={"name": "回头客", "condition": TWICE})).json()
    one = f"{segments}/{saved['segment_id']}"
    assert saved["fans"] == 1
    assert (await host.post(segments, json={"name": "回头客", "condition": TWICE})).json()["params"][
        "reason"
    ] == "taken"
    await counter.order(once, counter.products[0])
    await counter.hear()
    assert (await host.get(one)).json()["fans"] == 2
    first = (await host.get(f"{one}/fans", params={"limit": 1})).json()
    second = (await host.get(f"{one}/fans", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert {page["items"][0]["account_id"] for page in (first, second)} == {str(once.account_id), str(twice.account_id)}
    changed = (await host.put(one, json={"name": "熟客", "cel": "orders >= 3"})).json()
    assert (changed["name"], changed["fans"]) == ("熟客", 0)
    assert [each["name"] for each in (await host.get(segments)).json()["own"]] == ["熟客"]
    assert (await host.delete(one)).status_code == 204
    assert (await host.get(one)).status_code == 404
    assert (await host.get(segments)).json()["own"] == []


async def test_an_export_is_noted_tells_no_contact_and_runs_no_formula(counter: Counter) -> None:
    segments, once, _ = await open_segments(counter)
    host = counter.stage.host
    fan = f"/api/shops/{counter.stage.shop_id}/fans/{once.account_id}"
    assert (await host.put(f"{fan}/tags", json={"tags": ["=1+1"]})).status_code == 200
    saved = (await host.post(segments, json={"name": "都", "cel": "orders >= 1"})).json()
    answer = await host.get(f"{segments}/{saved['segment_id']}/fans.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 3
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert not any(secret in answer.text for secret in ("13800000001", "江城大街", "李小丹", "买家"))
    ready = [(await host.get(f"{segments}/ready/{code}/fans.csv")).text for code in SegmentCode]
    assert sum(text.count(str(once.account_id)) for text in ready) == 1
    assert all(text.startswith(answer.text.splitlines()[0]) for text in ready)
    assert (await host.get(f"{segments}/ready/everybody/fans.csv")).status_code == 400
    async with counter.ctx.database.connection() as connection:
        deeds = await connection.fetch(
            "SELECT DISTINCT deed FROM shops.deed WHERE deed ~ '^fan.(ready_)?segment' ORDER BY deed"
        )
    assert [row["deed"] for row in deeds] == ["fan.ready_segment_exported", "fan.segment_exported", "fan.segment_saved"]


async def test_a_message_to_a_segment_of_ones_own_reaches_its_members_even_if_it_is_deleted_meanwhile(
    counter: Counter,
) -> None:
    segments, _, twice = await open_segments(counter)
    host, campaigns = counter.stage.host, f"/api/shops/{counter.stage.shop_id}/campaigns"
    saved = (await host.post(segments, json={"name": "回头客", "condition": TWICE})).json()
    told = await host.post(f"{campaigns}/preview", json={"segment": saved["segment_id"]})
    assert told.json()["members"] == 1
    message = {"name": "谢谢", "text": "谢谢", "segment": saved["segment_id"], "hold_out_bp": 0}
    sent = await host.post(campaigns, json=message | {"is_without_hold_out": True})
    assert sent.status_code == 201, sent.text
    await host.delete(f"{segments}/{saved['segment_id']}")
    assert (await host.post(campaigns, json=message | {"is_without_hold_out": True})).status_code == 422
    await run_campaigns(counter.ctx, utc_now())
    async with counter.ctx.database.connection() as connection:
        reached = await connection.fetch("SELECT account_id FROM outreach.recipient")
    assert [row["account_id"] for row in reached] == [twice.account_id]


async def test_nobody_else_counts_reads_or_changes_a_shops_segments(counter: Counter, sign_up: SignUp) -> None:
    segments, once, _ = await open_segments(counter)
    saved = (await counter.stage.host.post(segments, json={"name": "回头客", "condition": TWICE})).json()
    one = f"{segments}/{saved['segment_id']}"
    clerk, clerk_id = await sign_up("仓库")
    async with counter.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO shops.staff VALUES ($1, $2, $3)", counter.stage.shop_id, clerk_id, ShopRole.WAREHOUSE
        )
    for who, status in ((counter.other, 404), (once.client, 404), (clerk, 403)):
        for method, path, body in (
            ("POST", f"{segments}/count", {"cel": "orders >= 1"}),
            ("POST", segments, {"name": "偷", "cel": "orders >= 1"}),
            ("GET", one, None),
            ("PUT", one, {"name": "偷", "cel": "orders >= 1"}),
            ("GET", f"{one}/fans", None),
            ("GET", f"{one}/fans.csv", None),
            ("DELETE", one, None),
        ):
            assert (await who.request(method, path, json=body)).status_code == status, (method, path)
    theirs = f"/api/shops/{counter.other_shop_id}/segments"
    assert (await counter.other.get(f"{theirs}/{saved['segment_id']}/fans")).status_code == 404
    assert (await counter.other.post(f"{theirs}/count", json={"cel": "paid_orders >= 0"})).json()["fans"] == 0
