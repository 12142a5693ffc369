"""nginx with Debian's RTMP module in front of our ingest: it asks us about each publisher and pushes on to us."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from xiaodian.contracts.media import StreamId
from xiaodian.edge.context import Context
from xiaodian.infra.ports import find_free_ports

from .conftest import Ingest, Push, until_listening
from .tools import Host

WaitForSegments = Callable[[StreamId, int], Awaitable[None]]
RTMP_MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")

pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None or not RTMP_MODULE.exists(),
    reason="nginx with the RTMP module is not installed (apt-get install nginx libnginx-mod-rtmp)",
)

CONFIG = """
load_module {module};
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 64; }}
rtmp {{
    server {{
        listen 127.0.0.1:{front_port};
        application live {{
            live on;
            on_publish http://127.0.0.1:{http_port}/api/ingest/publish-callback?secret=;
            push rtmp://127.0.0.1:{ingest_port}/live;
        }}
    }}
}}
"""


@pytest.fixture
async def front_port(ingest: Ingest, http_port: int, tmp_path: Path) -> AsyncIterator[int]:
    """nginx's RTMP port."""
    [port] = find_free_ports(1)
    config = tmp_path / "nginx.conf"
    config.write_text(
        CONFIG.format(
            module=RTMP_MODULE,
            folder=tmp_path,
            front_port=port,
            http_port=http_port,
            ingest_port=ingest.ports.rtmp,
        )
    )
    nginx = await asyncio.create_subprocess_exec(
        "nginx", "-p", str(tmp_path), "-c", str(config), "-e", str(tmp_path / "start.log")
    )
    await until_listening(port)
    yield port
    nginx.terminate()
    await nginx.wait()


async def test_who_may_publish_reaches_viewers_through_nginx(
    front_port: int, host: Host, push: Push, films: Path, wait_for_segments: WaitForSegments
) -> None:
    url = f"rtmp://127.0.0.1:{front_port}/live/{host.key}"
    await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", url)
    await wait_for_segments(host.stream_id, 2)


async def test_a_wrong_key_is_refused_by_nginx_because_we_say_so(
    front_port: int, host: Host, push: Push, films: Path, ctx: Context
) -> None:
    url = f"rtmp://127.0.0.1:{front_port}/live/guessed"
    pushing = await push("-re", "-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", url)
    await asyncio.wait_for(pushing.communicate(), 60)
    assert pushing.returncode != 0
    async with ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT next_run FROM media.stream") == 0
