"""Snapshots from which the log of a room can be read on."""

import msgspec

from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.live import RoomId, Snapshot
from xiaodian.infra.database import Connection
from xiaodian.infra.logging import get_logger
from xiaodian.modules.live.models import Checkpoint

log = get_logger(__name__)

_decode_snapshot = msgspec.json.Decoder(Snapshot).decode
_encode = msgspec.json.Encoder().encode


async def find_checkpoint(connection: Connection, room_id: RoomId) -> Checkpoint | None:
    """Where reading the room's log may begin; None: at its start. Raises NotFoundError if there is no such room."""
    row = await connection.fetchrow(
        """
        SELECT tick, last_seq, snapshot FROM live.room LEFT JOIN live.checkpoint USING (room_id)
        WHERE room_id = $1
        """,
        room_id,
    )
    if row is None:
        raise NotFoundError
    if row["tick"] is None:
        return None
    try:
        return Checkpoint(row["tick"], row["last_seq"], _decode_snapshot(row["snapshot"]))
    except msgspec.DecodeError:
        log.warning("checkpoint_of_another_version", room_id=str(room_id))
        return None


async def save_checkpoint(connection: Connection, room_id: RoomId, checkpoint: Checkpoint) -> None:
    """Keep a checkpoint, unless a later one is kept already."""
    await connection.execute(
        """
        INSERT INTO live.checkpoint AS kept (room_id, tick, last_seq, snapshot) VALUES ($1, $2, $3, $4)
        ON CONFLICT (room_id) DO UPDATE
            SET tick = excluded.tick, last_seq = excluded.last_seq, snapshot = excluded.snapshot
            WHERE kept.tick < excluded.tick
        """,
        room_id,
        checkpoint.tick,
        checkpoint.last_seq,
        _encode(checkpoint.snapshot),
    )


async def rewrite_checkpoint(connection: Connection, room_id: RoomId, snapshot: Snapshot) -> None:
    """The kept checkpoint holds this snapshot from now on."""
    await connection.execute("UPDATE live.checkpoint SET snapshot = $2 WHERE room_id = $1", room_id, _encode(snapshot))
