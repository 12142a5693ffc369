"""A real S3 store: SeaweedFS in one process, on ports of its own."""

import subprocess
import sys
import time
from pathlib import Path

import httpx

from xiaodian.infra.ports import find_free_ports

START_TIMEOUT_S = 60.0
KEY, SECRET = "xiaodian", "no-secret"
_IDENTITIES = (
    '{"identities": [{"name": "us", "credentials": [{"accessKey": "%s", "secretKey": "%s"}], "actions": ["Admin"]},'
    ' {"name": "anonymous", "actions": ["Admin"]}]}'
)


class Weed:
    """Starts when made; `stop` ends it."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "weed.log"
        self._config = folder / "s3.json"
        self._config.write_text(_IDENTITIES % (KEY, SECRET))
        self._folder = folder
        self._ports = find_free_ports(8)
        self._process = self._start()
        self._wait()

    @property
    def environment(self) -> dict[str, str]:
        """What makes an S3 client find it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._ports[0]}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

    def make_bucket(self, name: str) -> str:
        """The URL of a new bucket."""
        httpx.put(f"{self.environment['AWS_ENDPOINT_URL']}/{name}").raise_for_status()
        return f"s3://{name}/media"

    def stop(self) -> None:
        """As on a power cut."""
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """It comes back with what it had, on the same ports."""
        self._process = self._start()
        self._wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        names = [f"{part}.port{kind}" for part in ("s3", "master", "volume", "filer") for kind in ("", ".grpc")]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [
                    *(str(Path(sys.executable).with_name("weed")), "server", f"-dir={self._folder}", "-ip=127.0.0.1"),
                    *("-ip.bind=127.0.0.1", "-s3", f"-s3.config={self._config}", "-volume.max=50"),
                    *("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.volumeSizeLimitMB=64"),
                    *(f"-{name}={port}" for name, port in zip(names, self._ports, strict=True)),
                ],
                stdout=log,
                stderr=log,
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        probe = f"{self.environment['AWS_ENDPOINT_URL']}/probe"
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                # It answers before it can store: only a file that was stored is the sign.
                httpx.put(probe)
                if httpx.put(f"{probe}/x", content=b"x").is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise RuntimeError(self._log.read_text()[-3000:])
