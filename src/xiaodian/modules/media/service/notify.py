"""What media says over plain NATS, to be heard now or never; the database has the truth."""

from xiaodian.contracts.media import StreamId
from xiaodian.infra.broker import Broker

END_SUBJECT = "media.end"


async def tell_ingest_to_stop(broker: Broker, stream_id: StreamId) -> None:
    """Make the ingest process that publishes this stream let go of it at once, not only at its next segment."""
    await broker.poke(f"{END_SUBJECT}.{stream_id}")
