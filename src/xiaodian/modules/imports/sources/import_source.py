"""The job that brings products in from another platform, page by page, each known again the next time."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Input, NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.imports import RowOutcome
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.bulk import Chunk, JobRun, RowResult
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.outbound import Outbound
from xiaodian.modules.imports.products.goods import Goods
from xiaodian.modules.imports.products.judge import Judge, Verdict, judge_goods
from xiaodian.modules.imports.products.pictures import fetch_pictures, queue_pictures
from xiaodian.modules.imports.sources.keep_sources import OpenSource, open_source
from xiaodian.modules.imports.sources.source import Door, SourcePage

MAX_PAGES = 100_000


class SourceImportOptions(Input, frozen=True, kw_only=True):
    """From where, and how."""

    source_id: UUID
    dry_run: bool = True
    as_drafts: bool = False
    """New products become drafts, whatever the platform says; others keep their state."""


class SourceImport:
    """Products of a source (edge.bulk.JobKind)."""

    name = "source_import"
    right = Scope.PRODUCTS_WRITE
    options = SourceImportOptions
    takes_file = False

    def __init__(self, first_wait_s: float = 1.0) -> None:
        self._first_wait_s = first_wait_s

    async def check(self, ctx: Context, caller: Caller, shop_id: ShopId, options: SourceImportOptions) -> None:
        """The source is one of this shop."""
        async with ctx.database.connection() as connection:
            await open_source(ctx, connection, shop_id, options.source_id)

    async def run(self, run: JobRun) -> None:
        """Pages first, from where this job, or the one before that broke off, was; then the pictures."""
        async with run.ctx.database.connection() as connection:
            opened = await open_source(run.ctx, connection, run.shop_id, run.options.source_id)
        if not run.cursor.get("pages_done"):
            async with Outbound(run.ctx.settings) as outbound:
                await _import_pages(run, opened, Door(outbound, first_wait_s=self._first_wait_s))
        if not run.options.dry_run:
            await fetch_pictures(run)


async def _import_pages(run: JobRun, opened: OpenSource, door: Door) -> None:
    kept = dict(run.cursor) or dict(opened.cursor or {} if not run.options.dry_run else {})
    at, row = kept.get("at"), 0 if not run.cursor else int(str(run.cursor.get("row", 0)))
    for _ in range(MAX_PAGES):
        page = await opened.source.fetch_page(door, opened.access, None if at is None else str(at))
        if page.total is not None and "at" not in kept:
            await run.set_total(page.total)
        async with run.chunk() as chunk:
            row = await _take_page(run, chunk, page, row)
            at = page.next_cursor
            chunk.cursor.update({"at": at, "row": row, "pages_done": at is None})
            if not run.options.dry_run:
                await _keep_place(chunk.connection, run, at)
        if at is None:
            return


async def _take_page(run: JobRun, chunk: Chunk, page: SourcePage, row: int) -> int:
    """Judge a page; the number of its last product, as products have no rows elsewhere."""
    judge = Judge(
        caller=run.caller,
        shop_id=run.shop_id,
        needs_review=run.ctx.settings.product_review,
        as_drafts=run.options.as_drafts,
        dry_run=run.options.dry_run,
    )
    goods: list[Goods] = []
    for one in page.goods:
        row += 1
        if isinstance(one, Goods):
            goods.append(_numbered(one, row))
        else:
            chunk.add(
                RowResult(
                    row=row,
                    outcome=RowOutcome.REFUSED,
                    label=one.label[:200],
                    reason=one.fault.reason,
                    params=one.fault.params,
                )
            )
    known = await _get_known(chunk.connection, run.options.source_id, goods)
    verdicts = await judge_goods(chunk.connection, judge, goods, known_ids=known)
    chunk.add(*(_to_result(verdict) for verdict in verdicts))
    if not judge.dry_run:
        await _remember(chunk.connection, run.options.source_id, verdicts)
        await queue_pictures(chunk.connection, run, verdicts)
    return row


def _numbered(goods: Goods, row: int) -> Goods:
    variants = [msgspec.structs.replace(variant, row=row) for variant in goods.variants]
    return msgspec.structs.replace(goods, row=row, variants=variants)


def _to_result(verdict: Verdict) -> RowResult:
    fault, changes = verdict.fault, verdict.changes.get(verdict.goods.row)
    if fault is not None:
        return RowResult(
            row=verdict.goods.row,
            outcome=RowOutcome.REFUSED,
            label=verdict.goods.label[:200],
            reason=fault.reason,
            column=fault.column,
            params=fault.params,
        )
    return RowResult(
        row=verdict.goods.row,
        outcome=verdict.outcome,
        label=verdict.goods.label[:200],
        params={"changes": changes} if changes else {},
    )


async def _get_known(connection: Connection, source_id: UUID, goods: Sequence[Goods]) -> dict[str, ProductId]:
    rows = await connection.fetch(
        """
        SELECT external_id, product_id FROM imports.source_product
        WHERE source_id = $1 AND external_id = ANY($2::text[])
        """,
        source_id,
        [one.external_id for one in goods],
    )
    return {row["external_id"]: row["product_id"] for row in rows}


async def _remember(connection: Connection, source_id: UUID, verdicts: Sequence[Verdict]) -> None:
    """The next import knows them again, whatever they are called by then."""
    kept = [(one.goods.external_id, one.product_id) for one in verdicts if one.fault is None and one.product_id]
    await connection.execute(
        """
        INSERT INTO imports.source_product (source_id, external_id, product_id)
        SELECT $1, * FROM unnest($2::text[], $3::uuid[])
        ON CONFLICT (source_id, external_id) DO UPDATE SET product_id = excluded.product_id
        """,
        source_id,
        [external_id for external_id, _ in kept],
        [product_id for _, product_id in kept],
    )


async def _keep_place(connection: Connection, run: JobRun, at: str | None) -> None:
    """Where the next import goes on if this one breaks off; from the start once all is here."""
    found = await connection.fetchval(
        "UPDATE imports.source SET cursor = $3 WHERE shop_id = $1 AND source_id = $2 RETURNING true",
        run.shop_id,
        run.options.source_id,
        None if at is None else {"at": at},
    )
    if not found:
        raise NotFoundError
