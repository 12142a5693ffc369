"""Money leaves a balance once, to where its owner said, and comes back if the bank says no."""

import asyncio
import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import once
from tests.modules.settlement.till import BANK, Till

from xiaodian.contracts.accounting import BANK as BANK_ACCOUNT
from xiaodian.contracts.accounting import payout_account, shop_account
from xiaodian.contracts.base import NotFoundError
from xiaodian.modules.shops import api as shops


async def released(till: Till, operator: httpx.AsyncClient, amount_minor: int) -> str:
    """A payout that waits for a batch."""
    asked = await till.ask_payout(amount_minor)
    assert asked.status_code == 201, asked.text
    payout_id: str = asked.json()["payout_id"]
    answer = await operator.post(f"/api/operator/payouts/{payout_id}/release", headers=once())
    assert answer.status_code == 200, answer.text
    return payout_id


async def make_batch(operator: httpx.AsyncClient) -> dict[str, Any]:
    """A batch of all that is released."""
    answer = await operator.post("/api/operator/payout-batches", headers=once())
    assert answer.status_code == 201, answer.text
    batch: dict[str, Any] = answer.json()
    return batch


async def tell(operator: httpx.AsyncClient, batch_id: str, text: str, encoding: str = "utf-8") -> dict[str, Any]:
    """The bank's answer."""
    answer = await operator.post(
        f"/api/operator/payout-batches/{batch_id}/results",
        files={"file": ("results.csv", text.encode(encoding), "text/csv")},
        headers=once(),
    )
    assert answer.status_code == 200, answer.text
    results: dict[str, Any] = answer.json()
    return results


async def states(till: Till) -> list[str]:
    """The shop's payouts, the newest first."""
    return [payout["state"] for payout in (await till.see("payouts"))["items"]]


async def test_a_payout_goes_to_the_bank_and_each_step_stands_in_the_ledger(till: Till) -> None:
    operator, _ = await till.operator()
    await till.rich(10_000)
    payout_id = await released(till, operator, 4_000)
    assert await till.balance(shop_account(till.shop_id)) == 6_000
    assert (await till.see("balance"))["in_payout_minor"] == 4_000
    batch = await make_batch(operator)
    assert (batch["count"], batch["total_minor"]) == (1, 4_000)
    results = await tell(operator, batch["batch_id"], f"payout_id,result,detail\r\n{payout_id},paid,流水 1\r\n")
    assert (results["paid"], results["failed"], results["refused"]) == (1, 0, 0)
    assert await states(till) == ["paid"]
    assert await till.balance(BANK_ACCOUNT) == 4_000
    balance = await till.see("balance")
    assert (balance["available_minor"], balance["in_payout_minor"], balance["paid_minor"]) == (6_000, 0, 4_000)
    async with till.ctx.database.connection() as connection:
        moves = await connection.fetch(
            "SELECT deed, account_id IS NOT NULL AS has_who FROM settlement.payout_move ORDER BY move_id"
        )
    assert [(move["deed"], move["has_who"]) for move in moves] == [
        ("request", True),
        ("release", True),
        ("put_in_batch", True),
        ("report_paid", True),
    ]


async def test_what_the_bank_could_not_pay_is_back_in_the_balance(till: Till) -> None:
    operator, _ = await till.operator()
    await till.rich(10_000)
    payout_id = await released(till, operator, 4_000)
    batch = await make_batch(operator)
    await tell(operator, batch["batch_id"], f"{payout_id},failed,账号错误\n", encoding="gb18030")
    [payout] = (await till.see("payouts"))["items"]
    assert (payout["state"], payout["detail"]) == ("failed", "账号错误")
    assert (await till.see("balance"))["available_minor"] == 10_000
    assert await till.balance(f"payout:{payout_id}") == 0


async def test_the_same_results_again_or_wrong_ones_change_nothing(till: Till) -> None:
    operator, _ = await till.operator()
    await till.rich(10_000)
    one, other = await released(till, operator, 1_000), await released(till, operator, 2_000)
    batch = await make_batch(operator)
    await tell(operator, batch["batch_id"], f"{one},paid,\n")
    text = (
        f"{one},paid,\n{one},failed,\n{other},maybe,\n{uuid4()},paid,\nnonsense,paid,\n{other},failed,\n{other},paid,\n"
    )
    results = await tell(operator, batch["batch_id"], text)
    assert [(row["outcome"], row["reason"]) for row in results["rows"]] == [
        ("unchanged", None),
        ("refused", "already_told"),
        ("refused", "bad_result"),
        ("refused", "not_in_batch"),
        ("refused", "not_in_batch"),
        ("failed", None),
        ("refused", "twice"),
    ]
    assert await states(till) == ["failed", "paid"]
    assert await till.balance(shop_account(till.shop_id)) == 9_000
    assert await till.balance(BANK_ACCOUNT) == 1_000


async def test_requests_at_once_never_take_more_than_there_is(till: Till) -> None:
    await till.rich(10_000)
    answers = await asyncio.gather(*(till.ask_payout(3_000) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
    refused = next(answer for answer in answers if answer.status_code == 409).json()
    assert (refused["code"], refused["params"]["available_minor"]) == ("balance_too_low", 1_000)
    assert await till.balance(shop_account(till.shop_id)) == 1_000


async def test_the_same_key_asks_once(till: Till) -> None:
    await till.rich(10_000)
    key = uuid4().hex
    first, second = await till.ask_payout(3_000, key), await till.ask_payout(3_000, key)
    assert first.json() == second.json()
    other = await till.ask_payout(4_000, key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert await till.balance(shop_account(till.shop_id)) == 7_000


async def test_nobody_is_paid_without_a_bank_account_and_its_number_is_never_shown(till: Till) -> None:
    await till.give(shop_account(till.shop_id), 10_000)
    answer = await till.ask_payout(100)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_bank_account")
    assert (await till.see("bank-account"))["bank_account"] is None
    answer = await till.seller.put(f"/api/shops/{till.shop_id}/bank-account", json=BANK)
    assert answer.json()["number"] == "************1234"
    paid = await till.ask_payout(100)
    assert BANK["number"] not in answer.text + paid.text + (await till.seller.get("/api/me/payouts")).text


async def test_a_bank_account_that_cannot_be_logged_is_not_changed(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    async def _refuse(*_: object, **__: object) -> None:
        raise NotFoundError

    monkeypatch.setattr(shops, "note_deed", _refuse)
    assert (await till.seller.put(f"/api/shops/{till.shop_id}/bank-account", json=BANK)).status_code == 404
    assert (await till.see("bank-account"))["bank_account"] is None


async def test_a_rejected_payout_says_why_and_its_money_is_back(till: Till) -> None:
    operator, _ = await till.operator()
    await till.rich(10_000)
    payout_id = (await till.ask_payout(4_000)).json()["payout_id"]
    path = f"/api/operator/payouts/{payout_id}"
    rejected = await operator.post(f"{path}/rejection", json={"reason": "户名与店铺不符"}, headers=once())
    assert (rejected.status_code, rejected.json()["state"]) == (200, "rejected")
    again = await operator.post(f"{path}/release", headers=once())
    assert (again.status_code, again.json()["code"], again.json()["params"]) == (
        409,
        "illegal_payout_move",
        {"state": "rejected", "allowed": []},
    )
    assert (await till.see("payouts"))["items"][0]["detail"] == "户名与店铺不符"
    assert await till.balance(shop_account(till.shop_id)) == 10_000


async def test_frozen_money_is_not_paid_out_until_it_is_lifted_and_both_are_written_down(till: Till) -> None:
    operator, operator_id = await till.operator()
    await till.rich(10_000)
    waiting = (await till.ask_payout(1_000)).json()["payout_id"]
    let_go = await released(till, operator, 2_000)
    body = {"kind": "shop", "owner_id": str(till.shop_id), "reason": "涉嫌虚假发货"}
    frozen = await operator.post("/api/operator/freezes", json=body, headers=once())
    assert frozen.status_code == 201, frozen.text
    assert (await operator.post("/api/operator/freezes", json=body, headers=once())).json()["code"] == "already_frozen"
    assert (await till.see("balance"))["frozen"]["reason"] == "涉嫌虚假发货"
    answer = await till.ask_payout(100)
    assert (answer.json()["code"], answer.json()["params"]["reason"]) == ("money_frozen", "涉嫌虚假发货")
    assert (await operator.post(f"/api/operator/payouts/{waiting}/release", headers=once())).json()[
        "code"
    ] == "money_frozen"
    assert (await operator.post("/api/operator/payout-batches", headers=once())).json()["code"] == "nothing_to_pay"
    path = f"/api/operator/freezes/{frozen.json()['freeze_id']}/lift"
    assert (await operator.post(path, json={"reason": "已核实发货"}, headers=once())).status_code == 200
    assert (await operator.post(path, json={"reason": "再次"}, headers=once())).json()["code"] == "not_frozen"
    [freeze] = (await operator.get("/api/operator/freezes")).json()["items"]
    assert (freeze["frozen_by"], freeze["lifted_by"]) == (str(operator_id), str(operator_id))
    assert (freeze["reason"], freeze["lift_reason"]) == ("涉嫌虚假发货", "已核实发货")
    assert freeze["lifted_at_ms"] >= freeze["frozen_at_ms"]
    shop = (await operator.get(f"/api/shops/{till.shop_id}")).json()
    assert freeze["owner_name"] == frozen.json()["owner_name"] == shop["name"]
    assert (await make_batch(operator))["count"] == 1
    [in_batch] = (await operator.get("/api/operator/payouts?state=in_batch")).json()["items"]
    assert in_batch["payout_id"] == let_go


async def test_the_banks_file_is_the_same_whenever_it_is_asked_for_and_whoever_takes_it_is_known(till: Till) -> None:
    operator, operator_id = await till.operator()
    await till.rich(10_000)
    account = {"holder": '=HYPERLINK("http://x")', "bank": "@SUM(A1)", "number": "6222020200001234"}
    assert (await till.seller.put(f"/api/shops/{till.shop_id}/bank-account", json=account)).status_code == 200
    payout_id = await released(till, operator, 123_45 - 6_000)
    batch = await make_batch(operator)
    path = f"/api/operator/payout-batches/{batch['batch_id']}/file"
    first = await operator.get(path)
    await till.seller.put(f"/api/shops/{till.shop_id}/bank-account", json=BANK)
    await tell(operator, batch["batch_id"], f"{payout_id},paid,\n")
    second = await operator.get(path)
    assert first.content == second.content
    assert first.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(first.content.decode("utf-8-sig"))))
    assert rows[1] == [payout_id, '\'=HYPERLINK("http://x")', "'@SUM(A1)", "6222020200001234", "63.45", "CNY"]
    async with till.ctx.database.connection() as connection:
        takers = await connection.fetch("SELECT account_id FROM settlement.payout_batch_download")
    assert [row["account_id"] for row in takers] == [operator_id] * 2


async def test_two_operators_never_put_one_payout_into_two_batches(till: Till) -> None:
    operator, _ = await till.operator()
    await till.rich(10_000)
    for _ in range(4):
        await released(till, operator, 100)
    answers = await asyncio.gather(*(operator.post("/api/operator/payout-batches", headers=once()) for _ in range(4)))
    made = [answer.json() for answer in answers if answer.status_code == 201]
    assert sum(batch["count"] for batch in made) == 4
    assert {answer.status_code for answer in answers} <= {201, 409}


async def test_who_runs_the_shop_sees_its_money_and_only_owner_and_finance_move_it(till: Till) -> None:
    await till.rich(1_000)
    clerk, clerk_id = await till.sign_up("店员")
    async with till.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'manager')", till.shop_id, clerk_id
        )
    base = f"/api/shops/{till.shop_id}"
    assert (await clerk.get(f"{base}/balance")).status_code == 200
    key = {"Idempotency-Key": uuid4().hex}
    refused = [
        await clerk.put(f"{base}/bank-account", json=BANK),
        await clerk.post(f"{base}/payouts", json={"amount_minor": 100}, headers=key),
        await clerk.post(f"{base}/deposit", json={"amount_minor": 100}, headers=key),
        await clerk.post(f"{base}/deposit/withdrawal", json={"amount_minor": 100}, headers=key),
        await clerk.post(f"{base}/service-shares", json={"provider_id": str(clerk_id), "rate_bp": 100}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 5
    assert await till.balance(shop_account(till.shop_id)) == 1_000
    async with till.ctx.database.connection() as connection:
        await connection.execute("UPDATE shops.staff SET role = 'finance' WHERE account_id = $1", clerk_id)
    assert (await clerk.put(f"{base}/bank-account", json=BANK)).status_code == 200
    assert (await clerk.post(f"{base}/payouts", json={"amount_minor": 100}, headers=key)).status_code == 201


@pytest.mark.parametrize("text", [b"\xff\xfe\x00\x81", b'"unclosed', b"a,b\x00c"])
async def test_a_file_that_is_none_is_refused(till: Till, text: bytes) -> None:
    operator, _ = await till.operator()
    await till.rich(1_000)
    payout_id = await released(till, operator, 100)
    batch = await make_batch(operator)
    answer = await operator.post(
        f"/api/operator/payout-batches/{batch['batch_id']}/results",
        files={"file": ("x.csv", text, "text/csv")},
        headers=once(),
    )
    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or answer.json()["refused"] == len(answer.json()["rows"])
    assert await till.balance(payout_account(uuid4())) == 0
    assert await till.balance(f"payout:{payout_id}") == 100
