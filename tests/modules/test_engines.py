"""What everything stands on: transactions, outbox and broker."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import msgspec
import pytest
from nats.aio.msg import Msg
from tests.outbox import list_envelopes

from xiaodian.contracts.accounts import AccountCreated, AccountId
from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.broker import EVENT_RETENTION_S, Broker
from xiaodian.infra.database import Database
from xiaodian.infra.outbox import FULL_BYTES, emit, event_messages
from xiaodian.infra.outbox_relay import relay_batch
from xiaodian.infra.work import MARKS_KEPT, decode_batch, decode_message, first_time, forget_handled
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.settings import Settings

CUT_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def test_an_event_is_told_only_if_its_change_was_committed(database: Database, broker: Broker) -> None:
    kept, lost = AccountId(new_id()), AccountId(new_id())
    async with database.transaction() as connection:
        await emit(connection, AccountCreated(account_id=kept, display_name="留"))
    try:
        async with database.transaction() as connection:
            await emit(connection, AccountCreated(account_id=lost, display_name="失"))
            raise LookupError
    except LookupError:
        pass
    async with database.connection() as connection:
        assert await relay_batch(connection, broker) == 1
        assert await relay_batch(connection, broker) == 0
    pull = await broker.jetstream.pull_subscribe(broker.subject("event.AccountCreated"), durable="test")
    [message] = await pull.fetch(10, timeout=30)
    [envelope] = decode_batch([message])
    assert envelope.key == str(kept)


async def test_an_event_that_comes_twice_is_handled_once(database: Database, broker: Broker) -> None:
    async with database.transaction() as connection:
        await emit(connection, AccountCreated(account_id=AccountId(new_id()), display_name="丹"))
    async with database.connection() as connection:
        await relay_batch(connection, broker)
    pull = await broker.jetstream.pull_subscribe(broker.subject("event.*"), durable="test")
    envelopes = decode_batch(await pull.fetch(10, timeout=30))
    async with database.transaction() as connection:
        assert await first_time(connection, "test", envelopes) == envelopes
    async with database.transaction() as connection:
        assert await first_time(connection, "test", envelopes) == []


async def test_what_was_handled_is_remembered_for_longer_than_the_broker_keeps_it_and_no_longer(
    database: Database,
) -> None:
    now = utc_now()
    async with database.transaction() as connection:
        for days in (1, 8, 13, 15, 400):
            await connection.execute(
                "INSERT INTO infra.inbox (handler, event_id, handled_at) VALUES ($1, $2, $3)",
                f"{days} days ago",
                new_id(),
                now - timedelta(days=days),
            )
    await forget_handled(database, now)
    async with database.connection() as connection:
        kept = {row["handler"] for row in await connection.fetch("SELECT handler FROM infra.inbox")}
    assert kept == {"1 days ago", "8 days ago", "13 days ago"}
    assert timedelta(seconds=EVENT_RETENTION_S) < MARKS_KEPT


async def test_events_are_handled_at_once_though_word_of_an_earlier_request_came_late(broker: Broker) -> None:
    told: asyncio.Queue[int] = asyncio.Queue()

    async def _handle(messages: Sequence[Msg]) -> None:
        told.put_nowait(len(messages))

    asked = await broker.client.subscribe(f"$JS.API.CONSUMER.MSG.NEXT.{broker.events_stream}.*")
    consuming = asyncio.create_task(broker.consume_events("late", ("AccountCreated",), _handle))
    async with asyncio.timeout(20):
        request = await anext(aiter(asked.messages))
        await broker.client.publish(request.reply, headers={"Status": "408", "Description": "Request Timeout"})
        for _ in range(3):
            await broker.publish("event.AccountCreated", b"{}")
            assert await told.get() == 1
    consuming.cancel()
    await asked.unsubscribe()


async def test_events_that_wait_are_handled_together(broker: Broker) -> None:
    for _ in range(50):
        await broker.publish("event.AccountCreated", b"{}")
    told: asyncio.Queue[int] = asyncio.Queue()

    async def _handle(messages: Sequence[Msg]) -> None:
        told.put_nowait(len(messages))

    consuming = asyncio.create_task(broker.consume_events("many", ("AccountCreated",), _handle))
    async with asyncio.timeout(60):
        assert await told.get() == 50
    consuming.cancel()


async def test_who_meets_a_connection_that_was_just_cut_is_told_to_wait(database: Database, settings: Settings) -> None:
    admin = await asyncpg.connect(settings.database_url)
    told_to_wait = 0
    for _ in range(20):
        try:
            async with database.connection() as connection:
                await connection.fetchval("SELECT pg_backend_pid()")
                await admin.execute(CUT_OTHERS)
                await connection.fetchval("SELECT 1")
        except UnavailableError:
            told_to_wait += 1
    await admin.close()
    assert told_to_wait > 0


async def test_what_goes_wrong_in_giving_back_a_cut_connection_is_the_cut_again(database: Database) -> None:
    async def use_a_connection_that_is_cut() -> None:
        async with database.connection():
            try:
                raise asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
            finally:
                raise asyncpg.InterfaceError("cannot perform operation: another operation is in progress")

    with pytest.raises(UnavailableError):
        await use_a_connection_that_is_cut()


async def test_a_connection_that_we_use_twice_at_once_is_a_fault_of_ours(database: Database) -> None:
    with pytest.raises(asyncpg.InterfaceError):
        async with database.connection():
            raise asyncpg.InterfaceError("cannot perform operation: another operation is in progress")


async def test_events_told_together_travel_together_and_arrive_one_by_one_in_their_order(database: Database) -> None:
    names = [f"第{number}位" for number in range(40)]
    async with database.transaction() as connection:
        events = [AccountCreated(account_id=AccountId(new_id()), display_name=name) for name in names]
        await emit(connection, *events)
        rows = await connection.fetchval("SELECT count(*) FROM infra.outbox")
        envelopes = await list_envelopes(connection)
    assert rows == 1
    assert [envelope.key for envelope in envelopes] == [str(event.account_id) for event in events]
    assert len({envelope.event_id for envelope in envelopes}) == 40
    assert [msgspec.json.decode(envelope.data, type=AccountCreated) for envelope in envelopes] == events


def test_a_message_never_grows_larger_than_the_broker_takes() -> None:
    event = AccountCreated(account_id=AccountId(new_id()), display_name="名" * 10_000)
    messages = list(event_messages([event] * 20))
    assert all(len(message.payload) <= FULL_BYTES for message in messages)
    assert sum(len(decode_message(message.payload)) for message in messages) == 20
