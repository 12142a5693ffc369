"""Who has the account erased is forgotten, and nobody else is; the shop's books stay right."""

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.conftest import POOL_SIZE
from tests.modules.outreach.sender import NOON
from tests.modules.outreach.test_flows import set_flow
from tests.modules.privacy.person import World
from tests.outbox import list_envelopes

from xiaodian.app import consumers
from xiaodian.infra.sealing import Sealer
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts.service.erase_account import tell_again
from xiaodian.modules.fans import api as fans
from xiaodian.modules.outreach import api as outreach
from xiaodian.modules.outreach import handlers as outreach_handlers
from xiaodian.modules.outreach.service.deliver_in_app import deliver_in_app
from xiaodian.modules.outreach.service.opt_out_token import OptOut, make_token
from xiaodian.modules.outreach.service.run_flows import run_joins

PASSWORD = {"password": "correct horse"}
SUMS = ("fans.cohort", "fans.first_day", "fans.bringer", "fans.pause")
FACTS = ("fans.purchase", "fans.fan", "fans.segment_size", "outreach.sale", "outreach.bought", *SUMS)


async def figures(world: World) -> dict[str, list[Any]]:
    """Facts and sums of fans; a sum of nothing is as good as none."""
    rows = await world.rows(*FACTS)
    return {
        table: [row for row in found if any(isinstance(each, int) and each for each in row)]
        for table, found in rows.items()
    }


async def test_after_erasing_nothing_names_the_person_and_the_shops_sums_and_other_fans_are_as_before(
    world: World,
) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    goes, stays = await world.fan("小丹", sku_id, room_id), await world.fan("小海", sku_id, room_id)
    await world.write_to_all()
    await world.hear()
    before, of_other = await world.rows(*SUMS), await world.tables_that_name(stays.account_id)
    assert {"fans.fan", "fans.visit", "outreach.recipient", "content.follow", "insights.behaviour"} <= of_other
    assert {"club.member", "club.attendance", "club.purchase", "promotion.standing"} <= of_other
    known = (await goes.client.get("/api/me/known-to-shops")).json()["items"]
    assert [(each["orders"], each["tags"], each["notes"]) for each in known] == [(1, ["老客"], ["爱喝茶"])]

    assert (await goes.client.post("/api/me/erasure", json=PASSWORD)).status_code == 204
    await world.hear()
    # A page that was still open tells of it afterwards; an hour later it is forgotten again.
    await world.report(goes, sku_id, room_id)
    await tell_again(world.ctx.database, utc_now() + timedelta(hours=2))
    await world.hear()

    assert await world.tables_that_name(goes.account_id) == set()
    assert await world.tables_that_name(stays.account_id) == of_other
    assert await world.rows(*SUMS) == before
    assert (await goes.client.get("/api/me")).status_code == 401
    segment = f"/api/shops/{world.market.shop_id}/fans"
    shown = (await world.market.seller.get(segment, params={"segment": "new"})).json()["items"]
    assert sorted(fan["display_name"] for fan in shown) == sorted(["已注销用户", "小海"])

    counted = await figures(world)
    await fans.rebuild(world.ctx, utc_now())
    await outreach.rebuild(world.ctx)
    assert await figures(world) == counted, "made anew from the orders it is the same"


async def test_a_fan_takes_along_what_shops_counted_and_expect(world: World) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    fan, other = await world.fan("小丹", sku_id, room_id), await world.fan("小海", sku_id, room_id)
    await world.hear()
    async with world.ctx.database.connection() as connection:
        for person in (fan, other):
            await connection.execute(
                "INSERT INTO fans.prediction VALUES ($1, $2, '2026-11-29', 0.34, '[[\"orders\", 0.5]]', '{}')",
                world.market.shop_id,
                person.account_id,
            )
    data = (await fan.client.get("/api/me/export")).json()
    parts = ("counted_purchases", "watched_for_shops", "segments_of_shops", "expected_by_shops")
    assert [len(data[part]) for part in parts] == [1, 1, 2, 1], "first a watcher, then a buyer"
    assert data["watched_for_shops"][0]["place_id"] == str(room_id)
    assert data["expected_by_shops"][0]["reasons"] == [["orders", 0.5]]
    [known] = (await fan.client.get("/api/me/known-to-shops")).json()["items"]
    assert round(known["likelihood"], 2) == 0.34


async def test_what_an_erased_person_said_on_air_is_in_no_log_and_what_others_said_is(world: World) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    goes = await world.fan("小丹", sku_id, room_id)
    await world.fan("小海", sku_id, room_id)
    log = f"/api/rooms/{room_id}/control/log"
    assert "小丹说好吃" in (await world.market.seller.get(log)).text
    assert (await goes.client.post("/api/me/erasure", json=PASSWORD)).status_code == 204
    await world.hear()
    told = (await world.market.seller.get(log)).text
    assert "小海说好吃" in told
    assert all(each not in told for each in ("小丹说", str(goes.account_id)))


async def test_a_fan_is_told_which_groups_of_a_shops_own_they_are_in(world: World) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    fan = await world.fan("小丹", sku_id, room_id)
    segments = f"/api/shops/{world.market.shop_id}/segments"
    for name, cel in (("爱喝茶的", '"老客" in tags'), ("买过的", "orders >= 1"), ("大单", "orders >= 9")):
        saved = await world.market.seller.post(segments, json={"name": name, "cel": cel})
        assert saved.status_code == 201, saved.text
    gone = (await world.market.seller.post(segments, json={"name": "旧的", "cel": "orders >= 1"})).json()
    assert (await world.market.seller.delete(f"{segments}/{gone['segment_id']}")).status_code == 204
    [known] = (await fan.client.get("/api/me/known-to-shops")).json()["items"]
    assert known["own_segments"] == ["买过的", "爱喝茶的"]
    [taken] = (await fan.client.get("/api/me/export")).json()["known_to_shops"]
    assert taken["own_segments"] == known["own_segments"]


async def test_who_stands_for_an_erased_person_is_never_written_to(world: World) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    goes = await world.fan("小丹", sku_id, room_id)
    assert (await goes.client.post("/api/me/erasure", json=PASSWORD)).status_code == 204
    await world.hear()
    await world.sender.send()
    assert await world.sender.work(NOON) == 0


async def test_a_message_that_was_on_its_way_while_somebody_was_erased_is_forgotten_and_holds_up_no_erasure(
    world: World,
) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    goes = await world.fan("小丹", sku_id, room_id)
    await set_flow(world.sender, "segment_joined", segment="new", channels=["app", "push"])
    await run_joins(world.ctx, NOON)
    await world.hear()
    assert (await goes.client.post("/api/me/erasure", json=PASSWORD)).status_code == 204
    # Word of it has come to nobody yet who delivers, and then to them alone.
    assert await deliver_in_app(world.ctx, NOON) == 1
    async with world.ctx.database.connection() as connection:
        erased = await list_envelopes(connection, "AccountErased")
    [forget] = [each.handle for each in outreach_handlers.consumers(world.ctx) if each.durable == "outreach-erased"]
    await forget(erased)
    assert await run_joins(world.ctx, NOON + timedelta(minutes=5)) == 1
    await world.hear()
    await tell_again(world.ctx.database, utc_now() + timedelta(hours=2))
    await world.hear()
    assert await world.tables_that_name(goes.account_id) == set()


async def test_a_sale_that_is_heard_of_again_while_its_buyer_is_erased_makes_no_second_buyer(world: World) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    goes = await world.fan("小丹", sku_id, room_id)
    await world.fan("小海", sku_id, room_id)
    before = await world.rows("insights.shop_hour", "fans.cohort", "fans.bringer")
    async with world.ctx.database.connection() as connection:
        paid = await list_envelopes(connection, "OrderPaid")
    assert (await goes.client.post("/api/me/erasure", json=PASSWORD)).status_code == 204
    for consumer in consumers(world.ctx):
        if "OrderPaid" in consumer.event_types and consumer.durable.startswith(
            ("insights", "fans", "outreach", "club")
        ):
            await consumer.handle(paid)
    await world.hear()
    await tell_again(world.ctx.database, utc_now() + timedelta(hours=2))
    await world.hear()
    assert await world.rows("insights.shop_hour", "fans.cohort", "fans.bringer") == before
    assert await world.tables_that_name(goes.account_id) == set()
    counted = await figures(world)
    await fans.rebuild(world.ctx, utc_now())
    await outreach.rebuild(world.ctx)
    assert await figures(world) == counted


async def test_an_old_email_of_an_erased_person_brings_nothing_of_them_back(
    world: World, client: httpx.AsyncClient
) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    goes = await world.fan("小丹", sku_id, room_id)
    token = make_token(Sealer.of(world.ctx.settings), OptOut(goes.account_id, world.market.shop_id))
    assert (await goes.client.post("/api/me/erasure", json=PASSWORD)).status_code == 204
    await world.hear()
    assert (await client.post(f"/unsubscribe/{token}")).status_code == 200
    assert "outreach.opt_out" not in await world.tables_that_name(goes.account_id)


async def test_the_export_holds_what_is_theirs_and_nothing_of_others(world: World) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    mine, other = await world.fan("小丹", sku_id, room_id), await world.fan("小海", sku_id, room_id)
    await world.write_to_all()
    answer = await mine.client.get("/api/me/export")
    assert "attachment" in answer.headers["content-disposition"]
    data = answer.json()
    assert data["account"]["display_name"] == "小丹"
    assert [len(data[part]) for part in ("orders", "follows", "messages", "coupons", "addresses")] == [1] * 5
    assert [(club["name"], club["level"]) for club in data["fan_clubs"]] == [("小丹粉丝团", 2)]
    assert [day["watch_s"] for day in data["fan_club_attendance"]] == [600]
    assert data["orders"][0]["recipient"]
    assert data["behaviour"]
    assert [(each["room_id"], each["text"]) for each in data["room_comments"]] == [(str(room_id), "小丹说好吃")]
    assert [each["notes"] for each in data["known_to_shops"]] == [["爱喝茶"]]
    for secret in (str(other.account_id), "小海", "password_hash", "token_hash"):
        assert secret not in answer.text


@pytest.mark.parametrize("reason", ["shop", "orders", "wrong_password"])
async def test_an_account_in_which_others_trust_or_whose_password_is_not_known_stays(world: World, reason: str) -> None:
    sku_id = await world.market.sku()
    who = await world.market.buyer()
    client, password = who.client, "correct horse"
    if reason == "orders":
        await who.order(sku_id)
    elif reason == "shop":
        client = world.market.seller
    else:
        password = "correct cow"
    before = await world.rows("accounts.account", "orders.order", "accounts.session")
    refused = await client.post("/api/me/erasure", json={"password": password})
    if reason == "wrong_password":
        assert refused.status_code == 401
    else:
        assert (refused.status_code, refused.json()["params"]["reason"]) == (409, reason)
    assert await world.rows("accounts.account", "orders.order", "accounts.session") == before


async def test_orders_in_two_shops_no_longer_tell_of_one_person(world: World) -> None:
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    goes = await world.fan("小丹", sku_id, room_id)
    async with world.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO orders.order SELECT (jsonb_populate_record("order", jsonb_build_object(
                'shop_id', gen_random_uuid(), 'order_id', gen_random_uuid(), 'number', 'X' || number,
                'serial', serial + 1))).*
            FROM orders.order
            """
        )
    assert (await goes.client.post("/api/me/erasure", json=PASSWORD)).status_code == 204
    async with world.ctx.database.connection() as connection:
        buyers = [UUID(str(row["buyer_id"])) for row in await connection.fetch("SELECT buyer_id FROM orders.order")]
    assert len(set(buyers)) == 2
    assert goes.account_id not in buyers


POSITIONS = {"live.speaker_position", "fans.log_position", "fans.behaviour_position", "insights.log_position"}
SMALL = {"infra.outbox", "live.room", "insights.behaviour_kept", *POSITIONS}
"""What waits to be told, and tables of one row; of rooms those are read that are named."""


async def test_erasing_somebody_reads_what_is_known_of_them_and_goes_through_no_table(world: World) -> None:
    """Where nothing but reading all of it would do, it takes the longer the more people there are."""
    sku_id, room_id = await world.market.sku(stock=50), await world.market.room()
    goes = await world.fan("小丹", sku_id, room_id)
    await world.write_to_all()
    await world.hear()
    async with world.ctx.database.connection() as connection:
        name = await connection.fetchval("SELECT current_database()")
        await connection.execute(f'ALTER DATABASE "{name}" SET enable_seqscan = off')
    await read_through(world)
    await world.ctx.database._pool.expire_connections()
    before = await read_through(world)
    assert (await goes.client.post("/api/me/erasure", json=PASSWORD)).status_code == 204
    await world.hear()
    after = await read_through(world)
    assert {table for table, times in after.items() if times > before[table]} - SMALL == set()


async def read_through(world: World) -> dict[str, int]:
    """How often each table was read from beginning to end, by any connection: each counts for itself until it tells."""
    async with AsyncExitStack() as stack:
        for _ in range(POOL_SIZE):
            connection = await stack.enter_async_context(world.ctx.database.connection())
            await connection.execute("SELECT pg_stat_force_next_flush()")
        rows = await connection.fetch("SELECT schemaname || '.' || relname AS name, seq_scan FROM pg_stat_user_tables")
    return {row["name"]: row["seq_scan"] for row in rows}
