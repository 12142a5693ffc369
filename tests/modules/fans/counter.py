"""Buyers of a room that sells for two shops, and who counts them as fans."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from tests.modules.insights.observer import Observer

from xiaodian.contracts.base import Envelope
from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans import api as fans
from xiaodian.modules.fans import handlers
from xiaodian.modules.fans.conditions.sql import FANS
from xiaodian.modules.fans.service.count_comments import count_comments
from xiaodian.modules.fans.service.count_visits import count_watched
from xiaodian.modules.fans.service.move_by_time import move_by_time
from xiaodian.modules.fans.service.write_histories import write_histories

SUMS = {
    "cohort": ("buyers", "orders", "gmv_minor", "returned_minor"),
    "first_day": ("fans",),
    "bringer": ("orders", "firsts"),
    "pause": ("pauses",),
    "segment_size": ("fans",),
}
TABLES = ("purchase", "fan", "visit", "visit_day", "creator_fan", "creator_purchase", *SUMS)


class Counter(Observer):
    """Hands events about orders to fans instead of insights."""

    async def hear(self, envelopes: Sequence[Envelope] | None = None) -> None:
        """Hand events about sales to whoever counts fans."""
        heard = await self.events() if envelopes is None else envelopes
        for consumer in handlers.consumers(self.ctx):
            if consumer.durable in ("fans-purchases", "fans-of-creators"):
                await consumer.handle([each for each in heard if each.type in consumer.event_types])

    async def watch(self, envelopes: Sequence[Envelope]) -> None:
        """What pages told is kept, and counted of fans."""
        await self.take_reports(envelopes)
        await count_watched(self.ctx.database, self.ctx.settings.books_utc_offset_h, utc_now())

    async def pay_at(self, order: dict[str, Any], at: datetime) -> None:
        """As if it had been paid then."""
        async with self.ctx.database.connection() as connection:
            await connection.execute(
                "UPDATE orders.order SET paid_at = $2 WHERE order_id = $1", UUID(order["order_id"]), at
            )

    async def rebuild(self) -> None:
        """What `xiaodian fans rebuild` does, and the worker after it."""
        await fans.rebuild(self.ctx, utc_now())
        await count_comments(self.ctx, utc_now())

    async def move_by_time(self, now: datetime) -> None:
        """What the worker does as days pass."""
        await move_by_time(self.ctx.database, self.ctx.settings.books_utc_offset_h, now)

    async def all_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every summary; a sum of nothing is as good as none."""
        async with self.ctx.database.connection() as connection:
            rows = {}
            for table in TABLES:
                some = " OR ".join(f"{name} <> 0" for name in SUMS.get(table, ())) or "true"
                found = await connection.fetch(f"SELECT * FROM fans.{table} WHERE {some}")
                rows[table] = sorted(
                    (tuple(value for name, value in row.items() if name != "changes") for row in found), key=str
                )
            return rows

    async def write_histories(self) -> None:
        """What the worker does in large shops now and then."""
        await write_histories(self.ctx.database, large=1)

    async def histories(self) -> dict[tuple[UUID, UUID], tuple[Any, ...]]:
        """What is written beside the fans of each shop of their purchases; goods in any order."""
        async with self.ctx.database.connection() as connection:
            rows = await connection.fetch(
                f"SELECT shop_id, account_id, history.* FROM {FANS} WHERE purchase_days IS NOT NULL"
            )
        return {
            (row["shop_id"], row["account_id"]): (
                row["purchase_days"],
                row["running_minor"],
                sorted(zip(row["product_ids"], row["product_days"], strict=True)),
            )
            for row in rows
        }

    async def rows_of(self, table: str) -> list[Any]:
        """All rows of a table of fans."""
        async with self.ctx.database.connection() as connection:
            return list(await connection.fetch(f"SELECT * FROM fans.{table}"))

    async def ask(self, who: httpx.AsyncClient, path: str, shop_id: Any = None, **query: Any) -> Any:
        """What somebody is told of a shop's fans, the host's own shop unless said otherwise."""
        answer = await who.get(f"/api/shops/{shop_id or self.stage.shop_id}/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()
