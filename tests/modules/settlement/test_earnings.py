"""What a creator has earned, and when it can be paid out."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.modules.settlement.till import BANK, Till

from xiaodian.contracts.accounting import service_account
from xiaodian.contracts.accounts import AccountId


@pytest.fixture
async def creator(till: Till) -> tuple[httpx.AsyncClient, AccountId]:
    """Somebody who sells others' goods."""
    return await till.sign_up("达人")


async def earnings(client: httpx.AsyncClient, kind: str = "creator") -> dict[str, Any]:
    """As they see it."""
    answer = await client.get(f"/api/me/earnings?kind={kind}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def lines(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Line by line."""
    items: list[dict[str, Any]] = (await client.get("/api/me/earnings/lines")).json()["items"]
    return items


async def ask(client: httpx.AsyncClient, amount_minor: int, kind: str = "creator") -> httpx.Response:
    """Ask to be paid."""
    return await client.post(
        f"/api/me/payouts?kind={kind}",
        json={"amount_minor": amount_minor},
        headers={"Idempotency-Key": uuid4().hex},
    )


async def settled_days_ago(till: Till, days: int) -> None:
    """As if what is settled had been settled then."""
    async with till.ctx.database.connection() as connection:
        for table in ("share", "settlement"):
            await connection.execute(
                f"UPDATE settlement.{table} SET settled_at = settled_at - make_interval(days => $1)", days
            )


async def test_commission_is_pending_then_waits_then_can_be_paid(
    till: Till, creator: tuple[httpx.AsyncClient, AccountId]
) -> None:
    client, creator_id = creator
    order_id = await till.sell(commission_bp=2000, creator_id=creator_id)
    assert (await earnings(client))["pending_minor"] == 598
    assert [line["state"] for line in await lines(client)] == ["pending"]
    await till.complete(order_id)
    assert (await earnings(client))["pending_minor"] == 598
    await till.settle()
    waiting = await earnings(client)
    assert (waiting["pending_minor"], waiting["available_minor"]) == (598, 0)
    await client.put("/api/me/bank-account", json=BANK)
    assert (await ask(client, 598)).json()["code"] == "balance_too_low"
    await settled_days_ago(till, 2)
    ready = await earnings(client)
    assert (ready["pending_minor"], ready["available_minor"]) == (0, 598)
    [line] = await lines(client)
    assert (line["state"], line["commission_minor"], line["order_id"]) == ("available", 598, str(order_id))
    assert (await ask(client, 500)).status_code == 201
    paid = await earnings(client)
    assert (paid["available_minor"], paid["in_payout_minor"]) == (98, 500)


async def test_a_refund_takes_commission_from_the_part_that_waits(
    till: Till, creator: tuple[httpx.AsyncClient, AccountId]
) -> None:
    client, creator_id = creator
    await till.sold(commission_bp=2000, creator_id=creator_id)
    await settled_days_ago(till, 3)
    order_id = await till.sold(commission_bp=2000, creator_id=creator_id)
    await till.refund(order_id, {0: 2990})
    found = await earnings(client)
    assert (found["pending_minor"], found["available_minor"]) == (0, 598)
    assert [line["commission_minor"] for line in await lines(client)] == [0, 598]


async def test_earnings_are_paged_by_order_and_nobody_elses_are_seen(
    till: Till, creator: tuple[httpx.AsyncClient, AccountId]
) -> None:
    client, creator_id = creator
    _, other_id = await till.sign_up("别人")
    mine = [await till.sell(commission_bp=1000, creator_id=creator_id) for _ in range(3)]
    await till.sell(commission_bp=1000, creator_id=other_id)
    first = (await client.get("/api/me/earnings/lines?limit=2")).json()
    rest = (await client.get(f"/api/me/earnings/lines?limit=2&cursor={first['next_cursor']}")).json()
    assert [line["order_id"] for page in (first, rest) for line in page["items"]] == [str(one) for one in mine[::-1]]
    assert rest["next_cursor"] is None


async def test_a_providers_share_can_be_paid_out_and_a_shops_money_not_by_this_way(till: Till) -> None:
    client, provider_id = await till.sign_up("服务商")
    await till.give(service_account(provider_id), 500)
    assert (await earnings(client, "service"))["available_minor"] == 500
    assert (await client.put("/api/me/bank-account?kind=service", json=BANK)).status_code == 200
    assert (await ask(client, 500, "service")).status_code == 201
    assert (await ask(client, 1, "shop")).status_code == 422
