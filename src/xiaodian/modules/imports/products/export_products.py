"""The job that gives a shop's products out as a file."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Input
from xiaodian.contracts.catalog import Product
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.bulk import JobRun
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.imports.products.export_rows import heading_of, rows_of
from xiaodian.modules.imports.sheets_out import SheetWriter, open_sheet
from xiaodian.modules.shops import api as shops

PRODUCTS_AT_ONCE = 500


class SheetFormat(StrEnum):
    """How a table is given out."""

    CSV = "csv"
    XLSX = "xlsx"


class ProductExportOptions(Input, frozen=True, kw_only=True):
    """How products are given out."""

    format: SheetFormat = SheetFormat.CSV
    is_chinese: bool = False
    """Our headings in Chinese instead of Shopify's; both can be brought in again."""


class ProductExport:
    """All products of a shop in Shopify's format (edge.bulk.JobKind)."""

    name = "product_export"
    right = Scope.PRODUCTS_READ
    options = ProductExportOptions
    takes_file = False

    async def check(self, ctx: Context, caller: Caller, shop_id: ShopId, options: ProductExportOptions) -> None:
        """Every shop has something to give out, be it a heading."""

    async def run(self, run: JobRun) -> None:
        """From the oldest on; after a crash once more from there, as a file is whole or nothing."""
        options: ProductExportOptions = run.options
        async with run.ctx.database.connection() as connection:
            shop = await shops.get_shop(connection, run.shop_id)
            await run.set_total(await catalog.count_products_of_shop(connection, run.shop_id))
            names = {
                one.code: one.name_zh if options.is_chinese else one.name_en
                for one in await catalog.list_categories(connection)
            }
        path = run.folder / "products"
        sheet = open_sheet(path, is_xlsx=options.format is SheetFormat.XLSX)
        sheet.add(heading_of(options.is_chinese))
        done, after = 0, None
        while products := await _get_page(run, after):
            await asyncio.to_thread(_write, sheet, products, names, options, run.ctx.settings.public_url.rstrip("/"))
            after = products[-1].product_id
            done += len(products)
            await run.progress(done)
        await asyncio.to_thread(sheet.close)
        day = utc_now().date().isoformat()
        await run.set_result(f"{shop.name}-products-{day}.{options.format.value}", path)


async def _get_page(run: JobRun, after: UUID | None) -> list[Product]:
    async with run.ctx.database.connection() as connection:
        return await catalog.list_products_after(connection, run.shop_id, after=after, limit=PRODUCTS_AT_ONCE)


def _write(
    sheet: SheetWriter,
    products: Sequence[Product],
    categories: dict[str, str],
    options: ProductExportOptions,
    base_url: str,
) -> None:
    for product in products:
        for cells in rows_of(product, is_chinese=options.is_chinese, categories=categories, base_url=base_url):
            sheet.add(cells)
