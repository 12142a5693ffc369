"""Starts the keeper and hands out the engines' URLs."""

import json
import subprocess
import sys
from pathlib import Path

from xiaodian.settings import Settings


class EnginesNotStartedError(RuntimeError):
    """An embedded engine did not start; the message has what it said."""


class EmbeddedEngines:
    """The keeper process and the URLs of the engines it keeps. Use as a context manager."""

    def __init__(self, folder: Path, *, postgres: bool = True, nats: bool = True, volatile: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        wanted = [name for name, is_wanted in (("postgres", postgres), ("nats", nats)) if is_wanted]
        command = [sys.executable, "-m", "xiaodian.infra.embedded.keeper", str(folder), *wanted]
        self._log = folder / "keeper.log"
        with self._log.open("wb") as log:
            self._keeper = subprocess.Popen(
                [*command, "--volatile"] if volatile else command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self._keeper.stdout is not None
        line = self._keeper.stdout.readline()
        if not line:
            self._keeper.wait()
            raise EnginesNotStartedError(self._log.read_text(errors="replace")[-2000:])
        urls: dict[str, str] = json.loads(line)
        self.database_url = urls.get("database_url", "")
        self.nats_url = urls.get("nats_url", "")

    def stop(self) -> None:
        """Stop the engines and wait until they are gone."""
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._keeper.stdin.close()
        self._keeper.wait()
        self._keeper.stdout.close()

    def __enter__(self) -> "EmbeddedEngines":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_engines(settings: Settings) -> EmbeddedEngines | None:
    """Start the engines for which the settings name no outside server; None if there are none to start."""
    if settings.database_url and settings.nats_url:
        return None
    return EmbeddedEngines(settings.data_dir, postgres=not settings.database_url, nats=not settings.nats_url)
