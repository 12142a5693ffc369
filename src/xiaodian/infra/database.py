"""PostgreSQL through asyncpg: a pool that outlives restarts of the server and says plainly when it is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.pgproto import pgproto
from asyncpg.pool import PoolConnectionProxy

from xiaodian.contracts.base import UnavailableError

Record: TypeAlias = "asyncpg.Record"
Connection: TypeAlias = "asyncpg.Connection[Record] | PoolConnectionProxy[Record]"

ACQUIRE_TIMEOUT_S = 10.0
RETRY_AFTER_S = 1

# What asyncpg raises when the server is restarting, gone, full, or cut the connection in the middle.
AWAY_ERRORS: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,
)

_CUT_SIGNS = ("closed", "released", "cannot switch to state")

# What asyncpg and PostgreSQL say of a value that no column could hold (SQLSTATE class 22: out of range, NUL in a text).
UNFIT_DATA_ERRORS: tuple[type[BaseException], ...] = (asyncpg.DataError,)


# A plan is kept with its statement (a foreign key's check: with its connection) until PostgreSQL analyses a table that
# it reads, a minute later at best. One made while that table was small reads all of it, and goes on doing so. A parent
# with two children that grew from 30 analysed rows, 64 a batch, cost per row, and after 15 s still took each second:
#   488 µs    450 rows  plans kept;
#    74 µs  2,600 rows  enable_seqscan off: spares foreign keys, but joins still walk whole indexes;
#    46 µs  6,300 rows  plan_cache_mode = force_custom_plan: plans each check of a foreign key (8 µs a row) and each
#                       statement (250 µs for a shelf of four tables) every time;
#    29 µs 15,000 rows  plans that live for a second.
# Planning sees the true size of a table, analysed or not, and within a second no table outgrows its plan by much.
PLAN_LIFE_S = 1.0
LONGEST_KEPT = 64 * 1024
"""In characters; the driver would take apart and plan each time what is longer than 15 KiB, as the largest sums are."""


class Ids(dict[str, UUID]):
    """From an id's text to the id, each made once, as the driver makes those that it reads: they are hashed, compared
    and written many times faster than Python's own, which is told where thousands a second go through.
    """

    def __missing__(self, text: str) -> UUID:
        self[text] = made = pgproto.UUID(text)
        return made


class PlanningConnection(asyncpg.Connection):
    """A connection whose plans are made anew once they are old."""

    _planned_at = 0.0

    async def forget_old_plans(self) -> None:
        """Call it before each use of a connection, and within loops that keep one."""
        now = monotonic()
        if now - self._planned_at >= PLAN_LIFE_S:
            self._planned_at = now
            await self.execute("DISCARD PLANS")


async def forget_old_plans(connection: Connection) -> None:
    """For who keeps a connection longer than a transaction: once in a while the plans must be made anew."""
    await connection.forget_old_plans()  # type: ignore[union-attr]  # The pool's proxy hands it through.


class Database:
    """A pool of connections. Every error that means "the server is away" becomes UnavailableError."""

    def __init__(self, pool: "asyncpg.Pool[Record]") -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, url: str, *, pool_size: int) -> "Database":
        """Open a pool. Raises UnavailableError if the server cannot be reached."""
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=pool_size,
                init=_set_codecs,
                reset=_leave_as_it_is,
                command_timeout=30,
                statement_cache_size=500,
                max_cacheable_statement_size=LONGEST_KEPT,
                connection_class=PlanningConnection,
            )
        except AWAY_ERRORS as error:
            raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error
        return cls(pool)

    async def close(self) -> None:
        """Close all connections, those in use after five seconds by force."""
        try:
            await asyncio.wait_for(self._pool.close(), 5)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection without a transaction, for reads of one statement."""
        try:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                await forget_old_plans(connection)
                yield connection
        except AWAY_ERRORS as error:
            raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error
        except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            if not _is_cut(error):
                raise
            raise UnavailableError(retry_after_s=RETRY_AFTER_S) from error

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """A connection that may hold what outlives a transaction, such as advisory locks; let go of at the end."""
        async with self.connection() as connection:
            try:
                yield connection
            finally:
                if not connection.is_closed():
                    await connection.reset()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside a transaction: committed at the end of the block, rolled back on any error."""
        async with self.connection() as connection, connection.transaction():
            yield connection


class OpenTransaction(Database):
    """A transaction that is already open, in the place of a database: use cases that would open their own become part
    of it. A refusal within undoes what its use case did; whoever opened the transaction decides about the rest.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def close(self) -> None:
        """It is not ours to close."""

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """The transaction's own connection."""
        yield self._connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """The same, with a savepoint at the start of the block."""
        async with self._connection.transaction():
            yield self._connection


def _is_cut(error: BaseException) -> bool:
    """Whether this is asyncpg's word for "the connection was closed under me"; anything else is a fault of ours.

    The last form is a connection whose goodbye was read but not yet acted on when the next statement came. What then
    goes wrong in rolling back and giving back that connection is the cut again, whatever it is called.
    """
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, AWAY_ERRORS) or any(sign in str(link) for sign in _CUT_SIGNS):
            return True
        link = link.__context__
    return False


async def _leave_as_it_is(_: Connection) -> None:
    """Spare a round trip each time a connection is given back; asyncpg itself rolls back what is open.

    Who needs more uses `session`.
    """


async def _set_codecs(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda raw: msgspec.json.decode(raw[1:]),
        format="binary",
    )
