"""A shop's deposit never has more than was put in, and stays while buyers may have a claim on it."""

import asyncio
from uuid import UUID, uuid4

import httpx
from tests.conftest import once
from tests.modules.settlement.till import Till

from xiaodian.contracts.accounting import deposit_account, shop_account


async def pay_in(till: Till, amount_minor: int) -> httpx.Response:
    """From the balance into the deposit."""
    return await _post(till, "deposit", amount_minor, uuid4().hex)


async def take_back(till: Till, amount_minor: int, key: str | None = None) -> httpx.Response:
    """From the deposit into the balance."""
    return await _post(till, "deposit/withdrawal", amount_minor, key or uuid4().hex)


async def _post(till: Till, path: str, amount_minor: int, key: str) -> httpx.Response:
    return await till.seller.post(
        f"/api/shops/{till.shop_id}/{path}", json={"amount_minor": amount_minor}, headers={"Idempotency-Key": key}
    )


async def books(till: Till) -> tuple[int, int]:
    """Balance and deposit."""
    return await till.balance(shop_account(till.shop_id)), await till.balance(deposit_account(till.shop_id))


async def test_a_deposit_comes_out_of_the_balance_and_never_more_than_it_has(till: Till) -> None:
    await till.rich(1_000)
    answers = await asyncio.gather(*(pay_in(till, 600) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await books(till) == (400, 600)
    assert (await till.see("balance"))["deposit_minor"] == 600


async def test_a_deposit_goes_back_to_the_balance_and_never_more_than_it_has(till: Till) -> None:
    await till.rich(1_000)
    await pay_in(till, 1_000)
    answers = await asyncio.gather(*(take_back(till, 600) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["params"]["available_minor"]) == ("balance_too_low", 400)
    assert await books(till) == (600, 400)
    statement = await till.see("balance")
    assert (statement["available_minor"], statement["deposit_minor"]) == (600, 400)


async def test_taking_back_is_done_once_for_a_key(till: Till) -> None:
    await till.rich(1_000)
    await pay_in(till, 1_000)
    first, again = [await take_back(till, 300, "k") for _ in range(2)]
    assert first.json() == again.json()
    assert (await take_back(till, 200, "k")).json()["code"] == "idempotency_mismatch"
    assert await books(till) == (300, 700)


async def test_a_deposit_stays_while_an_after_sale_is_open(till: Till) -> None:
    await till.rich(1_000)
    await pay_in(till, 1_000)
    order_id = await till.sold()
    after_sale_id = await open_after_sale(till, order_id)
    refused = await take_back(till, 100)
    assert (refused.status_code, refused.json()["code"]) == (409, "deposit_needed")
    assert (await books(till))[1] == 1_000
    closed = await till.buyer.client.post(
        f"/api/after-sales/{after_sale_id}/withdrawal", headers={"Idempotency-Key": uuid4().hex}
    )
    assert closed.status_code in (200, 201), closed.text
    assert (await take_back(till, 100)).status_code == 200
    assert (await books(till))[1] == 900


async def open_after_sale(till: Till, order_id: UUID) -> str:
    """The buyer wants the money back for one piece."""
    answer = await till.buyer.client.post(
        f"/api/orders/{order_id}/after-sales",
        json={"line_no": 0, "kind": "refund_only", "quantity": 1, "reason": "quality", "description": "坏了"},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["after_sale_id"])


async def test_a_frozen_deposit_stays(till: Till) -> None:
    operator, _ = await till.operator()
    await till.rich(1_000)
    await pay_in(till, 1_000)
    frozen = await operator.post(
        "/api/operator/freezes",
        json={"kind": "shop", "owner_id": str(till.shop_id), "reason": "涉嫌虚假发货"},
        headers=once(),
    )
    assert frozen.status_code == 201, frozen.text
    refused = await take_back(till, 100)
    assert (refused.status_code, refused.json()["code"]) == (409, "money_frozen")
    assert await books(till) == (0, 1_000)
