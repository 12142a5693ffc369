"""Long work is done by and by, once, whatever dies in between, and whoever may not see it does not."""

import asyncio
import contextlib
from typing import Any

import pytest
from tests.conftest import SignUp
from tests.modules.imports.work import MARKS, Staff, Tally
from tests.modules.orders.market import Market

from xiaodian.modules.imports import rules
from xiaodian.modules.imports.api import JobKinds, run_next_job
from xiaodian.modules.imports.service import lease
from xiaodian.modules.imports.service.forget_jobs import forget_old_jobs

FILE = b"name\n" + b"".join(b"row %d\n" % number for number in range(5))


@pytest.fixture
async def staff(market: Market, monkeypatch: pytest.MonkeyPatch) -> Staff:
    """Staff of a shop, in an installation that knows one kind of job."""
    kinds = JobKinds([Tally()])
    transport: Any = market.seller._transport
    monkeypatch.setattr(transport.app.state, "job_kinds", kinds, raising=False)
    async with market.ctx.database.transaction() as connection:
        await connection.execute(MARKS)
    return Staff(market, kinds)


async def marks(staff: Staff, job_id: str) -> list[int]:
    """Rows that were worked on, each as often as it was."""
    async with staff.ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT row_no FROM imports.mark WHERE job_id = $1 ORDER BY 1", job_id)
    return [row["row_no"] for row in rows]


async def test_a_file_goes_in_and_results_and_refusals_come_out(staff: Staff) -> None:
    job_id = await staff.submit("tally", b"name\nred\nbad\n=1+1\n", "水果.csv")
    assert (await staff.see(job_id))["state"] == "waiting"
    await staff.work()
    job = await staff.see(job_id)
    assert (job["state"], job["done"], job["total"], job["refused"]) == ("done", 3, 3, 1)
    assert job["file_name"] == "水果.csv"
    result = await staff.fetch(job_id, "result")
    assert result.text == "3\n"
    assert "UTF-8''%E7%BB%93%E6%9E%9C.csv" in result.headers["content-disposition"]
    refusals = (await staff.fetch(job_id, "refusals")).content.decode("utf-8-sig").splitlines()
    assert refusals[0].startswith("name,")
    assert refusals[1:] == ["bad,name,所选内容已不存在。"]
    assert [row["row"] for row in await staff.rows(job_id)] == [2, 3, 4]
    assert [row["label"] for row in await staff.rows(job_id, outcome="refused")] == ["bad"]


async def test_a_killed_workers_job_goes_on_where_it_was_and_does_no_row_twice(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await staff.submit("tally", FILE, falls_at=3)
    claimed = await lease.claim_job(staff.ctx.database)
    assert claimed is not None
    assert not await run_next_job(staff.ctx, staff.kinds), "another worker took what a living one has"
    kind: Any = staff.kinds.get("tally")

    async def _die(*_: Any) -> None:
        raise asyncio.CancelledError

    # The process dies in the middle of the second chunk: nothing more is written down by it.
    monkeypatch.setattr("xiaodian.modules.imports.service.run_jobs.end_job", _die)
    monkeypatch.setattr("xiaodian.modules.imports.service.run_jobs.let_go", _die)
    async with staff.ctx.database.transaction() as connection:
        await connection.execute("UPDATE imports.job SET lease_until = now() - interval '1 s'")
    with contextlib.suppress(asyncio.CancelledError):
        await run_next_job(staff.ctx, staff.kinds)
    monkeypatch.undo()
    assert await marks(staff, job_id) == [0, 1]
    kind.power_fails = False
    async with staff.ctx.database.transaction() as connection:
        await connection.execute("UPDATE imports.job SET lease_until = now() - interval '1 s'")
    assert await run_next_job(staff.ctx, staff.kinds)
    assert await marks(staff, job_id) == [0, 1, 2, 3, 4]
    with pytest.raises(lease.JobStoppedError):
        await lease.renew_lease(staff.ctx.database, claimed.job_id, claimed.lease)


async def test_a_chunk_that_fails_leaves_nothing_and_the_job_says_so(staff: Staff) -> None:
    job = await staff.finish("tally", FILE, falls_at=3)
    assert (job["state"], job["failure"]["code"], job["done"]) == ("failed", "internal_error", 2)
    assert await marks(staff, job["job_id"]) == [0, 1]


async def test_a_file_that_is_of_no_use_fails_with_the_reason(staff: Staff) -> None:
    job = await staff.finish("tally", b"colour\nred\n")
    assert job["failure"] == {
        "code": "invalid_input",
        "field": "file",
        "params": {"reason": "no_heading", "column": "name"},
    }
    answer = await staff.fetch(job["job_id"], "result")
    assert (answer.status_code, answer.json()["code"]) == (409, "job_not_ready")


async def test_a_cancelled_job_stops_and_a_done_one_cannot_be(staff: Staff) -> None:
    job_id = await staff.submit("tally", FILE)
    answer = await staff.client.post(f"{staff.path}/jobs/{job_id}/cancellation")
    assert answer.json()["state"] == "cancelled"
    assert (await staff.client.post(f"{staff.path}/jobs/{job_id}/cancellation")).status_code == 200
    await staff.work()
    assert await marks(staff, job_id) == []
    done = await staff.finish("tally", FILE)
    answer = await staff.client.post(f"{staff.path}/jobs/{done['job_id']}/cancellation")
    assert (answer.status_code, answer.json()["code"]) == (409, "job_ended")


async def test_a_running_job_that_is_cancelled_keeps_what_it_had_done(staff: Staff) -> None:
    job_id = await staff.submit("tally", FILE)
    claimed = await lease.claim_job(staff.ctx.database)
    assert claimed is not None
    await staff.client.post(f"{staff.path}/jobs/{job_id}/cancellation")
    async with staff.ctx.database.transaction() as connection:
        with pytest.raises(lease.JobStoppedError):
            await lease.lock_lease(connection, claimed)


async def test_the_same_request_twice_is_one_job(staff: Staff) -> None:
    file_id = await staff.send(FILE)
    first, second = await asyncio.gather(*(staff.ask("tally", file_id, key="once") for _ in range(2)))
    assert first.json()["job_id"] == second.json()["job_id"]
    other = await staff.ask("tally", file_id, key="once", chunk=3)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


@pytest.mark.parametrize(
    ("kind", "options", "field"),
    [("none", {}, "kind"), ("tally", {"chunk": "x"}, "options"), ("tally", {"more": 1}, "options")],
)
async def test_what_cannot_be_done_is_refused_at_once(
    staff: Staff, kind: str, options: dict[str, Any], field: str
) -> None:
    answer = await staff.ask(kind, await staff.send(FILE), **options)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    no_file = await staff.ask("tally")
    assert (no_file.status_code, no_file.json()["params"]["reason"]) == (422, "file_missing")
    assert (await staff.client.get(f"{staff.path}/jobs")).json()["items"] == []


async def test_a_file_too_large_or_empty_is_not_kept(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaodian.modules.imports.service.store_file.MAX_FILE_BYTES", 10)
    for content in (b"x" * 11, b""):
        answer = await staff.client.post(f"{staff.path}/job-files", params={"name": "a.csv"}, content=content)
        assert answer.status_code == 422
    async with staff.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM imports.file") == 0


async def test_two_jobs_of_a_shop_run_at_once_and_no_more(staff: Staff) -> None:
    for _ in range(3):
        await staff.submit("tally", FILE)
    claimed = await asyncio.gather(*(lease.claim_job(staff.ctx.database) for _ in range(4)))
    assert len([job for job in claimed if job is not None]) == rules.MAX_RUNNING_OF_SHOP


async def test_a_shop_cannot_fill_the_queue(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaodian.modules.imports.service.submit_job.MAX_OPEN_OF_SHOP", 1)
    await staff.submit("tally", FILE)
    answer = await staff.ask("tally", await staff.send(FILE))
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_jobs")


async def test_nobody_sees_another_shops_jobs(staff: Staff, sign_up: SignUp) -> None:
    job_id = await staff.submit("tally", FILE)
    stranger, _ = await sign_up("路人")
    for path in ("", f"/{job_id}", f"/{job_id}/rows", f"/{job_id}/files/result"):
        assert (await stranger.get(f"{staff.path}/jobs{path}")).status_code == 404


async def test_old_jobs_and_their_files_are_forgotten(staff: Staff) -> None:
    job = await staff.finish("tally", FILE)
    async with staff.ctx.database.transaction() as connection:
        await connection.execute("UPDATE imports.job SET ended_at = ended_at - interval '31 days'")
        await connection.execute("UPDATE imports.file SET created_at = created_at - interval '31 days'")
        now = await connection.fetchval("SELECT now()")
    for _ in range(2):
        await forget_old_jobs(staff.ctx, now)
    assert (await staff.client.get(f"{staff.path}/jobs/{job['job_id']}")).status_code == 404
    assert [path async for path in staff.ctx.storage.iterate("imports")] == []
