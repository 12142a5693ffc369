"""What was said and seen in a room long ago is told to its log now, dated as it was."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.live import AnyMoment, RoomId
from xiaodian.infra.broker import Broker
from xiaodian.modules.live.log_reader import TOLD_OF

_encode = msgspec.json.Encoder().encode


async def tell_past(broker: Broker, room_id: RoomId, moments: Sequence[AnyMoment]) -> None:
    """Put moments into a room's log, in this order; who sums up the logs takes them to be of when they were.

    For programs that play what has been, such as the demo's past. Raises UnavailableError.
    """
    for moment in moments:
        kind = moment.__struct_config__.tag
        await broker.publish(f"room.{room_id}.{kind}", _encode(moment), headers={TOLD_OF: str(moment.at_ms)})
