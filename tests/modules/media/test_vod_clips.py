"""Clips: a stretch of a live stream, ended or still on air, becomes a short video, to the picture."""

import subprocess
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.media import StreamId, TooManyUploadsError, VodId, VodInfo
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.media import api
from xiaodian.modules.media.rules import stream_file_path
from xiaodian.modules.media.service.make_vod import make_next
from xiaodian.modules.media.vod_playlist import read_segments

from .tools import FFMPEG
from .vods import make_film

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]
FPS = 25
LEVEL = "geq=lum=40+N*2:cb=128:cr=128"
"""Each picture is a little lighter than the last: its light is its number."""


async def broadcast(ctx: Context, owner_id: AccountId, folder: Path, *runs: str) -> StreamId:
    """A stream of these runs, two seconds each, in segments of a second, as the ingest stores them."""
    async with ctx.database.transaction() as connection:
        stream_id = await api.create_stream(connection, owner_id)
    seq, total = 0, 0
    for run_no, size in enumerate(runs):
        place = folder / f"{run_no}"
        place.mkdir()
        cut = ("-g", f"{FPS}", "-f", "hls", "-hls_time", "1", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod")
        make_film(place / "index.m3u8", 2, size, "-vf", LEVEL, "-color_range", "tv", *cut, rate=FPS)
        lengths = read_segments((place / "index.m3u8").read_text())
        await ctx.storage.put(stream_file_path(stream_id, f"{run_no}-init.mp4"), (place / "init.mp4").read_bytes())
        for number, length in enumerate(lengths):
            content = (place / f"index{number}.m4s").read_bytes()
            await ctx.storage.put(stream_file_path(stream_id, f"{run_no}-{seq}.m4s"), content)
            async with ctx.database.connection() as connection:
                await connection.execute(
                    "INSERT INTO media.segment VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    *(stream_id, seq, run_no, number == 0, utc_now() + timedelta(milliseconds=total + run_no * 5000)),
                    *(length, f"{run_no}-{seq}.m4s", f"{run_no}-init.mp4", len(content)),
                )
                total += length
                await connection.execute(
                    "UPDATE media.stream SET state = 'on_air', next_seq = $2, duration_ms = $3 WHERE stream_id = $1",
                    *(stream_id, seq + 1, total),
                )
            seq += 1
    return stream_id


async def clip(ctx: Context, owner_id: AccountId, stream_id: StreamId, from_ms: int, to_ms: int) -> VodInfo:
    """A clip that is made."""
    async with ctx.database.transaction() as connection:
        vod_id = await api.request_clip(connection, owner_id, stream_id, from_ms, to_ms)
    assert await make_next(ctx)
    async with ctx.database.connection() as connection:
        return await api.get_vod(connection, vod_id)


def lights(film: Path) -> list[int]:
    """How light each picture of a film is."""
    raw = ("-vf", "scale=1:1", "-pix_fmt", "gray", "-fps_mode", "passthrough", "-f", "rawvideo", "-")
    done = subprocess.run([FFMPEG, "-loglevel", "error", "-i", str(film), *raw], capture_output=True, check=True)
    return list(done.stdout)


async def fetch(ctx: Context, vod_id: VodId) -> bytes:
    """A clip as one file."""
    paths = sorted([path async for path in ctx.storage.iterate(f"vods/{vod_id}")])
    parts = [path for path in paths if path.endswith("init.mp4")] + [path for path in paths if path.endswith(".m4s")]
    return b"".join([await ctx.storage.get(path) for path in parts])


async def test_a_clip_begins_and_ends_with_the_picture_that_was_chosen(
    ctx: Context, sign_up: SignUp, tmp_path: Path
) -> None:
    _, owner_id = await sign_up()
    stream_id = await broadcast(ctx, owner_id, tmp_path, "320x240")
    vod = await clip(ctx, owner_id, stream_id, 480, 1720)
    assert (vod.state, vod.width, vod.height) == ("ready", 320, 240), vod
    whole = tmp_path / "whole.mp4"
    whole.write_bytes(b"".join((tmp_path / "0" / n).read_bytes() for n in ("init.mp4", "index0.m4s", "index1.m4s")))
    made = tmp_path / "clip.mp4"
    made.write_bytes(await fetch(ctx, vod.vod_id))
    sent, shown = lights(whole), lights(made)
    assert (len(sent), len(shown)) == (50, 31)
    unlike = [sum(abs(a - b) for a, b in zip(sent[at:], shown, strict=False)) for at in range(20)]
    assert unlike.index(min(unlike)) == 12
    assert vod.duration_ms == 31 * 40


async def test_a_clip_goes_on_over_a_break_of_the_encoder(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    """Time in the film is what its player shows: what lies between two runs does not count."""
    _, owner_id = await sign_up()
    stream_id = await broadcast(ctx, owner_id, tmp_path, "320x240", "240x320")
    vod = await clip(ctx, owner_id, stream_id, 1520, 2920)
    assert (vod.state, vod.width, vod.height) == ("ready", 320, 240), vod
    assert vod.duration_ms is not None
    assert abs(vod.duration_ms - 1400) <= 80


@pytest.mark.parametrize(
    ("from_ms", "to_ms", "field"),
    [(-1, 1500, "from_ms"), (1500, 2500, "from_ms"), (500, 700, "to_ms"), (900, 500, "to_ms"), (0, 2001, "to_ms")],
)
async def test_there_is_no_clip_of_what_was_not_shown(
    ctx: Context, sign_up: SignUp, tmp_path: Path, from_ms: int, to_ms: int, field: str
) -> None:
    _, owner_id = await sign_up()
    stream_id = await broadcast(ctx, owner_id, tmp_path, "320x240")
    async with ctx.database.transaction() as connection:
        with pytest.raises(InvalidInputError) as refused:
            await api.request_clip(connection, owner_id, stream_id, from_ms, to_ms)
        assert refused.value.field == field
        assert await connection.fetchval("SELECT count(*) FROM media.vod") == 0


async def test_nobody_clips_the_stream_of_another_or_more_than_can_be_made(ctx: Context, sign_up: SignUp) -> None:
    _, owner_id = await sign_up()
    async with ctx.database.transaction() as connection:
        stream_id = await api.create_stream(connection, owner_id)
        await connection.execute("UPDATE media.stream SET duration_ms = 5000")
        with pytest.raises(NotFoundError):
            await api.request_clip(connection, AccountId(uuid4()), stream_id, 0, 2000)
        await api.request_clip(connection, owner_id, stream_id, 0, 2000, open_max=1)
        with pytest.raises(TooManyUploadsError):
            await api.request_clip(connection, owner_id, stream_id, 0, 2000, open_max=1)


async def test_a_clip_whose_pieces_are_gone_is_refused(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    _, owner_id = await sign_up()
    stream_id = await broadcast(ctx, owner_id, tmp_path, "320x240")
    await ctx.storage.delete_folder(f"streams/{stream_id}")
    vod = await clip(ctx, owner_id, stream_id, 0, 1500)
    assert (vod.state, vod.refused_reason) == ("refused", "unreadable")
