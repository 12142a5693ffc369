"""A picture out of a film that is ready, for its cover."""

import asyncio
import tempfile
from pathlib import Path

import msgspec

from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.media import VodId, VodNotReadyError, VodRefusedError, VodState
from xiaodian.edge.context import Context
from xiaodian.modules.media.service.encode_vod import take_picture
from xiaodian.modules.media.vod_rules import Rendition, run_folder, still_name


async def take_still(ctx: Context, vod_id: VodId, at_ms: int) -> str:
    """The address of the picture that is shown at a moment. It is a part of the film and goes with it.

    Raises NotFoundError, VodNotReadyError, VodRefusedError, InvalidInputError if the film does not last so long.
    """
    async with ctx.database.connection() as connection:
        row = await connection.fetchrow(
            "SELECT state, refused_reason, run, ladder, duration_ms FROM media.vod WHERE vod_id = $1", vod_id
        )
    if row is None:
        raise NotFoundError
    if row["state"] == VodState.REFUSED:
        raise VodRefusedError(reason=row["refused_reason"])
    if row["state"] != VodState.READY:
        raise VodNotReadyError(state=row["state"])
    if not 0 <= at_ms < row["duration_ms"]:
        raise InvalidInputError(field="at_ms", reason="out_of_range", duration_ms=row["duration_ms"])
    top = msgspec.convert(row["ladder"], list[Rendition])[0]
    number, start_ms = 0, 0
    while start_ms + top.segments_ms[number] <= at_ms:
        start_ms += top.segments_ms[number]
        number += 1
    folder = run_folder(vod_id, row["run"])
    with tempfile.TemporaryDirectory(prefix="xd") as name:
        film = Path(name) / "film"
        parts = [await ctx.storage.get(f"{folder}{top.name}/{part}") for part in ("init.mp4", f"{number}.m4s")]
        await asyncio.to_thread(film.write_bytes, b"".join(parts))
        # Ours have an even rate. A rounding must not ask for a picture after the last.
        last = round(top.segments_ms[number] * top.fps / 1000) - 1
        picture = await take_picture(film, min(int((at_ms - start_ms) * top.fps / 1000 + 0.01), last))
    await ctx.storage.put(f"{folder}{still_name(at_ms)}", picture)
    return f"/media/vods/{vod_id}/{still_name(at_ms)}"
