"""A file to fill in: the headings, and one product that shows how."""

import asyncio
import tempfile
from pathlib import Path

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.modules.imports.products.columns import COLUMNS
from xiaodian.modules.imports.products.export_products import SheetFormat
from xiaodian.modules.imports.products.export_rows import heading_of
from xiaodian.modules.imports.sheets_out import open_sheet
from xiaodian.modules.shops import api as shops

_FIRST = {
    "handle": "strawberry",
    "title": ("丹东草莓", "Strawberries"),
    "body": ("当天采摘，顺丰空运。", "Picked and sent by air on the same day."),
    "vendor": ("九九红颜", "Jiujiu"),
    "published": ("是", "true"),
    "option1_name": ("规格", "Size"),
    "option1_value": ("3斤装", "1.5 kg"),
    "code": "CM-3",
    "weight": "1600",
    "stock": "100",
    "price": "29.90",
    "status": ("在售", "active"),
}
_SECOND = {
    "handle": "strawberry",
    "option1_value": ("5斤装", "2.5 kg"),
    "code": "CM-5",
    "weight": "2600",
    "stock": "60",
    "price": "45.00",
}


async def get_template(
    ctx: Context, caller: Caller, shop_id: ShopId, sheet_format: SheetFormat, *, is_chinese: bool
) -> bytes:
    """The file. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_READ)
    return await asyncio.to_thread(_make, sheet_format, is_chinese)


def _make(sheet_format: SheetFormat, is_chinese: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="xiaodian-") as folder:
        path = Path(folder) / "template"
        sheet = open_sheet(path, is_xlsx=sheet_format is SheetFormat.XLSX)
        sheet.add(heading_of(is_chinese))
        for example in (_FIRST, _SECOND):
            cells = {name: text if isinstance(text, str) else text[not is_chinese] for name, text in example.items()}
            sheet.add([cells.get(column.field, "") for column in COLUMNS])
        sheet.close()
        return path.read_bytes()
