"""From a film on this disk to its ladder, poster and sprite on this disk."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from xiaodian.modules.media.service.pictures import clean_picture
from xiaodian.modules.media.service.run_ffmpeg import FfmpegFailedError
from xiaodian.modules.media.service.vod_ffmpeg import Limits, describe, input_arguments, run
from xiaodian.modules.media.vod_playlist import read_codecs, read_segments
from xiaodian.modules.media.vod_rules import (
    SLACK_S,
    Rendition,
    Size,
    Source,
    Sprite,
    Step,
    VodFault,
    encode_arguments,
    filter_graph,
    find_fault,
    plan_ladder,
    plan_sprite,
    read_source,
)

LOOK = Limits(wall_s=60.0, cpu_s=30)
WALL_S_A_SECOND = 60.0
CPU_S_A_SECOND = 40
CPU_S_AT_LEAST = 60
MISSING_SHARE = 0.5
"""A film of which less than this comes out of what it says is broken."""
POSTER_AT_MS = 1000
SPRITE_QUALITY = 70


class Encoded(NamedTuple):
    """What was made, in a folder as it will lie in the storage."""

    folder: Path
    ladder: list[Rendition]
    duration_ms: int
    sprite: Sprite


async def encode(
    source: Path, demuxer: str, folder: Path, max_s: int, progress: Callable[[float], None]
) -> Encoded | VodFault:
    """Make a film playable, or say why not. `progress` hears the share that is done. Raises FfmpegFailedError."""
    facts = read_source(await describe(source, demuxer, LOOK))
    fault = facts if isinstance(facts, VodFault) else find_fault(facts, max_s)
    if fault is not None or isinstance(facts, VodFault):
        return fault or VodFault.UNREADABLE
    shown = await _first_picture(source, demuxer)
    steps = plan_ladder(shown)
    await _encode_ladder(source, demuxer, facts, steps, folder, max_s, progress)
    ladder = [await asyncio.to_thread(_read_step, folder, step, facts) for step in steps]
    duration_ms = sum(ladder[0].segments_ms)
    if duration_ms > (max_s + SLACK_S) * 1000:
        return VodFault.TOO_LONG
    if facts.duration_s is not None and duration_ms < facts.duration_s * 1000 * MISSING_SHARE:
        return VodFault.UNREADABLE
    sprite = plan_sprite(steps[0].size, duration_ms)
    await _make_sprite(folder, steps[-1], sprite)
    at_ms = min(POSTER_AT_MS, duration_ms // 2)
    poster = await take_picture(_whole(folder, steps[0], 1), int(at_ms * facts.fps / 1000))
    (folder / "poster.webp").write_bytes(poster)
    await asyncio.to_thread(_tidy, folder)
    return Encoded(folder, ladder, duration_ms, sprite)


def _tidy(folder: Path) -> None:
    for path in [*folder.glob("*.part"), *folder.rglob("*.m3u8")]:
        path.unlink()


async def take_picture(film: Path, number: int) -> bytes:
    """A picture of a film of ours, counted from 0, as WebP. Raises FfmpegFailedError."""
    still = film.with_name("still.jpg")
    arguments = [*input_arguments(film, "mov"), "-vf", f"select=gte(n\\,{number})"]
    await run([*arguments, "-frames:v", "1", "-q:v", "2", "-f", "mjpeg", str(still)], LOOK, film.parent)
    picture = await asyncio.to_thread(_clean, still)
    still.unlink(missing_ok=True)
    if picture is None:
        raise FfmpegFailedError("no still picture")
    return picture


def _clean(still: Path) -> bytes | None:
    picture = clean_picture(still.read_bytes()) if still.exists() else None
    return picture.content if picture else None


async def _first_picture(source: Path, demuxer: str) -> Size:
    """How large the film is shown: turned upright, its pixels made square. Proves too that it can be decoded."""
    still = source.with_name("first.jpg")
    upright = "scale='min(iw*if(gt(sar,0),sar,1),16000)':ih,setsar=1,format=yuvj420p"
    await run(
        [
            *(*input_arguments(source, demuxer), "-map", "0:V:0", "-frames:v", "1", "-vf", upright),
            *("-map_metadata", "-1", "-f", "mjpeg", str(still)),
        ],
        LOOK,
        source.parent,
    )
    if not still.exists():
        raise FfmpegFailedError("no picture")
    with Image.open(still, formats=("JPEG",)) as opened:
        return Size(*opened.size)


async def _encode_ladder(
    source: Path,
    demuxer: str,
    facts: Source,
    steps: list[Step],
    folder: Path,
    max_s: int,
    progress: Callable[[float], None],
) -> None:
    for step in steps:
        (folder / step.name).mkdir()
    expected_s = min(facts.duration_s or max_s, max_s)
    limits = Limits(
        wall_s=CPU_S_AT_LEAST + expected_s * WALL_S_A_SECOND, cpu_s=CPU_S_AT_LEAST + round(expected_s) * CPU_S_A_SECOND
    )
    outputs = [argument for i, step in enumerate(steps) for argument in encode_arguments(facts, i, step)]
    # A little more than is allowed, so that what is too long shows.
    inputs = input_arguments(source, demuxer, "-t", f"{max_s + SLACK_S * 2:.3f}")
    await run(
        [*inputs, "-filter_complex", filter_graph(facts, steps), *outputs],
        limits,
        folder,
        lambda done_s: progress(done_s / expected_s),
    )


def _read_step(folder: Path, step: Step, facts: Source) -> Rendition:
    place = folder / step.name
    segments_ms = read_segments((place / "index.m3u8").read_text()) if (place / "index.m3u8").exists() else []
    if not segments_ms:
        raise FfmpegFailedError("it made no segments")
    sizes = [(place / f"{number}.m4s").stat().st_size for number in range(len(segments_ms))]
    return Rendition(
        name=step.name,
        width=step.size.width,
        height=step.size.height,
        codecs=read_codecs((place / "init.mp4").read_bytes(), facts.has_sound),
        fps=facts.fps,
        peak_bps=max(size * 8000 // ms for size, ms in zip(sizes, segments_ms, strict=True)),
        average_bps=sum(sizes) * 8000 // sum(segments_ms),
        segments_ms=segments_ms,
    )


def _whole(folder: Path, step: Step, segments: int | None = None) -> Path:
    """A file of a step's first segments, or of all of them."""
    whole = folder / f"{step.name}.part"
    names = sorted((folder / step.name).glob("*.m4s"), key=lambda path: int(path.stem))[:segments]
    with whole.open("wb") as file:
        for path in (folder / step.name / "init.mp4", *names):
            file.write(path.read_bytes())
    return whole


async def _make_sprite(folder: Path, step: Step, sprite: Sprite) -> None:
    film, picture = await asyncio.to_thread(_whole, folder, step), folder / "sprite.part"
    duration_s = sprite.every_ms * sprite.columns * sprite.rows / 1000
    limits = Limits(wall_s=60 + duration_s * 5, cpu_s=CPU_S_AT_LEAST + round(duration_s))
    size = sprite.size
    filters = (
        f"fps=1000/{sprite.every_ms}:round=up:start_time=0,scale={size.width}:{size.height},"
        f"tile={sprite.columns}x{sprite.rows}"
    )
    await run(
        [*input_arguments(film, "mov"), "-an", "-frames:v", "1", "-vf", filters, "-c:v", "png", "-f", "image2pipe",
         str(picture)],
        limits,
        folder,
    )  # fmt: skip
    (folder / "sprite.webp").write_bytes(await asyncio.to_thread(_to_webp, picture))


def _to_webp(path: Path) -> bytes:
    with Image.open(path, formats=("PNG",)) as opened:
        output = io.BytesIO()
        opened.convert("RGB").save(output, "WEBP", quality=SPRITE_QUALITY, method=4)
    return output.getvalue()
