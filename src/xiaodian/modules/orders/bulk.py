"""Long work at the desk as bulk jobs: orders into a table, and prints of many orders."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, Input, InvalidInputError
from xiaodian.contracts.orders import Order
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.bulk import JobRun
from xiaodian.edge.context import Context
from xiaodian.edge.messages import LANGUAGES, translate
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import desk_queries
from xiaodian.modules.orders.export_table import (
    BUYER_COLUMNS,
    COLUMNS,
    CsvTable,
    XlsxTable,
    buyer_cells_of,
    cells_of,
)
from xiaodian.modules.orders.order_filter import OrderFilter, Place
from xiaodian.modules.orders.printing import MOST_ORDERS, PrintKind
from xiaodian.modules.orders.service.desk_list import check_asked
from xiaodian.modules.orders.service.order_access import may_see_buyers
from xiaodian.modules.orders.service.print_orders import AREA, draw, note_print, take_orders
from xiaodian.modules.orders.shop_queries import list_orders_for_shop
from xiaodian.modules.shops import api as shops

PAGE = 500
MOST_XLSX_ROWS = 100_000
"""More belong into a CSV file: a workbook of a million rows takes minutes to write and more to open."""

Language = Annotated[str, Meta(pattern=rf"^({'|'.join(LANGUAGES)})\Z")]


class ExportFormat(StrEnum):
    """What the file is."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportOptions(Input, frozen=True, kw_only=True):
    """Which orders, as what. `with_buyers` adds names, phones, addresses and notes, for who may see them."""

    filter: OrderFilter = OrderFilter()
    format: ExportFormat = ExportFormat.CSV
    with_buyers: bool = False
    language: Language = "zh"


class PrintOptions(Input, frozen=True, kw_only=True):
    """What is printed of which orders, in this order."""

    kind: PrintKind
    order_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_ORDERS)]
    language: Language = "zh"


class OrderExport:
    """Orders that a filter finds, as a table."""

    name = "order_export"
    right = Scope.ORDERS_READ
    options = ExportOptions
    takes_file = False

    async def check(self, ctx: Context, caller: Caller, shop_id: ShopId, options: ExportOptions) -> None:
        """Buyers are only for who may see them. Raises ForbiddenError."""
        async with ctx.database.connection() as connection:
            if options.with_buyers and not await may_see_buyers(connection, caller, shop_id):
                raise ForbiddenError(right=Scope.CUSTOMERS_READ)
            check_asked(options.filter, await shops.get_rights(connection, caller, shop_id))

    async def run(self, run: JobRun) -> None:
        """Page by page into a file of this run's own."""
        options: ExportOptions = run.options
        await self.check(run.ctx, run.caller, run.shop_id, options)
        path = run.folder / "orders"
        table = CsvTable(path) if options.format is ExportFormat.CSV else XlsxTable(path)
        names = (*COLUMNS, *(BUYER_COLUMNS if options.with_buyers else ()))
        table.add([translate(options.language, AREA, f"column.{name}") for name in names])
        after, rows, orders = None, 0, 0
        while page := await self._read(run, after):
            for order, tags in page:
                for line in order.lines:
                    table.add(_cells(order, line, tags, run.ctx.settings.books_utc_offset_h, options))
                rows += len(order.lines)
            if options.format is ExportFormat.XLSX and rows > MOST_XLSX_ROWS:
                raise InvalidInputError(field="format", reason="too_many_rows", limit=MOST_XLSX_ROWS)
            orders += len(page)
            await run.progress(orders)
            after = Place(page[-1][0].order_id, page[-1][0].total_minor)
        table.close()
        async with run.ctx.database.transaction() as connection:
            told = {"count": orders, "with_buyers": options.with_buyers}
            await shops.note_deed(
                connection, run.caller, run.shop_id, deed="order.exported", target=str(run.job_id), details=told
            )
        await run.set_result(f"{translate(options.language, AREA, 'export_name')}.{options.format}", path)

    async def _read(self, run: JobRun, after: Place | None) -> list[tuple[Order, Sequence[str]]]:
        async with run.ctx.database.transaction() as connection:
            orders = await list_orders_for_shop(
                connection,
                run.shop_id,
                run.options.filter,
                utc_now(),
                run.ctx.settings.books_utc_offset_h,
                after=after,
                limit=PAGE,
            )
            _, tags = await desk_queries.get_notes_and_tags(connection, orders)
        return [(order, tags.get(order.order_id, [])) for order in orders]


def _cells(order: Order, line: Any, tags: Sequence[str], utc_offset_h: int, options: ExportOptions) -> list[str]:
    cells = cells_of(order, line, tags, utc_offset_h)
    return [*cells, *buyer_cells_of(order)] if options.with_buyers else cells


class OrderPrint:
    """Labels or slips of up to five hundred orders in one file."""

    name = "order_print"
    right = Scope.SHIPPING
    options = PrintOptions
    takes_file = False

    async def check(self, ctx: Context, caller: Caller, shop_id: ShopId, options: PrintOptions) -> None:
        """All of them are the shop's, and paid. Raises NotFoundError, InvalidInputError."""
        async with ctx.database.connection() as connection:
            await take_orders(connection, caller, shop_id, options.order_ids)

    async def run(self, run: JobRun) -> None:
        """Draw them all, and write down that they were printed."""
        options: PrintOptions = run.options
        await run.set_total(len(options.order_ids))
        async with run.ctx.database.transaction() as connection:
            orders = await take_orders(connection, run.caller, run.shop_id, options.order_ids)
        content = await draw(options.kind, orders, options.language, run.ctx.settings.books_utc_offset_h)
        path = run.folder / "prints"
        path.write_bytes(content)
        async with run.ctx.database.transaction() as connection:
            await note_print(connection, run.caller, run.shop_id, options.kind, orders)
        await run.progress(len(orders))
        await run.set_result(f"{translate(options.language, AREA, f'{options.kind}_name')}.pdf", path)


KINDS = (OrderExport(), OrderPrint())
