"""The job that brings products in from a file: a dry run that says what would happen, or the deed itself."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import UNSET

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Input, InvalidInputError
from xiaodian.contracts.imports import RowOutcome
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.bulk import Chunk, JobRun, RowResult
from xiaodian.edge.context import Context
from xiaodian.modules.imports.products.columns import Layout, read_heading
from xiaodian.modules.imports.products.goods import Goods, RowFault
from xiaodian.modules.imports.products.judge import Judge, Planned, Verdict, judge_goods, to_params
from xiaodian.modules.imports.products.pictures import fetch_pictures, queue_pictures
from xiaodian.modules.imports.products.plans import check_plan, read_plan
from xiaodian.modules.imports.products.read_rows import Group, group_rows, labels_of, read_group
from xiaodian.modules.imports.tables import Table, open_table

GROUPS_AT_ONCE = 200
ROWS_AT_ONCE = 1000


class ProductImportOptions(Input, frozen=True, kw_only=True):
    """How a file of products is taken in."""

    dry_run: bool = True
    plan: UUID | None = None
    """The dry run whose plan shall be carried out; what has changed since is refused."""
    as_drafts: bool = False
    """New products become drafts, whatever the file says; others keep their state."""


class _Read(NamedTuple):
    """A group and what it says, or what is wrong with it."""

    group: Group
    goods: Goods | None
    fault: RowFault | None


class ProductImport:
    """CSV in Shopify's format, or a workbook (edge.bulk.JobKind)."""

    name = "product_import"
    right = Scope.PRODUCTS_WRITE
    options = ProductImportOptions
    takes_file = True

    async def check(self, ctx: Context, caller: Caller, shop_id: ShopId, options: ProductImportOptions) -> None:
        """A plan is one of this shop, and finished."""
        if options.plan is not None:
            if options.dry_run:
                raise InvalidInputError(field="options.plan", reason="malformed")
            async with ctx.database.connection() as connection:
                await check_plan(connection, shop_id, options.plan)

    async def run(self, run: JobRun) -> None:
        """First all rows, then the pictures that they name."""
        table = await asyncio.to_thread(open_table, await run.input_path(), run.folder)
        layout = read_heading(table.heading)
        await run.set_total(table.row_count)
        await run.set_columns(layout.heading)
        if not run.cursor.get("rows_done"):
            await _import_rows(run, table, layout)
        if not run.options.dry_run:
            await fetch_pictures(run)


async def _import_rows(run: JobRun, table: Table, layout: Layout) -> None:
    groups = _Reader(table, layout, after=run.cursor.get("row", 1))
    judge = Judge(
        caller=run.caller,
        shop_id=run.shop_id,
        needs_review=run.ctx.settings.product_review,
        as_drafts=run.options.as_drafts,
        dry_run=run.options.dry_run,
    )
    while True:
        # Reading computes; the loop that everything else in this process waits for goes on meanwhile.
        batch = await asyncio.to_thread(groups.next_batch)
        async with run.chunk() as chunk:
            if batch:
                await _judge_batch(run, chunk, judge, layout, batch)
                chunk.cursor["row"] = batch[-1].group.rows[-1].number
            else:
                chunk.cursor["rows_done"] = True
        if not batch:
            return


async def _judge_batch(run: JobRun, chunk: Chunk, judge: Judge, layout: Layout, batch: Sequence[_Read]) -> None:
    goods = [read.goods for read in batch if read.goods is not None]
    plan: Mapping[int, Planned] | None = None
    if run.options.plan is not None:
        plan = await read_plan(chunk.connection, run.options.plan, [one.row for one in goods])
    verdicts = {one.goods.row: one for one in await judge_goods(chunk.connection, judge, goods, plan=plan)}
    for read in batch:
        if read.goods is None:
            assert read.fault is not None
            chunk.add(*_refuse(layout, read.group, read.fault))
            continue
        verdict = verdicts[read.goods.row]
        if verdict.fault is not None:
            column = layout.name(verdict.fault.column or "") or verdict.fault.column
            chunk.add(*_refuse(layout, read.group, _with_column(verdict.fault, column)))
        else:
            chunk.add(*_accept(layout, read.group, verdict))
    if not judge.dry_run:
        await queue_pictures(chunk.connection, run, list(verdicts.values()))


def _with_column(fault: RowFault, column: str | None) -> RowFault:
    return RowFault(fault.reason, column, fault.row, **fault.params)


def _accept(layout: Layout, group: Group, verdict: Verdict) -> Iterator[RowResult]:
    is_told = bool(verdict.changes)
    for row, label in zip(group.rows, labels_of(group, layout), strict=True):
        changes = verdict.changes.get(row.number)
        is_first = row is group.rows[0]
        outcome = verdict.outcome
        if outcome is RowOutcome.UPDATED and not changes and (is_told or not is_first):
            outcome = RowOutcome.UNCHANGED
        params: dict[str, Any] = {"changes": changes} if changes else {}
        yield RowResult(
            row=row.number, outcome=outcome, label=label, params=params | (to_params(verdict) if is_first else {})
        )


def _refuse(layout: Layout, group: Group, fault: RowFault) -> Iterator[RowResult]:
    """All rows of the product, so that the file of refusals can be mended and sent again."""
    blamed = fault.row or group.rows[0].number
    for row, label in zip(group.rows, labels_of(group, layout), strict=True):
        is_blamed = row.number == blamed
        yield RowResult(
            row=row.number,
            outcome=RowOutcome.REFUSED,
            label=label,
            reason=fault.reason if is_blamed else "with_row",
            column=fault.column if is_blamed else None,
            params=fault.params if is_blamed else {"row": blamed},
            cells=row.cells,
        )


class _Reader:
    """Products of a file, a batch at a time; each handle and each code once in the whole file."""

    def __init__(self, table: Table, layout: Layout, after: int) -> None:
        self._layout = layout
        self._groups = group_rows(layout, table.rows())
        self._handles: set[int] = set()
        self._codes: set[int] = set()
        self._after = after
        self._left_over: _Read | None = None

    def next_batch(self) -> list[_Read]:
        """Some products; none at the end."""
        batch: list[_Read] = []
        rows = 0
        for read in islice(self._reads(), GROUPS_AT_ONCE):
            batch.append(read)
            rows += len(read.group.rows)
            if rows >= ROWS_AT_ONCE:
                break
        return batch

    def _reads(self) -> Iterator[_Read]:
        for group in self._groups:
            read = self._read(group)
            if group.rows[0].number > self._after:
                yield read

    def _read(self, group: Group) -> _Read:
        try:
            goods = read_group(self._layout, group)
            self._refuse_twice(goods)
        except RowFault as fault:
            return _Read(group, None, fault)
        return _Read(group, goods, None)

    def _refuse_twice(self, goods: Goods) -> None:
        """Hashes, because a million of them fit into memory."""
        if goods.handle is not None:
            if hash(goods.handle) in self._handles:
                raise RowFault("handle_again", self._layout.name("handle"))
            self._handles.add(hash(goods.handle))
        for variant in goods.variants:
            if variant.code is UNSET or variant.code is None:
                continue
            if hash(variant.code) in self._codes:
                raise RowFault("code_again", self._layout.name("code"), variant.row, code=variant.code)
            self._codes.add(hash(variant.code))
