"""An event that no messages can be made of must not hold up all that come after it: it is put aside, and said."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from prometheus_client import Counter

from xiaodian.contracts.base import UnavailableError
from xiaodian.infra.database import Connection, Database
from xiaodian.infra.logging import get_logger
from xiaodian.modules.webhooks.service.pen import Told
from xiaodian.modules.webhooks.service.take_in import Place, ReadByAnotherError, take_in

TRIES = 3
PAUSE_S = 0.2
"""Between the tries: what two transactions did to each other is over by then."""
MAX_REASON_CHARS = 500

log = get_logger(__name__)
set_aside = Counter("xiaodian_webhooks_set_aside_total", "Events that no webhooks could be made of", ["type"])


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was put aside, and why."""

    event_id: UUID
    type: str
    data: bytes
    reason: str


async def take_in_what_can_be(
    database: Database, events: Sequence[Told], read_from: Place, read_to: int, now: datetime
) -> int:
    """`take_in`, but without the events that keep failing; answers how many messages it were.

    Raises ReadByAnotherError and UnavailableError, which are no event's fault.
    """
    try:
        return await take_in(database, events, read_from, read_to, now)
    except (ReadByAnotherError, UnavailableError):
        raise
    except Exception:
        log.exception("webhooks_batch_fails", events=len(events))
    # What is kept meanwhile is known when the same place is read again, so the place may follow at the end.
    count = 0
    for one in events:
        count += await _take_one(database, one, read_from, now)
    return count + await take_in(database, [], read_from, read_to, now)


async def put_aside(connection: Connection, asides: Sequence[Aside], now: datetime) -> None:
    """Keep events for whoever looks after them; those that are there already stay."""
    await connection.executemany(
        "INSERT INTO webhooks.set_aside (event_id, type, data, reason, at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT DO NOTHING",
        [(one.event_id, one.type, one.data, one.reason[:MAX_REASON_CHARS].replace("\0", ""), now) for one in asides],
    )
    for one in asides:
        set_aside.labels(one.type).inc()
        log.error("webhooks_set_aside", event_id=str(one.event_id), type=one.type, reason=one.reason)


async def _take_one(database: Database, one: Told, place: Place, now: datetime) -> int:
    reason = ""
    for number in range(TRIES):
        if number:
            await asyncio.sleep(PAUSE_S)
        try:
            return await take_in(database, [one], place, place.seq, now)
        except (ReadByAnotherError, UnavailableError):
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
    aside = Aside(
        event_id=one.event_id, type=type(one.event).__name__, data=msgspec.json.encode(one.event), reason=reason
    )
    async with database.transaction() as connection:
        await put_aside(connection, [aside], now)
    return 0
