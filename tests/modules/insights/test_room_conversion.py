"""What part of a room's viewers bought never passes all of them, wherever it is told."""

import random
from datetime import timedelta
from uuid import uuid4

import httpx
from tests.conftest import SignUp
from tests.modules.insights.observer import Observer, late_and_twice
from tests.modules.insights.test_board import by_key
from tests.modules.insights.test_report import end_room, read, values
from tests.modules.insights.test_visits import deed, report, send
from tests.modules.surfacing.screening import read_pages

from xiaodian.contracts.accounts import AccountId
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights.service.eyes import open_eyes
from xiaodian.modules.insights.service.see_board import list_past

SHARE = 2 / 3


async def sell_to_seen_and_unseen(observer: Observer, guest: httpx.AsyncClient) -> None:
    """Of three viewers two buy, one of whom signs in to do so; five buy who never came, one of them another's goods."""
    await observer.stage.go_on_air()
    buyers = [await observer.market.buyer() for _ in range(7)]
    browser = uuid4()
    await send(buyers[0].client, report(deed(observer, "entered")))
    await send(guest, report(deed(observer, "entered"), viewer_id=browser))
    await send(buyers[1].client, report(deed(observer, "watched", watch_s=30), viewer_id=browser))
    await send(guest, report(deed(observer, "entered")))
    await send(buyers[2].client, report({"kind": "seen", "room_id": str(observer.stage.room_id)}))
    for buyer in buyers[:6]:
        await observer.order(buyer, observer.products[0])
    await observer.order(buyers[6], observer.foreign)
    await observer.take_reports(late_and_twice(await observer.reports(), random.Random(5)))
    await observer.hear()


async def test_who_bought_unseen_is_a_buyer_and_in_no_rooms_conversion(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await sell_to_seen_and_unseen(observer, client)
    host = observer.stage.host
    metrics = (await observer.get(host))["metrics"]
    assert (metrics["buyers_paid"], metrics["buyers_seen"], metrics["traffic"]["viewers"]) == (7, 2, 3)
    assert metrics["conversion"] == round(SHARE, 4)
    figures = by_key(await observer.get(host, "/board"))
    assert (figures["conversion"]["now"], figures["buyers"]["now"]) == (round(SHARE, 4), 7)
    others = (await observer.get(observer.other, "", shop_id=str(observer.other_shop_id)))["metrics"]
    assert (others["buyers_paid"], others["buyers_seen"], others["conversion"]) == (1, None, None)
    await end_room(observer)
    told = values(await read(observer, host))
    assert (told["conversion"], told["buyers"]) == (round(SHARE, 4), 7)


async def appoint(observer: Observer, account_id: AccountId, role: str) -> None:
    """Somebody is on the staff of the host's shop."""
    async with observer.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, $3)
            ON CONFLICT (shop_id, account_id) DO UPDATE SET role = excluded.role
            """,
            observer.stage.shop_id,
            account_id,
            role,
        )


async def test_the_conversion_leads_to_the_purchases_of_those_who_were_there_and_to_no_others(
    observer: Observer, sign_up: SignUp
) -> None:
    await observer.stage.go_on_air()
    here, elsewhere, unseen = [await observer.market.buyer() for _ in range(3)]
    for buyer in (here, elsewhere):
        await send(buyer.client, report(deed(observer, "entered")))
    bought = [await observer.order(here, observer.products[0], 2), await observer.order(here, observer.products[1])]
    await observer.order(here, observer.products[0], is_paid=False)
    await observer.order(elsewhere, observer.foreign)
    await observer.order(unseen, observer.products[0])
    await observer.take_reports(await observer.reports())
    await observer.hear()
    path = f"/api/shops/{observer.stage.shop_id}/rooms/{observer.stage.room_id}/seen-orders"
    host = observer.stage.host
    told = (await host.get(path)).json()
    expected = sorted((order["order_id"] for order in bought), reverse=True)
    assert (told["viewers"], told["buyers"], told["buyers_here"], told["orders"]) == (2, 2, 1, 2)
    assert told["buyers"] == (await observer.get(host))["metrics"]["buyers_seen"]
    assert sum(item["amount_minor"] for item in told["items"]) == told["gmv_minor"]
    assert [item["pieces"] for item in told["items"]] == [1, 2]
    assert {item["buyer_id"] for item in told["items"]} == {str(here.account_id)}
    for limit in (1, 2):
        orders, items = await read_pages(host, f"{path}?limit={limit}")
        assert (orders, [item["order_id"] for item in items]) == (2, expected)

    others = f"/api/shops/{observer.other_shop_id}/rooms/{observer.stage.room_id}/seen-orders"
    assert (await observer.other.get(others)).status_code == 404, "who came to others' rooms is not theirs"
    assert (await observer.other.get(path)).status_code == 404
    staff, account_id = await sign_up("店员")
    await appoint(observer, account_id, "host")
    assert (await staff.get(path)).status_code == 403, "without orders the number leads nowhere"
    await appoint(observer, account_id, "viewer")
    seen = (await staff.get(path)).json()
    assert (seen["buyers"], seen["orders"], seen["gmv_minor"]) == (1, 2, None)
    assert {item["buyer_id"] for item in seen["items"]} == {None}
    assert all("*" in item["buyer_name"] for item in seen["items"])


async def test_a_room_before_is_compared_by_who_had_come_and_bought_at_the_same_minute(
    observer: Observer, client: httpx.AsyncClient
) -> None:
    await sell_to_seen_and_unseen(observer, client)
    await end_room(observer)
    room_id = observer.stage.room_id
    async with observer.ctx.database.transaction() as connection:
        now = utc_now()
        start = now - timedelta(hours=2)
        span = start, start + timedelta(hours=1)
        await connection.execute("UPDATE live.room SET started_at = $1, ended_at = $2", *span)
        await connection.execute("UPDATE insights.room_visit_minute SET minute = $1", start)
        await connection.execute("UPDATE insights.sale SET paid_at = $1", start + timedelta(minutes=10))
        # One came early; of the other nobody knows when.
        accounts = await connection.fetch("SELECT account_id FROM insights.room_account ORDER BY account_id")
        early, unknown = (row["account_id"] for row in accounts)
        for account_id, at in ((early, start), (unknown, None)):
            await connection.execute(
                "UPDATE insights.room_account SET entered_at = $2 WHERE account_id = $1", account_id, at
            )
        later = await connection.fetchval(
            """
            INSERT INTO live.room SELECT (jsonb_populate_record(room, jsonb_build_object(
                'room_id', (uuidv7())::text, 'stream_id', uuidv7()::text, 'state', 'on_air',
                'started_at', $2::timestamptz, 'ended_at', NULL
            ))).* FROM live.room WHERE room_id = $1 RETURNING room_id
            """,
            room_id,
            now,
        )
        eyes = await open_eyes(connection, observer.stage.caller, later, None)
        shares = [
            (await list_past(connection, eyes, {}, now + timedelta(minutes=passed)))[0]["conversion"]
            for passed in (5, 11)
        ]
    assert shares == [0.0, round(SHARE, 4)]
