"""Kinds of jobs for tests, and a shop's staff that asks for them."""

import csv
from typing import Any
from uuid import uuid4

import httpx
from tests.modules.orders.market import Market

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Input, InvalidInputError
from xiaodian.contracts.imports import RowOutcome
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.bulk import JobRun, RowResult
from xiaodian.edge.context import Context
from xiaodian.modules.imports.api import JobKinds, run_next_job

MARKS = "CREATE TABLE IF NOT EXISTS imports.mark (job_id uuid, row_no int)"


class TallyOptions(Input, frozen=True, kw_only=True):
    """How many rows go into a chunk, and before which row the power fails."""

    chunk: int = 2
    falls_at: int | None = None


class Tally:
    """Writes a mark for each row of a file; a row `bad` is refused, a result file says how many there were."""

    name = "tally"
    right = Scope.PRODUCTS_WRITE
    options = TallyOptions
    takes_file = True

    def __init__(self) -> None:
        self.power_fails = True

    async def check(self, ctx: Context, caller: Caller, shop_id: ShopId, options: TallyOptions) -> None:
        """A chunk has rows."""
        if options.chunk < 1:
            raise InvalidInputError(field="chunk", reason="out_of_range")

    async def run(self, run: JobRun) -> None:
        """Chunk by chunk, from where the last one ended."""
        with (await run.input_path()).open(encoding="utf-8", newline="") as file:
            heading, *rows = list(csv.reader(file))
        if heading != ["name"]:
            raise InvalidInputError(field="file", reason="no_heading", column="name")
        await run.set_total(len(rows))
        await run.set_columns(heading)
        start = run.cursor.get("row", 0)
        while start < len(rows):
            async with run.chunk() as chunk:
                for number in range(start, min(start + run.options.chunk, len(rows))):
                    if number == run.options.falls_at and self.power_fails:
                        raise RuntimeError("power")
                    await chunk.connection.execute("INSERT INTO imports.mark VALUES ($1, $2)", run.job_id, number)
                    chunk.add(_judge(number, rows[number]))
                start += run.options.chunk
                chunk.cursor["row"] = start
        path = run.folder / "result"
        path.write_text(f"{len(rows)}\n")
        await run.set_result("结果.csv", path)


def _judge(number: int, cells: list[str]) -> RowResult:
    if cells == ["bad"]:
        return RowResult(
            row=number + 2, outcome=RowOutcome.REFUSED, label="bad", reason="unknown", column="name", cells=cells
        )
    return RowResult(row=number + 2, outcome=RowOutcome.DONE, label=cells[0], cells=cells)


class Staff:
    """A shop's owner who sends files and asks for jobs."""

    def __init__(self, market: Market, kinds: JobKinds) -> None:
        self.ctx = market.ctx
        self.client = market.seller
        self.kinds = kinds
        self.path = f"/api/shops/{market.shop_id}"

    async def send(self, content: bytes, name: str = "rows.csv") -> str:
        """A file; answers its id."""
        answer = await self.client.post(f"{self.path}/job-files", params={"name": name}, content=content)
        assert answer.status_code == 201, answer.text
        file_id: str = answer.json()["file_id"]
        return file_id

    async def ask(
        self, kind: str, file_id: str | None = None, key: str | None = None, **options: Any
    ) -> httpx.Response:
        """Ask for a job."""
        return await self.client.post(
            f"{self.path}/jobs",
            json={"kind": kind, "file_id": file_id, "options": options},
            headers={"Idempotency-Key": key or uuid4().hex},
        )

    async def submit(self, kind: str, content: bytes | None = None, name: str = "rows.csv", **options: Any) -> str:
        """A job that must be accepted; answers its id."""
        file_id = await self.send(content, name) if content is not None else None
        answer = await self.ask(kind, file_id, **options)
        assert answer.status_code == 201, answer.text
        job_id: str = answer.json()["job_id"]
        return job_id

    async def see(self, job_id: str) -> Any:
        """The job as the page sees it."""
        answer = await self.client.get(f"{self.path}/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def rows(self, job_id: str, **query: Any) -> Any:
        """What became of the rows."""
        answer = await self.client.get(f"{self.path}/jobs/{job_id}/rows", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def fetch(self, job_id: str, which: str) -> httpx.Response:
        """A file that came out."""
        return await self.client.get(f"{self.path}/jobs/{job_id}/files/{which}")

    async def work(self) -> None:
        """Do all that waits."""
        while await run_next_job(self.ctx, self.kinds):
            pass

    async def finish(self, kind: str, content: bytes | None = None, **options: Any) -> Any:
        """A job from the beginning to its end."""
        job_id = await self.submit(kind, content, **options)
        await self.work()
        return await self.see(job_id)
