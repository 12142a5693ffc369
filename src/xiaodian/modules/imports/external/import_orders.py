"""The job that notes orders placed elsewhere from a file, for platforms that cannot tell of them by themselves."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Input, NotFoundError
from xiaodian.contracts.imports import RowOutcome, SourceId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.bulk import Chunk, JobRun, RowResult
from xiaodian.edge.context import Context
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms, utc_now
from xiaodian.modules.imports.external.note_orders import KIND, ExternalOrder, note_orders, read_ref
from xiaodian.modules.imports.external.order_columns import read_order, read_order_heading
from xiaodian.modules.imports.products.columns import Layout
from xiaodian.modules.imports.products.goods import RowFault
from xiaodian.modules.imports.tables import Row, open_table
from xiaodian.modules.live import api as live

ROWS_AT_ONCE = 500


class ExternalOrderImportOptions(Input, frozen=True, kw_only=True):
    """Whose orders the file tells of, and whether they are noted."""

    source_id: UUID
    """The platform; one order there is one order here, whether a message or a file tells of it."""
    dry_run: bool = True


class ExternalOrderImport:
    """Orders placed elsewhere, one a row (edge.bulk.JobKind)."""

    name = "external_orders"
    right = Scope.PRODUCTS_WRITE
    options = ExternalOrderImportOptions
    takes_file = True

    async def check(self, ctx: Context, caller: Caller, shop_id: ShopId, options: ExternalOrderImportOptions) -> None:
        """The platform is one of this shop's."""
        async with ctx.database.connection() as connection:
            known = await connection.fetchval(
                "SELECT true FROM imports.source WHERE shop_id = $1 AND source_id = $2 AND kind = $3",
                shop_id,
                options.source_id,
                KIND,
            )
        if not known:
            raise NotFoundError

    async def run(self, run: JobRun) -> None:
        """Row by row; what the file says holds from the moment when the job began."""
        table = await asyncio.to_thread(open_table, await run.input_path(), run.folder)
        layout = read_order_heading(table.heading)
        await run.set_total(table.row_count)
        await run.set_columns(layout.heading)
        reader = _Reader(layout, table.rows(), run.ctx.settings.books_utc_offset_h, after=run.cursor.get("row", 1))
        told_at_ms = run.cursor.get("told_at_ms", to_epoch_ms(utc_now()))
        while batch := await asyncio.to_thread(reader.next_batch):
            async with run.chunk() as chunk:
                await _take_batch(run, chunk, batch, told_at_ms)
                chunk.cursor.update({"row": batch[-1][0].number, "told_at_ms": told_at_ms})


Read = tuple[Row, ExternalOrder | RowFault]


class _Reader:
    """Orders of a file, a batch at a time; each number once in the whole file."""

    def __init__(self, layout: Layout, rows: Iterator[Row], utc_offset_h: int, after: int) -> None:
        self._layout = layout
        self._rows = rows
        self._utc_offset_h = utc_offset_h
        self._after = after
        self._seen: set[int] = set()

    def next_batch(self) -> list[Read]:
        """Some rows; none at the end."""
        return list(islice(self._reads(), ROWS_AT_ONCE))

    def _reads(self) -> Iterator[Read]:
        for row in self._rows:
            read = self._read(row)
            if row.number > self._after:
                yield row, read

    def _read(self, row: Row) -> ExternalOrder | RowFault:
        try:
            order = read_order(self._layout, row, self._utc_offset_h)
        except RowFault as fault:
            return fault
        # Hashes, because a million of them fit into memory.
        if hash(order.order_id) in self._seen:
            return RowFault("order_again", self._layout.name("order_id"))
        self._seen.add(hash(order.order_id))
        return order


class _DryRunError(Exception):
    """Undoes what a dry run wrote."""


async def _take_batch(run: JobRun, chunk: Chunk, batch: Sequence[Read], told_at_ms: int) -> None:
    room_ids = [
        room_id for _, read in batch if isinstance(read, ExternalOrder) and (room_id := read_ref(read.ref)) is not None
    ]
    rooms = await live.get_rooms(chunk.connection, room_ids)
    taken: list[tuple[Row, ExternalOrder]] = []
    for row, read in batch:
        if isinstance(read, RowFault):
            chunk.add(_refuse(row, read))
        elif read.ref and read_ref(read.ref) not in rooms:
            chunk.add(_refuse(row, RowFault("not_a_room", "ref"), read.order_id))
        else:
            taken.append((row, read))
    outcomes: list[RowOutcome] = []
    try:
        async with chunk.connection.transaction():
            outcomes = await note_orders(
                chunk.connection,
                run.shop_id,
                SourceId(run.options.source_id),
                [order for _, order in taken],
                from_epoch_ms(told_at_ms),
            )
            if run.options.dry_run:
                raise _DryRunError
    except _DryRunError:
        pass
    for (row, order), outcome in zip(taken, outcomes, strict=True):
        chunk.add(RowResult(row=row.number, outcome=outcome, label=order.order_id))


def _refuse(row: Row, fault: RowFault, label: str = "") -> RowResult:
    return RowResult(
        row=row.number,
        outcome=RowOutcome.REFUSED,
        label=label or next((cell.strip()[:200] for cell in row.cells if cell.strip()), ""),
        reason=fault.reason,
        column=fault.column,
        params=fault.params,
        cells=row.cells,
    )
