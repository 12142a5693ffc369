"""What stands in the outbox, event by event: several of one type may share a row."""

from xiaodian.contracts.base import Envelope
from xiaodian.infra.database import Connection
from xiaodian.infra.work import decode_message


async def list_envelopes(connection: Connection, *kinds: str) -> list[Envelope]:
    """The events not yet relayed, in order; of all kinds if none are named."""
    rows = await connection.fetch("SELECT payload FROM infra.outbox WHERE subject LIKE 'event.%' ORDER BY id")
    found = [envelope for row in rows for envelope in decode_message(row["payload"])]
    return [envelope for envelope in found if not kinds or envelope.type in kinds]
