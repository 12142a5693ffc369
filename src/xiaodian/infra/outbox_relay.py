"""Publishes the outbox to JetStream, one relay at a time, and deletes what was stored there.

A crash between publishing and deleting publishes again: the message id makes JetStream store it once within its
duplicate window, and consumers keep an inbox for what comes later than that.
"""

import asyncio
from uuid import UUID

from prometheus_client import Counter

from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.broker import AWAY_ERRORS, PUBLISH_TIMEOUT_S, Broker
from xiaodian.infra.database import Connection, Database, Record, forget_old_plans
from xiaodian.infra.logging import get_logger

POKE = "outbox"
BATCH = 500
IDLE_POLL_S = 1.0
STAND_BY_S = 7 * 24 * 3600.0
RELAY_LOCK = 7_142_382

log = get_logger(__name__)
published = Counter("xiaodian_outbox_published_total", "Messages published from the outbox")


async def run_relay(database: Database, broker: Broker) -> None:
    """Relay for ever; run it as a task and cancel it. Any number may run: one works, the others stand by."""
    wake = asyncio.Event()

    async def _on_poke(_: object) -> None:
        wake.set()

    subscription = await broker.client.subscribe(broker.subject(POKE), cb=_on_poke)
    try:
        while True:
            try:
                async with database.session() as connection:
                    await _relay_while_leader(connection, broker, wake)
            except UnavailableError:
                log.warning("relay_waits_for_engines")
                await asyncio.sleep(IDLE_POLL_S)
    finally:
        if broker.client.is_connected:
            await subscription.unsubscribe()


async def _relay_while_leader(connection: Connection, broker: Broker, wake: asyncio.Event) -> None:
    await connection.fetchval("SELECT pg_advisory_lock($1)", RELAY_LOCK, timeout=STAND_BY_S)
    try:
        while True:
            wake.clear()
            await forget_old_plans(connection)
            while await relay_batch(connection, broker) == BATCH:
                await forget_old_plans(connection)
            await _wait(wake)
    finally:
        if not connection.is_closed():
            await connection.fetchval("SELECT pg_advisory_unlock($1)", RELAY_LOCK)


async def _wait(wake: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(wake.wait(), IDLE_POLL_S)
    except TimeoutError:
        return


async def relay_batch(connection: Connection, broker: Broker) -> int:
    """Publish up to 500 messages in order and delete them; answers how many. Raises UnavailableError."""
    rows = await connection.fetch(
        "SELECT id, message_id, subject, payload FROM infra.outbox ORDER BY id LIMIT $1", BATCH
    )
    if rows:
        await _publish_all(broker, rows)
        await connection.execute("DELETE FROM infra.outbox WHERE id = ANY($1::bigint[])", [row["id"] for row in rows])
        published.inc(len(rows))
    return len(rows)


async def _publish_all(broker: Broker, rows: list[Record]) -> None:
    """Publish without waiting in between, so that one round trip serves the batch; the connection keeps the order."""
    try:
        acks = [
            await broker.jetstream.publish_async(
                broker.subject(row["subject"]), row["payload"], headers={"Nats-Msg-Id": _text(row["message_id"])}
            )
            for row in rows
        ]
        await asyncio.wait_for(asyncio.gather(*acks), PUBLISH_TIMEOUT_S)
    except AWAY_ERRORS as error:
        raise UnavailableError(retry_after_s=1) from error


def _text(message_id: UUID) -> str:
    return message_id.hex
