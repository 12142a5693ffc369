"""Whatever moves money is done once for an Idempotency-Key, whoever of buyer, seller and operator asks."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import httpx
import pytest
from tests.conftest import once
from tests.modules.settlement.till import Till

_REFUSE = """
    UPDATE payments.refund SET state = 'failed', settled_at = now(), try_at = NULL WHERE order_id = $1
    RETURNING refund_id
"""
REASON = {"reason": "户名与店铺不符"}


class Deed(NamedTuple):
    """A POST that moves money, and one that is not the same."""

    client: httpx.AsyncClient
    path: str
    body: dict[str, Any] | None = None
    other_path: str = ""
    other_body: dict[str, Any] | None = None
    file: str = ""
    other_file: str = ""

    async def send(self, headers: dict[str, str], *, other: bool = False) -> httpx.Response:
        """Send it, or the other one."""
        told = self.other_file if other else self.file
        return await self.client.post(
            (other and self.other_path) or self.path,
            json=self.other_body if other and self.other_body else self.body,
            files={"file": ("results.csv", told.encode(), "text/csv")} if told else None,
            headers=headers,
        )


async def _cancel(till: Till) -> Deed:
    path = f"/api/orders/{await till.sell()}/cancel"
    return Deed(till.buyer.client, path, {"reason": "不想要了"}, other_body={"reason": "拍错了"})


async def _receive(till: Till) -> Deed:
    paths = []
    for _ in range(2):
        order_id = await till.sell()
        parcel = {"carrier": "顺丰", "tracking_number": f"SF{order_id.int % 10**12:012d}"}
        assert (await till.seller.post(f"/api/orders/{order_id}/shipment", json=parcel)).is_success
        paths.append(f"/api/orders/{order_id}/receipt")
    return Deed(till.buyer.client, paths[0], other_path=paths[1])


async def _payout(till: Till, deed: str) -> Deed:
    operator, _ = await till.operator()
    await till.rich(10_000)
    payout_id, other_id = [(await till.ask_payout(1_000)).json()["payout_id"] for _ in range(2)]
    path, other = (f"/api/operator/payouts/{one}/{deed}" for one in (payout_id, other_id))
    return Deed(operator, path, REASON if deed == "rejection" else None, other_path=other)


async def _release(till: Till) -> Deed:
    return await _payout(till, "release")


async def _reject(till: Till) -> Deed:
    return await _payout(till, "rejection")


async def _batch(till: Till) -> Deed:
    released = await _payout(till, "release")
    assert (await released.send(once())).is_success
    return Deed(released.client, "/api/operator/payout-batches", other_path=released.other_path)


async def _results(till: Till) -> Deed:
    batch = await _batch(till)
    made = (await batch.send(once())).json()
    [payout] = [one for one in (await till.see("payouts"))["items"] if one["state"] == "in_batch"]
    path = f"/api/operator/payout-batches/{made['batch_id']}/results"
    return Deed(batch.client, path, file=f"{payout['payout_id']},failed,", other_file=f"{payout['payout_id']},paid,")


async def _freeze(till: Till) -> Deed:
    operator, _ = await till.operator()
    body = {"kind": "shop", "owner_id": str(till.shop_id), **REASON}
    return Deed(operator, "/api/operator/freezes", body, other_body={**body, "reason": "另一个原因"})


async def _lift(till: Till) -> Deed:
    freeze = await _freeze(till)
    frozen = (await freeze.send(once())).json()
    path = f"/api/operator/freezes/{frozen['freeze_id']}/lift"
    return Deed(freeze.client, path, REASON, other_body={"reason": "另一个原因"})


async def _retry(till: Till) -> Deed:
    operator, _ = await till.operator()
    refund_ids = []
    for _ in range(2):
        order_id = await till.sell()
        assert (await till.buyer.client.post(f"/api/orders/{order_id}/cancel", json={}, headers=once())).is_success
        async with till.ctx.database.connection() as connection:
            refund_ids.append(await connection.fetchval(_REFUSE, order_id))
    path, other = (f"/api/operator/refunds/{one}/retry" for one in refund_ids)
    return Deed(operator, path, other_path=other)


DEEDS: dict[str, Callable[[Till], Awaitable[Deed]]] = {
    "cancel an order": _cancel,
    "confirm receipt": _receive,
    "release a payout": _release,
    "reject a payout": _reject,
    "make a payout batch": _batch,
    "take the bank's results": _results,
    "freeze money": _freeze,
    "lift a freeze": _lift,
    "retry a refund": _retry,
}


@pytest.mark.parametrize("name", DEEDS)
async def test_a_second_click_does_not_move_money_again(till: Till, name: str) -> None:
    deed = await DEEDS[name](till)
    before = await _books(till)
    assert (await deed.send({})).json()["code"] == "malformed_request"
    key = once()
    await _assert_refused_while_in_flight(till, deed, key)
    assert await _books(till) == before
    first = await deed.send(key)
    assert first.is_success, first.text
    after = await _books(till)
    again = await deed.send(key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    other = await deed.send(key, other=True)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert await _books(till) == after


async def _assert_refused_while_in_flight(till: Till, deed: Deed, key: dict[str, str]) -> None:
    """As long as the first request of a key is being answered, which holds the key's lock, the second is told so."""
    account_id = (await deed.client.get("/api/me")).json()["account_id"]
    async with till.ctx.database.transaction() as connection:
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1, uuid_hash_extended($2::uuid, 0)))",
            key["Idempotency-Key"],
            account_id,
        )
        waiting = await deed.send(key)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency_in_flight")
    assert waiting.headers["retry-after"] == "1"


async def _books(till: Till) -> list[Any]:
    """Everything that such a deed may change."""
    async with till.ctx.database.connection() as connection:
        return [
            await connection.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
            for table in (
                "ledger.entry",
                "orders.move",
                "payments.refund",
                "settlement.payout",
                "settlement.payout_batch",
                "settlement.freeze",
                "orders.idempotency",
            )
        ]


async def test_a_refused_deed_may_be_tried_again_under_its_key(till: Till) -> None:
    operator, _ = await till.operator()
    key = once()
    assert (await operator.post("/api/operator/payout-batches", headers=key)).json()["code"] == "nothing_to_pay"
    await till.rich(10_000)
    payout_id = (await till.ask_payout(1_000)).json()["payout_id"]
    assert (await operator.post(f"/api/operator/payouts/{payout_id}/release", headers=once())).is_success
    assert (await operator.post("/api/operator/payout-batches", headers=key)).status_code == 201
