"""Payment callbacks of the sandbox by the thousand, signed as it signs them, until every order is paid."""

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import asyncpg

from xiaodian.cli.rush.load import Request, Tally, load
from xiaodian.kit.ids import new_id

KEY = b"festival"
CHECK_S = 0.05

_CHARGES = """
    INSERT INTO payments.charge (charge_id, payer_id, provider, method, amount_minor, currency, state, orders_key,
        created_at, changed_at, ask_at)
    SELECT charge_id, buyer_id, 'sandbox', 'page', total_minor, currency, 'pending', order_id, now(), now(),
        now() + interval '1 hour'
    FROM unnest($1::uuid[], $2::uuid[]) AS new (charge_id, order_id) JOIN orders.order USING (order_id)
"""
_PARTS = """
    INSERT INTO payments.charge_part (charge_id, order_id, shop_id, amount_minor)
    SELECT charge_id, order_id, shop_id, total_minor
    FROM unnest($1::uuid[], $2::uuid[]) AS new (charge_id, order_id) JOIN orders.order USING (order_id)
"""
_UNPAID = "SELECT count(*) FROM orders.order WHERE order_id = ANY($1::uuid[]) AND state = 'pending_payment'"


class Captures:
    """Orders with a charge each, and the callbacks that say that they were paid."""

    def __init__(self, database: "asyncpg.Connection[Any]", order_ids: list[UUID], requests: list[bytes]) -> None:
        self._database = database
        self._order_ids = order_ids
        self._requests = requests
        self.count = len(order_ids)

    @classmethod
    async def prepare(cls, database: "asyncpg.Connection[Any]", most: int) -> "Captures":
        """A charge for each of the newest unpaid orders, at most so many, and a signed callback for each."""
        rows = await database.fetch(
            """
            SELECT order_id, total_minor FROM orders.order WHERE state = 'pending_payment'
            ORDER BY order_id DESC LIMIT $1
            """,
            most,
        )
        charge_ids, order_ids = [new_id() for _ in rows], [row["order_id"] for row in rows]
        await database.execute(_CHARGES, charge_ids, order_ids)
        await database.execute(_PARTS, charge_ids, order_ids)
        await database.execute(
            """
            INSERT INTO payments.provider_key (provider, key) VALUES ('sandbox', $1)
            ON CONFLICT (provider) DO UPDATE SET key = excluded.key
            """,
            KEY,
        )
        requests = [
            _callback_of(charge_id, row["total_minor"]) for charge_id, row in zip(charge_ids, rows, strict=True)
        ]
        return cls(database, order_ids, requests)

    async def send(self, port: int, connections: int) -> float:
        """Send them all; answers the seconds until the last order was paid."""
        tally, started = Tally(), time.perf_counter()
        waiting: Iterator[bytes] = iter(self._requests)

        def _next() -> Request | None:
            data = next(waiting, None)
            return None if data is None else Request(0, data)

        await load([port], connections, _next, tally)
        if set(tally.statuses) != {204} or tally.cut:
            raise SystemExit(f"not every callback was taken: {dict(tally.statuses)}, {tally.cut} cut off")
        # Callbacks are acknowledged before they are handled; nobody tells us of the last one but the table.
        while await self._database.fetchval(_UNPAID, self._order_ids):  # noqa: ASYNC110
            await asyncio.sleep(CHECK_S)
        return time.perf_counter() - started


def _callback_of(charge_id: UUID, amount_minor: int) -> bytes:
    body = f'{{"charge_id":"{charge_id}","outcome":"captured","amount_minor":{amount_minor},"currency":"CNY"}}'
    notice_id, timestamp = new_id().hex, str(int(time.time()))
    digest = hmac.new(KEY, f"{notice_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return (
        "POST /api/payments/callbacks/sandbox HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"webhook-id: {notice_id}\r\nwebhook-timestamp: {timestamp}\r\n"
        f"webhook-signature: v1,{base64.b64encode(digest).decode()}\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()
