"""Orders placed elsewhere are counted once, as their platform last told of them, and only if it signed for it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook
from tests.modules.imports.work import Staff
from tests.modules.orders.market import Market

from xiaodian.app import JOB_KINDS
from xiaodian.contracts.imports import ExternalOrderNoted

NOW = datetime.now(UTC)


class Elsewhere:
    """Another platform that tells of orders."""

    def __init__(self, staff: Staff, source: Any) -> None:
        self.staff = staff
        self.source = source

    async def tell(self, *, at: datetime = NOW, secret: str = "", key: str = "msg_1", **order: Any) -> httpx.Response:
        """Tell of one order."""
        known = {"order_id": "E-1", "state": "paid", "amount_minor": 8900, "placed_at_ms": 1_795_000_000_000}
        body = json.dumps({"orders": [known | order]})
        signature = Webhook(secret or self.source["secret"]).sign(key, at, body)
        headers = {
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
            "content-type": "application/json",
        }
        return await self.staff.client.post(self.source["path"], content=body, headers=headers)

    async def kept(self) -> list[tuple[Any, ...]]:
        """What is written down."""
        async with self.staff.ctx.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT external_id, state, amount_minor, room_id, creator_id FROM imports.external_order"
            )
        return [tuple(row) for row in rows]

    async def told(self) -> list[ExternalOrderNoted]:
        """What other modules hear of."""
        async with self.staff.ctx.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT payload FROM infra.outbox WHERE subject = 'event.ExternalOrderNoted' ORDER BY message_id"
            )
        return [json.loads(row["payload"])["data"] for row in rows]


@pytest.fixture
async def elsewhere(market: Market) -> Elsewhere:
    staff = Staff(market, JOB_KINDS)
    answer = await staff.client.post(f"{staff.path}/order-sources", json={"name": "别处"})
    assert answer.status_code == 201, answer.text
    return Elsewhere(staff, answer.json())


async def test_an_order_is_noted_once_with_the_room_its_buyer_came_from(elsewhere: Elsewhere, market: Market) -> None:
    room_id = await market.room()
    for _ in range(2):
        answer = await elsewhere.tell(ref=f"room-{room_id}")
        assert answer.status_code == 200, answer.text
    assert answer.json() == {"noted": 0}
    assert await elsewhere.kept() == [("E-1", "paid", 8900, room_id, market.seller_id)]
    (event,) = await elsewhere.told()
    assert (event["state_before"], event["creator_id"]) == (None, str(market.seller_id))  # type: ignore[index]


async def test_what_was_told_earlier_never_overwrites_what_was_told_later(elsewhere: Elsewhere) -> None:
    await elsewhere.tell(state="refunded", at=NOW)
    await elsewhere.tell(state="paid", at=NOW - timedelta(minutes=2), key="msg_0")
    assert [row[1] for row in await elsewhere.kept()] == ["refunded"]
    assert len(await elsewhere.told()) == 1


@pytest.mark.parametrize(
    "wrong", [{"secret": "whsec_" + "A" * 43 + "="}, {"at": NOW - timedelta(hours=1)}], ids=["forged", "old"]
)
async def test_who_does_not_sign_is_not_believed(elsewhere: Elsewhere, wrong: dict[str, Any]) -> None:
    answer = await elsewhere.tell(**wrong)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await elsewhere.kept() == []


@pytest.mark.parametrize("order", [{"amount_minor": -1}, {"state": "maybe"}, {"currency": "yuan"}, {"more": 1}])
async def test_a_message_that_makes_no_sense_changes_nothing(elsewhere: Elsewhere, order: dict[str, Any]) -> None:
    answer = await elsewhere.tell(**order)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert await elsewhere.kept() == []
