"""What the tests of short videos share: films, an uploading client, a player."""

import subprocess
from pathlib import Path
from typing import Any

import httpx

from xiaodian.cli.show.film import find_ffmpeg
from xiaodian.edge.context import Context
from xiaodian.modules.media.service.make_vod import make_next

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {**TUS, "Content-Type": "application/offset+octet-stream"}


def make_film(path: Path, seconds: float = 2, size: str = "320x240", *options: str, rate: int = 25) -> Path:
    """A moving picture with a tone, unless `-an` is among the options."""
    command = [
        *(find_ffmpeg(), "-y", "-loglevel", "error"),
        *("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}"),
        *("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:d={seconds}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", *options, str(path)),
    ]
    subprocess.run(command, check=True)
    return path


async def open_upload(client: httpx.AsyncClient, length: int, **headers: str) -> str:
    """The address of a new upload."""
    answer = await client.post("/api/uploads", headers={**TUS, "Upload-Length": str(length), **headers})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def send(client: httpx.AsyncClient, address: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
    """More bytes of an upload."""
    return await client.patch(address, content=content, headers={**CHUNK, "Upload-Offset": str(offset), **headers})


async def upload(client: httpx.AsyncClient, content: bytes) -> str:
    """A whole film; answers its id."""
    address = await open_upload(client, len(content))
    answer = await send(client, address, 0, content)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(content))), answer.text
    return address.rpartition("/")[2]


async def make(ctx: Context, client: httpx.AsyncClient, content: bytes) -> dict[str, Any]:
    """Upload a film, let a worker make it, and see what became of it."""
    vod_id = await upload(client, content)
    assert await make_next(ctx)
    vod: dict[str, Any] = (await client.get(f"/api/vods/{vod_id}")).json()
    return vod
