"""A stretch of a stream as one film on this disk, to the frame, ready to be made playable like an upload."""

import asyncio
from pathlib import Path
from typing import NamedTuple

from xiaodian.contracts.media import StreamId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.media.rules import stream_file_path
from xiaodian.modules.media.service.run_ffmpeg import FfmpegFailedError
from xiaodian.modules.media.service.vod_ffmpeg import Limits, describe, input_arguments, run
from xiaodian.modules.media.vod_rules import Source, read_source

LOOK = Limits(wall_s=60.0, cpu_s=30)

# The film's time is the sum of its segments: what was cut out between two runs does not count.
_SEGMENTS = """
    WITH film AS (
        SELECT seq, name, init_name, discontinuity, duration_ms,
            sum(duration_ms) OVER (ORDER BY seq) - duration_ms AS start_ms,
            count(*) FILTER (WHERE discontinuity) OVER (ORDER BY seq) AS piece
        FROM media.segment WHERE stream_id = $1
    )
    SELECT name, init_name, duration_ms, start_ms::bigint AS start_ms, piece FROM film
    WHERE start_ms < $3 AND start_ms + duration_ms > $2 ORDER BY seq
"""


class _Piece(NamedTuple):
    """Segments that one encoder sent without a break."""

    init_name: str
    names: list[str]
    start_ms: int
    end_ms: int


async def cut_clip(ctx: Context, stream_id: StreamId, from_ms: int, to_ms: int, target: Path) -> None:
    """Write the stretch as Matroska. Raises FfmpegFailedError, NotFoundError if a segment is gone."""
    async with ctx.database.connection() as connection:
        pieces = await _list_pieces(connection, stream_id, from_ms, to_ms)
    if not pieces:
        raise FfmpegFailedError("no segments there")
    folder = target.parent / "pieces"
    folder.mkdir()
    films: list[Path] = []
    for number, piece in enumerate(pieces):
        film = folder / f"{number}.mp4"
        await _fetch(ctx, stream_id, piece, film)
        films.append(film)
    sources = [await _look(film) for film in films]
    inputs: list[str] = []
    lengths_s: list[float] = []
    for piece, film, source in zip(pieces, films, sources, strict=True):
        # Half a picture earlier, so that no rounding leaves out the first.
        start_s = max(max(from_ms - piece.start_ms, 0) / 1000 + source.late_s - 0.5 / source.fps, 0)
        end_s = (min(to_ms, piece.end_ms) - piece.start_ms) / 1000 + source.late_s - 0.5 / source.fps
        lengths_s.append(end_s - start_s)
        inputs += input_arguments(film, "mov", "-ss", f"{start_s:.3f}", "-t", f"{end_s - start_s:.3f}")
    length_s = round((to_ms - from_ms) / 1000)
    await run(
        [
            *(*inputs, "-filter_complex", _join(sources, lengths_s), "-map", "[v]"),
            *(("-map", "[a]") if any(source.has_sound for source in sources) else ()),
            *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "14", "-threads:v", "1", "-c:a", "flac"),
            *("-map_metadata", "-1", "-f", "matroska", str(target)),
        ],
        Limits(wall_s=60.0 + length_s * 30, cpu_s=60 + length_s * 10, file_bytes=8 * 1024**3),
        target.parent,
    )


async def _list_pieces(connection: Connection, stream_id: StreamId, from_ms: int, to_ms: int) -> list[_Piece]:
    rows = await connection.fetch(_SEGMENTS, stream_id, from_ms, to_ms)
    pieces: list[_Piece] = []
    last: tuple[int, str] | None = None
    for row in rows:
        end_ms = row["start_ms"] + row["duration_ms"]
        if last == (row["piece"], row["init_name"]):
            pieces[-1].names.append(row["name"])
            pieces[-1] = pieces[-1]._replace(end_ms=end_ms)
        else:
            pieces.append(_Piece(row["init_name"], [row["name"]], row["start_ms"], end_ms))
        last = (row["piece"], row["init_name"])
    return pieces


async def _fetch(ctx: Context, stream_id: StreamId, piece: _Piece, film: Path) -> None:
    with film.open("wb") as file:
        for name in (piece.init_name, *piece.names):
            part = await ctx.storage.get(stream_file_path(stream_id, name))
            await asyncio.to_thread(file.write, part)


async def _look(film: Path) -> Source:
    source = read_source(await describe(film, "mov", LOOK))
    if not isinstance(source, Source):
        raise FfmpegFailedError("a piece is no film")
    return source


def _join(sources: list[Source], lengths_s: list[float]) -> str:
    """All pieces one after the other, of the first one's size and rate, with silence where another one has sound."""
    width, height = sources[0].width // 2 * 2, sources[0].height // 2 * 2
    has_sound = any(source.has_sound for source in sources)
    parts: list[str] = []
    for i, source in enumerate(sources):
        parts.append(
            f"[{i}:V:0]setpts=PTS-STARTPTS,fps={sources[0].fps:g},scale={width}:{height}:force_original_aspect_ratio=decrease,"
            f"pad={width}:{height}:-1:-1,setsar=1,format=yuv420p[v{i}]"
        )
        if has_sound:
            sound = f"[{i}:a:0]" if source.has_sound else f"anullsrc=r=48000:cl=stereo:d={lengths_s[i]:.3f},"
            parts.append(f"{sound}aresample=48000:async=1:first_pts=0,aformat=channel_layouts=stereo[a{i}]")
    joined = "".join(f"[v{i}][a{i}]" if has_sound else f"[v{i}]" for i in range(len(sources)))
    parts.append(f"{joined}concat=n={len(sources)}:v=1:a={int(has_sound)}[v]" + ("[a]" if has_sound else ""))
    return ";".join(parts)
