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


def ago(**time: float) -> datetime:
    """A moment of the past; of the present, if nothing is said."""
    return datetime.now(UTC) - timedelta(**time)


class Elsewhere:
    """Another platform that tells of orders."""

    def __init__(self, staff: Staff, source: Any) -> None:
        self.staff = staff
        self.source = source

    async def tell(
        self, *, at: datetime | None = None, secret: str = "", key: str = "msg_1", **order: Any
    ) -> httpx.Response:
        """Tell of one order, now unless said otherwise."""
        at = at or ago()
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
    await elsewhere.tell(state="refunded", at=ago())
    await elsewhere.tell(state="paid", at=ago(minutes=2), key="msg_0")
    assert [row[1] for row in await elsewhere.kept()] == ["refunded"]
    assert len(await elsewhere.told()) == 1


@pytest.mark.parametrize("wrong", [{"secret": "whsec_" + "A" * 43 + "="}, {"at": ago(hours=1)}], ids=["forged", "old"])
async def test_who_does_not_sign_is_not_believed(elsewhere: Elsewhere, wrong: dict[str, Any]) -> None:
    answer = await elsewhere.tell(**wrong)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await elsewhere.kept() == []


@pytest.mark.parametrize("order", [{"amount_minor": -1}, {"state": "maybe"}, {"currency": "yuan"}, {"more": 1}])
async def test_a_message_that_makes_no_sense_changes_nothing(elsewhere: Elsewhere, order: dict[str, Any]) -> None:
    answer = await elsewhere.tell(**order)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert await elsewhere.kept() == []


HEADING = "订单号,金额,下单时间,状态,来源\n"


async def test_a_file_of_orders_is_rehearsed_first_and_then_noted_once(elsewhere: Elsewhere, market: Market) -> None:
    staff, source_id, room_id = elsewhere.staff, elsewhere.source["source_id"], await market.room()
    await elsewhere.tell(order_id="F-1", at=ago(minutes=1))
    rows = (
        f"F-1,89.00,2026-11-28 20:15,已退款,room-{room_id}\n"
        f"F-2,12.5,2026-11-28 20:16,,room-{room_id}\n"
        "F-2,1,2026-11-28 20:16,,\n"
        "F-3,viel,2026-11-28 20:16,,\n"
        "F-4,1,gestern,,\n"
        f"F-5,1,2026-11-28 20:16,,room-{source_id}\n"
    )
    content = (HEADING + rows).encode()
    counts = {"created": 1, "updated": 1, "refused": 4}
    dry = await staff.finish("external_orders", content, source_id=source_id)
    assert (dry["state"], dry["counts"]) == ("done", counts)
    assert [row[:3] for row in await elsewhere.kept()] == [("F-1", "paid", 8900)]
    done = await staff.finish("external_orders", content, source_id=source_id, dry_run=False)
    assert done["counts"] == counts
    reasons = [row["reason"] for row in await staff.rows(done["job_id"], outcome="refused")]
    assert reasons == ["order_again", "not_an_amount", "not_a_time", "not_a_room"]
    assert sorted(await elsewhere.kept()) == [
        ("F-1", "refunded", 8900, room_id, market.seller_id),
        ("F-2", "paid", 1250, room_id, market.seller_id),
    ]
    again = await staff.finish("external_orders", content, source_id=source_id, dry_run=False)
    assert again["counts"] == {"unchanged": 2, "refused": 4}
    assert [event["version"] for event in await elsewhere.told()] == [1, 2, 1]  # type: ignore[index]


async def test_a_file_without_the_columns_says_which_is_missing(elsewhere: Elsewhere) -> None:
    content = "订单号,金额\n1,2\n".encode()
    job = await elsewhere.staff.finish("external_orders", content, source_id=elsewhere.source["source_id"])
    assert (job["state"], job["failure"]["params"]["column"]) == ("failed", "placed_at")
    assert await elsewhere.kept() == []


async def test_staff_sees_what_came_page_by_page(elsewhere: Elsewhere) -> None:
    path = f"{elsewhere.staff.path}/order-sources"
    for number in range(3):
        await elsewhere.tell(order_id=f"E-{number}")
    [source] = (await elsewhere.staff.client.get(path)).json()["items"]
    assert (source["orders"], source["path"]) == (3, elsewhere.source["path"])
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await elsewhere.staff.client.get(f"{path}/{source['source_id']}/orders", params=query)).json()
        seen += [order["order_id"] for order in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (["E-2", "E-1", "E-0"], None)


async def test_after_a_new_secret_the_old_one_opens_nothing(elsewhere: Elsewhere) -> None:
    path = f"{elsewhere.staff.path}/order-sources/{elsewhere.source['source_id']}/secret"
    renewed = (await elsewhere.staff.client.post(path)).json()
    assert (await elsewhere.tell()).status_code == 403
    assert await elsewhere.kept() == []
    assert (await elsewhere.tell(secret=renewed["secret"])).status_code == 200
