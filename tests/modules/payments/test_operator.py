"""An operator sees what a provider refused to give back, and has it tried again."""

from typing import Any

import httpx
from tests.conftest import SignUp, once
from tests.modules.payments.conftest import Till

from xiaodian.contracts.payments import Charge
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.payments import api as payments
from xiaodian.modules.payments.jobs import jobs
from xiaodian.modules.payments.service.sandbox_books import RefundPlan


async def _operator(till: Till, sign_up: SignUp) -> httpx.AsyncClient:
    client, account_id = await sign_up("运营")
    async with till.ctx.database.connection() as connection:
        await accounts.grant_operator(connection, account_id)
    return client


async def _carry_out(till: Till) -> None:
    await till.hurry()
    [job] = [job for job in jobs(till.ctx) if job.name == "payments_carry_out_refunds"]
    await job.run()


async def _refused(till: Till, amount_minor: int) -> Charge:
    charge = await till.paid(1000)
    sandbox = payments.Providers(till.ctx).get_sandbox()
    await sandbox.books.plan_refunds(charge.charge_id, RefundPlan.FAIL)
    await till.request(charge, amount_minor)
    return charge


async def _list(client: httpx.AsyncClient, query: str = "") -> Any:
    answer = await client.get(f"/api/operator/refunds{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_refused_refunds_are_listed_page_by_page_and_can_be_tried_again(till: Till, sign_up: SignUp) -> None:
    client = await _operator(till, sign_up)
    charges = [await _refused(till, amount) for amount in (100, 200, 300)]
    assert (await _list(client))["items"] == []
    await _carry_out(till)
    first = await _list(client, "?limit=2")
    rest = await _list(client, f"?limit=2&cursor={first['next_cursor']}")
    found = [*first["items"], *rest["items"]]
    assert (len(first["items"]), rest["next_cursor"]) == (2, None)
    assert sorted(one["amount_minor"] for one in found) == [100, 200, 300]
    assert {(one["state"], one["detail"], one["provider"]) for one in found} == {("failed", "told to fail", "sandbox")}
    sandbox = payments.Providers(till.ctx).get_sandbox()
    for charge in charges:
        await sandbox.books.plan_refunds(charge.charge_id, RefundPlan.SUCCEED)
    for _ in range(2):
        retried = await client.post(f"/api/operator/refunds/{found[0]['refund_id']}/retry", headers=once())
        assert (retried.status_code, retried.json()["state"], retried.json()["attempt"]) == (200, "pending", 2)
    await _carry_out(till)
    assert len((await _list(client))["items"]) == 2
    done = (await _list(client, "?state=succeeded"))["items"]
    assert [one["refund_id"] for one in done] == [found[0]["refund_id"]]
    again = await client.post(f"/api/operator/refunds/{found[0]['refund_id']}/retry", headers=once())
    assert (again.json()["state"], again.json()["attempt"]) == ("succeeded", 2)


async def test_nobody_else_sees_or_retries_refunds(till: Till, sign_up: SignUp) -> None:
    client, _ = await sign_up()
    charge = await _refused(till, 100)
    await _carry_out(till)
    assert (await client.get("/api/operator/refunds")).status_code == 403
    assert (await client.post(f"/api/operator/refunds/{charge.charge_id}/retry", headers=once())).status_code == 403
    assert await till.refund_states(charge) == ["failed"]
