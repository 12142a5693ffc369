"""What the tests of media look at films with: ffmpeg as an ordinary player would."""

import asyncio
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import httpx
from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[attr-defined]

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.media import StreamId
from xiaodian.modules.media.rtmp.session import Media

FFMPEG = str(get_ffmpeg_exe())  # type: ignore[no-untyped-call]


class Host(NamedTuple):
    """Somebody who may publish."""

    owner_id: AccountId
    key: str
    stream_id: StreamId


class Watched(NamedTuple):
    """What came out of a decoder."""

    picture_s: float
    sound_s: float
    complaints: str


async def download(client: httpx.AsyncClient, stream_id: StreamId, folder: Path) -> str:
    """The playlist and every file it names, as a player fetches them; answers the playlist."""
    answer = await client.get(f"/media/streams/{stream_id}/index.m3u8")
    assert answer.status_code == 200, answer.text
    playlist = answer.text
    names = set(re.findall(r'URI="([^"]+)"', playlist)) | {
        line for line in playlist.splitlines() if line and not line.startswith("#")
    }
    for name in names:
        file = await client.get(f"/media/streams/{stream_id}/{name}")
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]
        (folder / name).write_bytes(file.content)
    # A player would wait for more of a live film; ours looks at what there is.
    end = "" if "#EXT-X-ENDLIST" in playlist else "#EXT-X-ENDLIST\n"
    (folder / "index.m3u8").write_text(playlist + end)
    return playlist


async def watch(source: str, *input_options: str) -> Watched:
    """Decode all of it, picture and sound."""
    return Watched(
        await _decode(source, input_options, "-an"),
        await _decode(source, input_options, "-vn"),
        (await _run("-v", "warning", *input_options, "-i", source, "-f", "null", "-")).strip(),
    )


async def _decode(source: str, input_options: tuple[str, ...], without: str) -> float:
    """Seconds that come out of a decoder; 0 if there is nothing to decode."""
    said = await _run("-progress", "pipe:2", *input_options, "-i", source, without, "-f", "null", "-")
    times = re.findall(r"out_time_us=(\d+)", said)
    return int(times[-1]) / 1e6 if times else 0.0


def read_tags(film: Path, shift_ms: int) -> list[Media]:
    """The tags of an FLV file, later by so much."""
    data, offset, tags = film.read_bytes(), 13, []
    while offset < len(data):
        size = int.from_bytes(data[offset + 1 : offset + 4], "big")
        at = int.from_bytes(data[offset + 4 : offset + 7], "big") | data[offset + 7] << 24
        tags.append(Media(data[offset], at + shift_ms, data[offset + 11 : offset + 11 + size]))
        offset += size + 15
    return tags


def one_file(folder: Path, run: str) -> Path:
    """The downloaded init and segments of one run, put together to a file."""
    segments = sorted(folder.glob(f"{run}*.m4s"), key=lambda path: int(path.stem.partition("-")[2]))
    whole = folder / f"{run}whole.mp4"
    whole.write_bytes(b"".join(path.read_bytes() for path in (folder / f"{run}init.mp4", *segments)))
    return whole


async def _run(*arguments: str) -> str:
    command = [FFMPEG, "-hide_banner", "-nostdin", *arguments]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    return done.stderr
