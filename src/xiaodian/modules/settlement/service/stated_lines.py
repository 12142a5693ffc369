"""What a provider states, kept aside while it is compared: in a table of our session's own, not in our memory."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import date, datetime

import msgspec

from xiaodian.contracts.payments import StatementLine
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.settlement.reconciliation import LineKey

BATCH = 500

_TABLE = """
    CREATE TEMPORARY TABLE stated_line (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        its_day date NOT NULL,
        charge_id uuid,
        refund_id uuid,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        at timestamptz NOT NULL,
        provider_ref text NOT NULL
    )
"""
_COLUMNS = StatementLine.__struct_fields__
_PAGE = f"""
    SELECT position, {", ".join(_COLUMNS)} FROM stated_line
    WHERE position > $1 AND at >= $2 AND at < $3 ORDER BY position LIMIT $4
"""
_FIND = """
    SELECT NULL::uuid, refund_id FROM stated_line WHERE refund_id = ANY($1::uuid[])
    UNION
    SELECT charge_id, NULL FROM stated_line WHERE charge_id = ANY($2::uuid[]) AND refund_id IS NULL
"""


class StatedLines:
    """The statements of one provider that were taken in so far."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def take_in(self, its_day: date, lines: AsyncGenerator[StatementLine, None]) -> None:
        """Keep a statement. Of one that breaks off nothing is kept. Raises UnavailableError."""
        try:
            async with aclosing(lines):
                batch: list[StatementLine] = []
                async for line in lines:
                    batch.append(line)
                    if len(batch) == BATCH:
                        await self._write(its_day, batch)
                        batch = []
                await self._write(its_day, batch)
        except BaseException:
            await self._connection.execute("DELETE FROM stated_line WHERE its_day = $1", its_day)
            raise

    async def list_pages(self, start: datetime, end: datetime, size: int) -> AsyncIterator[list[StatementLine]]:
        """The lines whose time is in [start, end), in the provider's order."""
        after = 0
        while rows := await self._connection.fetch(_PAGE, after, start, end, size):
            yield [StatementLine(**{name: row[name] for name in _COLUMNS}) for row in rows]
            after = rows[-1]["position"]

    async def find(self, keys: Iterable[LineKey]) -> Collection[LineKey]:
        """Those of these that stand in any of the statements."""
        asked = list(keys)
        refunds, charges = [refund for _, refund in asked if refund], [charge for charge, _ in asked if charge]
        return {(row[0], row[1]) for row in await self._connection.fetch(_FIND, refunds, charges)}

    async def _write(self, its_day: date, batch: Sequence[StatementLine]) -> None:
        records = [(its_day, *msgspec.structs.astuple(line)) for line in batch]
        await self._connection.copy_records_to_table("stated_line", records=records, columns=["its_day", *_COLUMNS])


@asynccontextmanager
async def stated_lines(database: Database) -> AsyncIterator[StatedLines]:
    """A table for the statements of one provider, gone at the end of the block."""
    async with database.session() as connection:
        await connection.execute(_TABLE)
        try:
            await connection.execute("CREATE INDEX ON stated_line (charge_id)")
            await connection.execute("CREATE INDEX ON stated_line (refund_id) WHERE refund_id IS NOT NULL")
            yield StatedLines(connection)
        finally:
            if not connection.is_closed():
                await connection.execute("DROP TABLE stated_line")
