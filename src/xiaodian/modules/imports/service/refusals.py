"""The file of the rows that were refused: as they were, and two columns that say what is wrong with them."""

from xiaodian.contracts.imports import JobRow
from xiaodian.edge.messages import has_text, translate
from xiaodian.modules.imports import queries
from xiaodian.modules.imports.models import ClaimedJob
from xiaodian.modules.imports.service.job_run import Run
from xiaodian.modules.imports.sheets_out import open_sheet

AREA = "console_imports"
MAX_XLSX_ROWS = 20_000
"""More are given as CSV: a workbook of a million rows takes minutes to write and more to open."""


async def write_refusals(run: Run, job: ClaimedJob) -> None:
    """Give out the refused rows in the format that they came in; nothing if none was refused."""
    async with run.ctx.database.connection() as connection:
        columns, refused = await queries.get_refusals_head(connection, job.job_id)
        if columns is None or not refused:
            return
        heading = [*columns, *(translate(job.language, AREA, f"refusals.{name}") for name in ("column", "reason"))]
        stem, _, ending = (job.file_name or "rows").rpartition(".")
        is_xlsx = ending.lower() == "xlsx" and refused <= MAX_XLSX_ROWS
        path = run.folder / "refusals"
        writer = open_sheet(path, is_xlsx=is_xlsx)
        writer.add(heading)
        async for row, cells in queries.iterate_refused(connection, job.job_id):
            padded = [*cells, *[""] * (len(columns) - len(cells))][: len(columns)]
            writer.add([*padded, row.column or "", reason_text(job.language, row)])
        writer.close()
    suffix = "xlsx" if is_xlsx else "csv"
    await run.set_refusals(f"{stem or ending}-{translate(job.language, AREA, 'refusals.name')}.{suffix}", path)


def reason_text(language: str, row: JobRow) -> str:
    """Why a row was refused, for people."""
    for area, key in ((AREA, f"row.{row.reason}"), ("errors", f"invalid_input.{row.reason}"), ("errors", row.reason)):
        if key is not None and has_text(language, area, key):
            return translate(language, area, key, row.params)
    return row.reason or ""
