"""Messages reach whoever asked for them: signed, in order, at least once, whatever the other side does."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from aiohttp import web
from scripts.document_webhooks import sample_draft
from standardwebhooks import WebhookVerificationError
from tests.modules.webhooks.desk import Desk
from tests.modules.webhooks.receiver import Answer, Received, Receiver, ok
from tests.outbox import list_envelopes

from xiaodian.contracts.webhooks import EndpointId
from xiaodian.kit.clock import utc_now
from xiaodian.modules.webhooks.catalogue import CATALOGUE, TEST
from xiaodian.modules.webhooks.deliverer import Deliverer
from xiaodian.modules.webhooks.sender import Sender, seconds_of
from xiaodian.modules.webhooks.service.lanes import LEASE, lease_lanes, share
from xiaodian.modules.webhooks.service.record import record
from xiaodian.modules.webhooks.service.trouble import look_after_failing

HOUR = timedelta(hours=1)


def answering(status: int, **headers: str) -> Answer:
    """An answer that is always the same."""

    def _answer(_: Received) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    return _answer


async def test_the_librarys_own_verifier_accepts_every_type(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    async with desk.ctx.database.transaction() as connection:
        drafts = [sample_draft(one, desk.market.shop_id) for one in CATALOGUE.values() if one.name != TEST]
        await record(connection, drafts, utc_now())
    await desk.deliver()
    assert (await desk.do(endpoint, "test")).status_code == 201
    await desk.deliver()
    assert set(receiver.types) == set(CATALOGUE)
    receiver.verify_all(endpoint["secret"])
    seen = await desk.see(endpoint)
    assert (seen["waiting"], seen["dead"], seen["failing_since_ms"]) == (0, 0, None)
    assert await desk.rows("lane") == 0


async def test_a_receiver_that_was_down_for_an_hour_gets_everything_in_order_per_order(
    desk: Desk, receiver: Receiver
) -> None:
    endpoint = await desk.make(receiver.url)
    orders = [uuid4() for _ in range(6)]
    receiver.answer = answering(503)
    for step in range(12):
        await desk.happen(*(desk.tracked(order_id, str(step)) for order_id in orders))
        await desk.deliver()
        desk.clock.ahead += HOUR / 12
    assert (await desk.see(endpoint))["waiting"] == 72
    receiver.answer, receiver.received = ok, []
    # Somebody comes, and all that waited goes along without waiting for its own next try.
    await desk.happen(desk.tracked(uuid4(), "new"))
    await desk.deliver()
    assert (await desk.see(endpoint))["waiting"] == 0
    receiver.verify_all(endpoint["secret"])
    for order_id in orders:
        told = [one for one in receiver.messages if one.subject["id"] == str(order_id)]
        assert [one.sequence for one in told] == list(range(1, 13))


async def test_a_message_that_is_not_taken_holds_back_its_order_and_no_other(desk: Desk, receiver: Receiver) -> None:
    await desk.make(receiver.url)
    stuck, free = uuid4(), uuid4()

    def _answer(received: Received) -> web.StreamResponse:
        return web.Response(status=500 if received.message.subject["id"] == str(stuck) else 200)

    receiver.answer = _answer
    for number in range(3):
        await desk.happen(desk.tracked(stuck, str(number)), desk.tracked(free, str(number)))
    await desk.deliver()
    told = [(one.subject["id"] == str(stuck), one.sequence) for one in receiver.messages]
    assert [sequence for is_stuck, sequence in told if not is_stuck] == [1, 2, 3]
    assert [sequence for is_stuck, sequence in told if is_stuck] == [1]


async def test_pauses_grow_over_three_days_and_then_it_is_dead_and_the_next_comes(
    desk: Desk, receiver: Receiver
) -> None:
    endpoint = await desk.make(receiver.url)
    order_id = uuid4()
    receiver.answer = answering(500)
    began = desk.clock.now()
    await desk.happen(desk.tracked(order_id, "first"))
    [delivery] = await desk.log(endpoint)
    while delivery["state"] == "waiting":
        await desk.deliver()
        [delivery] = await desk.log(endpoint)
        if delivery["next_at_ms"]:
            desk.clock.ahead = timedelta(milliseconds=delivery["next_at_ms"] + 1000) - timedelta(
                seconds=utc_now().timestamp()
            )
    assert delivery["state"] == "dead"
    assert (delivery["attempts"], len(receiver.received)) == (10, 10)
    assert timedelta(days=2.5) < desk.clock.now() - began < timedelta(days=3.5)
    receiver.answer = ok
    await desk.happen(desk.tracked(order_id, "second"))
    await desk.deliver()
    assert receiver.messages[-1].sequence == 2
    assert [one["event_id"] for one in await desk.log(endpoint, state="dead")] == [delivery["event_id"]]


async def test_what_is_dead_can_be_sent_again_one_or_all(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    await desk.happen(*(desk.tracked(uuid4(), str(number)) for number in range(3)))
    async with desk.ctx.database.connection() as connection:
        await connection.execute("UPDATE webhooks.delivery SET state = 'dead', attempts = 10")
        await connection.execute("DELETE FROM webhooks.lane")
    dead = await desk.log(endpoint, state="dead")
    assert await desk.deliver() == 0
    assert (await desk.do(endpoint, f"deliveries/{dead[0]['event_id']}/redelivery")).status_code == 200
    await desk.deliver()
    assert [one.id for one in receiver.messages] == [dead[0]["event_id"]]
    answer = await desk.do(endpoint, "redeliveries", {"since_ms": dead[-1]["created_at_ms"] - 1000})
    assert answer.json() == {"count": 2}
    await desk.deliver()
    assert sorted(one.id for one in receiver.messages) == sorted(one["event_id"] for one in dead)


async def test_a_lost_network_is_tried_again_and_the_log_says_what_happened(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make("http://127.0.0.1:1/hook")
    await desk.happen(desk.tracked(uuid4(), "x"))
    await desk.deliver()
    [delivery] = await desk.log(endpoint, state="failed")
    assert (delivery["status"], delivery["error"], delivery["attempts"]) == (None, "unreachable", 1)
    assert delivery["next_at_ms"] > delivery["tried_at_ms"]
    answer = await desk.seller.get(f"{desk.path}/{endpoint['endpoint_id']}/deliveries/{delivery['event_id']}")
    detail = answer.json()
    assert [one["error"] for one in detail["attempts"]] == ["unreachable"]
    assert detail["headers"]["webhook-id"] == delivery["event_id"]
    assert detail["headers"]["webhook-signature"] == "v1,…"
    assert detail["message"]["id"] == delivery["event_id"]
    assert endpoint["secret"] not in answer.text


async def test_410_switches_the_endpoint_off_and_enabled_again_it_goes_on(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    receiver.answer = answering(410)
    await desk.happen(desk.tracked(uuid4(), "x"))
    await desk.deliver()
    seen = await desk.see(endpoint)
    assert (seen["is_enabled"], seen["disabled_reason"], seen["waiting"]) == (False, "gone", 1)
    receiver.answer, receiver.received = ok, []
    desk.clock.ahead += HOUR
    await desk.happen(desk.tracked(uuid4(), "while it was off"))
    assert await desk.deliver() == 0
    assert (await desk.do(endpoint, "test")).json()["code"] == "webhook_disabled"
    path = f"{desk.path}/{endpoint['endpoint_id']}"
    assert (await desk.seller.patch(path, json={"is_enabled": True})).json()["is_enabled"]
    answer = await desk.do(
        endpoint, "redeliveries", {"since_ms": seen["disabled_at_ms"] - 60_000, "only_failed": False}
    )
    assert answer.json() == {"count": 2}
    await desk.deliver()
    assert len({one.id for one in receiver.messages}) == 2


async def test_who_asks_for_rest_gets_it(desk: Desk, receiver: Receiver) -> None:
    await desk.make(receiver.url)
    receiver.answer = answering(429, **{"Retry-After": "1800"})
    await desk.happen(desk.tracked(uuid4(), "x"))
    await desk.deliver()
    receiver.answer = ok
    await desk.happen(desk.tracked(uuid4(), "y"))
    desk.clock.ahead = HOUR / 4
    assert await desk.deliver() == 0
    desk.clock.ahead = HOUR * 0.6
    await desk.deliver()
    assert len(receiver.received) == 3


async def test_who_is_slow_is_not_waited_for(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    receiver.delay = asyncio.Event()
    await desk.happen(desk.tracked(uuid4(), "x"))
    async with Sender(msgspec.structs.replace(desk.ctx.settings, webhook_timeout_s=0.2)) as hasty:
        await asyncio.wait_for(Deliverer(desk.ctx, hasty).drain(), 60)
    [delivery] = await desk.log(endpoint)
    assert (delivery["error"], delivery["status"]) == ("timeout", None)


async def test_a_redirect_is_not_followed_and_a_huge_answer_not_read(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    async with Receiver() as elsewhere:
        receiver.answer = answering(302, Location=elsewhere.url)
        await desk.happen(desk.tracked(uuid4(), "x"))
        await desk.deliver()
        assert elsewhere.received == []
    [delivery] = await desk.log(endpoint)
    assert (delivery["error"], delivery["status"]) == ("redirect", 302)

    def _huge(_: Received) -> web.StreamResponse:
        return web.Response(body=b"x" * 50_000_000)

    receiver.answer = _huge
    await desk.happen(desk.tracked(uuid4(), "y"))
    await desk.deliver()
    taken = (await desk.log(endpoint, state="delivered"))[0]
    answer = await desk.seller.get(f"{desk.path}/{endpoint['endpoint_id']}/deliveries/{taken['event_id']}")
    assert len(answer.json()["attempts"][0]["answer"]) == 2048


async def test_after_rotation_both_secrets_sign_for_a_day(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    rotated = (await desk.do(endpoint, "secret-rotation")).json()
    await desk.do(endpoint, "test")
    await desk.deliver()
    receiver.verify_all(endpoint["secret"])
    receiver.verify_all(rotated["secret"])
    receiver.received = []
    desk.clock.ahead = timedelta(hours=25)
    await desk.do(endpoint, "test")
    await desk.deliver()
    receiver.verify_all(rotated["secret"])
    with pytest.raises(WebhookVerificationError):
        receiver.verify_all(endpoint["secret"])


async def test_a_deleted_endpoint_gets_nothing_any_more(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    await desk.happen(desk.tracked(uuid4(), "x"))
    assert (await desk.seller.delete(f"{desk.path}/{endpoint['endpoint_id']}")).status_code == 204
    assert await desk.deliver() == 0
    assert receiver.received == []
    assert [await desk.rows(table) for table in ("endpoint", "lane", "delivery", "attempt")] == [0, 0, 0, 0]


async def test_two_workers_share_the_work_and_send_nothing_twice(desk: Desk, receiver: Receiver) -> None:
    await desk.make(receiver.url)
    orders = [uuid4() for _ in range(40)]
    for number in range(3):
        await desk.happen(*(desk.tracked(order_id, str(number)) for order_id in orders))
    async with Sender(desk.ctx.settings) as sender:
        others = [Deliverer(desk.ctx, one) for one in (desk.sender, sender)]
        await asyncio.gather(*(one.drain() for one in others))
    await desk.deliver()
    assert len(receiver.received) == 120
    assert len({one.id for one in receiver.messages}) == 120
    for order_id in orders:
        told = [one.sequence for one in receiver.messages if one.subject["id"] == str(order_id)]
        assert told == [1, 2, 3]


async def test_what_a_dead_worker_held_is_sent_by_another_when_the_lease_is_over(
    desk: Desk, receiver: Receiver
) -> None:
    await desk.make(receiver.url)
    await desk.happen(desk.tracked(uuid4(), "x"))
    async with desk.ctx.database.transaction() as connection:
        held = await lease_lanes(connection, utc_now(), free=10, per_endpoint=10, busy={})
    assert len(held) == 1
    assert await desk.deliver() == 0
    desk.clock.ahead = LEASE + timedelta(seconds=1)
    await desk.deliver()
    assert len(receiver.received) == 1


async def test_an_endpoint_gets_no_more_at_once_than_its_share(desk: Desk, receiver: Receiver) -> None:
    await desk.make(receiver.url)
    receiver.delay = asyncio.Event()
    await desk.happen(*(desk.tracked(uuid4(), str(number)) for number in range(60)))
    work = asyncio.create_task(desk.deliver())
    await receiver.wait_until(lambda: receiver.open >= 32)
    receiver.delay.set()
    await work
    assert receiver.most_open == 32
    assert len(receiver.received) == 60


async def test_who_fails_for_a_day_is_warned_and_after_three_switched_off(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    receiver.answer = answering(500)
    await desk.happen(desk.tracked(uuid4(), "x"))
    await desk.deliver()
    now = utc_now()
    assert await look_after_failing(desk.ctx.database, now + timedelta(hours=23)) == 0
    assert await look_after_failing(desk.ctx.database, now + timedelta(hours=25)) == 1
    assert await look_after_failing(desk.ctx.database, now + timedelta(hours=26)) == 0
    seen = await desk.see(endpoint)
    assert seen["switched_off_at_ms"] - seen["failing_since_ms"] == 3 * 24 * 3600 * 1000
    assert await look_after_failing(desk.ctx.database, now + timedelta(days=3, hours=1)) == 1
    seen = await desk.see(endpoint)
    assert (seen["is_enabled"], seen["disabled_reason"], seen["waiting"]) == (False, "failing", 1)
    async with desk.ctx.database.connection() as connection:
        assert len(await list_envelopes(connection, "WebhookTroubled")) == 2


async def test_home_tells_of_an_endpoint_in_trouble_until_it_takes_messages_again(
    desk: Desk, receiver: Receiver
) -> None:
    endpoint = await desk.make(receiver.url)
    receiver.answer = answering(500)
    await desk.happen(desk.tracked(uuid4(), "x"))
    await desk.deliver()
    assert await desk.notices() == []
    now = utc_now()
    await look_after_failing(desk.ctx.database, now + timedelta(hours=25))
    assert await desk.notices() == [("webhook_failing", receiver.url)]
    await look_after_failing(desk.ctx.database, now + timedelta(days=3, hours=1))
    assert await desk.notices() == [("webhook_off", receiver.url)]
    await desk.seller.patch(f"{desk.path}/{endpoint['endpoint_id']}", json={"is_enabled": True})
    assert await desk.notices() == []
    await desk.deliver()
    await look_after_failing(desk.ctx.database, utc_now() + timedelta(hours=25))
    assert await desk.notices() == [("webhook_failing", receiver.url)]
    receiver.answer = ok
    desk.clock.ahead += 24 * HOUR
    await desk.deliver()
    assert await desk.notices() == []


async def test_home_tells_nothing_of_an_endpoint_that_was_deleted(desk: Desk, receiver: Receiver) -> None:
    endpoint = await desk.make(receiver.url)
    receiver.answer = answering(410)
    await desk.happen(desk.tracked(uuid4(), "x"))
    await desk.deliver()
    assert await desk.notices() == [("webhook_off", receiver.url)]
    assert (await desk.seller.delete(f"{desk.path}/{endpoint['endpoint_id']}")).is_success
    assert await desk.notices() == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("Thu, 20 May 2027 12:01:30 GMT", 90),
        ("Thu, 20 May 2027 11:00:00 GMT", None),
        ("Thursday, 20-May-27 12:00:10 GMT", 10),
        ("Thu, 20 May 2027 12:01:30 XYZ", 90),
        ("Thu, 99 May 2027 12:01:30 GMT", None),
        ("soon", None),
        ("-5", None),
        ("1" * 50, None),
        (None, None),
    ],
)
def test_how_long_a_receiver_asks_for_rest(text: str | None, seconds: int | None) -> None:
    assert seconds_of(text, datetime(2027, 5, 20, 12, tzinfo=UTC)) == seconds


def test_places_are_shared_fairly() -> None:
    one, two, three = (EndpointId(UUID(int=number)) for number in range(3))
    assert share(10, {one: 2, two: 20}) == {one: 2, two: 8}
    assert share(100, {one: 2, two: 3}) == {one: 2, two: 3}
    assert sum(share(2, {one: 5, two: 5, three: 5}).values()) == 2
    assert share(0, {one: 5}) == {}


@pytest.mark.parametrize("which", ["all", "failed", "delivered", "waiting", "dead"])
async def test_the_log_can_be_filtered(desk: Desk, receiver: Receiver, which: str) -> None:
    endpoint = await desk.make(receiver.url)
    await desk.do(endpoint, "test")
    await desk.deliver()
    receiver.answer = answering(500)
    await desk.happen(desk.tracked(uuid4(), "x"))
    await desk.deliver()
    counts = {"all": 2, "failed": 1, "delivered": 1, "waiting": 1, "dead": 0}
    assert len(await desk.log(endpoint, state=which)) == counts[which]
    assert len(await desk.log(endpoint, state=which, type="order.paid")) == 0
