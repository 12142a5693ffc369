"""Media of short videos as rows: what there is, cut from what, how far, and its end."""

from collections.abc import Sequence
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.media import StreamId, Stretch, VodId, VodInfo, VodState
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.ids import new_id
from xiaodian.modules.media.service.condemned import condemn
from xiaodian.modules.media.service.uploads import check_quota, forget_upload
from xiaodian.modules.media.vod_rules import MIN_CLIP_MS, vod_folder

_COLUMNS = """
    vod_id, owner_id, state, progress, refused_reason, width, height, duration_ms, sprite_columns, sprite_every_ms
"""


async def get_vod(connection: Connection, vod_id: VodId) -> VodInfo:
    """How far a film is and where it plays. Raises NotFoundError."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM media.vod WHERE vod_id = $1", vod_id)
    if row is None:
        raise NotFoundError
    return _to_info(row)


async def get_vods(connection: Connection, vod_ids: Sequence[VodId]) -> dict[VodId, VodInfo]:
    """Several at once; those that do not exist are not among them."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM media.vod WHERE vod_id = ANY($1)", list(vod_ids))
    return {row["vod_id"]: _to_info(row) for row in rows}


async def find_stretch(connection: Connection, vod_id: VodId) -> Stretch | None:
    """Of which stretch of a stream's film it is a clip; None: of none."""
    row = await connection.fetchrow("SELECT stream_id, from_ms, to_ms FROM media.vod WHERE vod_id = $1", vod_id)
    return None if row is None or row["stream_id"] is None else Stretch(stream_id=row[0], from_ms=row[1], to_ms=row[2])


async def request_clip(
    connection: Connection,
    owner_id: AccountId,
    stream_id: StreamId,
    from_ms: int,
    to_ms: int,
    *,
    max_s: int = 600,
    open_max: int = 10,
) -> VodId:
    """Let a stretch of the owner's stream become a film, to the frame; ms from the beginning of the stream's film.

    In the caller's transaction. Raises NotFoundError if it is no stream of the owner's, InvalidInputError if there is
    no such stretch (yet), TooManyUploadsError.
    """
    duration_ms = await connection.fetchval(
        "SELECT duration_ms FROM media.stream WHERE stream_id = $1 AND owner_id = $2", stream_id, owner_id
    )
    if duration_ms is None:
        raise NotFoundError
    if not 0 <= from_ms <= duration_ms - MIN_CLIP_MS:
        raise InvalidInputError(field="from_ms", reason="out_of_range", duration_ms=duration_ms)
    if not from_ms + MIN_CLIP_MS <= to_ms <= min(duration_ms, from_ms + max_s * 1000):
        raise InvalidInputError(field="to_ms", reason="out_of_range", duration_ms=duration_ms)
    await check_quota(connection, owner_id, open_max)
    vod_id = VodId(new_id())
    await connection.execute(
        "INSERT INTO media.vod (vod_id, owner_id, stream_id, from_ms, to_ms) VALUES ($1, $2, $3, $4, $5)",
        vod_id,
        owner_id,
        stream_id,
        from_ms,
        to_ms,
    )
    return vod_id


async def withhold_vod(connection: Connection, vod_id: VodId, *, is_withheld: bool) -> None:
    """From the commit of the caller's transaction on, a withheld film is served to its owner and operators alone."""
    await connection.execute("UPDATE media.vod SET is_withheld = $2 WHERE vod_id = $1", vod_id, is_withheld)


async def delete_vod(connection: Connection, vod_id: VodId) -> None:
    """Forget a film and let its files go, in the caller's transaction: from its commit on, no process serves any of it.

    One that is not there is fine.
    """
    await connection.execute("DELETE FROM media.vod WHERE vod_id = $1", vod_id)
    await condemn(connection, vod_folder(vod_id))
    if await connection.fetchval("SELECT true FROM media.upload WHERE upload_id = $1", vod_id):
        await forget_upload(connection, vod_id)


def playback_path(vod_id: UUID) -> str:
    """The master playlist's path on our HTTP server."""
    return f"/media/vods/{vod_id}/master.m3u8"


def _to_info(row: Record) -> VodInfo:
    vod_id = row["vod_id"]
    is_ready = row["state"] == VodState.READY
    return VodInfo(
        vod_id=vod_id,
        owner_id=row["owner_id"],
        state=VodState(row["state"]),
        progress=row["progress"],
        refused_reason=row["refused_reason"],
        width=row["width"],
        height=row["height"],
        duration_ms=row["duration_ms"],
        playback_url=playback_path(vod_id) if is_ready else None,
        poster_url=f"/media/vods/{vod_id}/poster.webp" if is_ready else None,
        sprite_url=f"/media/vods/{vod_id}/sprite.webp" if is_ready else None,
        sprite_columns=row["sprite_columns"],
        sprite_every_ms=row["sprite_every_ms"],
    )
