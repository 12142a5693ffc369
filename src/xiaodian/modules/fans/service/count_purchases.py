"""Bring fans and the sums over them up to date with the orders as they are now."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from xiaodian.contracts.fans import FanMoved, SegmentCode
from xiaodian.contracts.orders import OrderId
from xiaodian.infra.database import Connection, Record
from xiaodian.infra.outbox import emit
from xiaodian.modules.fans.count_sql import APPEND, COUNT

LOCK = 7_142_390


async def count_purchases(
    connection: Connection, order_ids: Collection[OrderId], utc_offset_h: int, now: datetime
) -> None:
    """Count these orders as they are now, in the caller's transaction. Counting them again changes nothing.

    One at a time does it, so that what was counted before is known.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    today = day_of_books(now, utc_offset_h)
    rows = await connection.fetch(APPEND, list(order_ids), utc_offset_h, today)
    if hard := [row["hard_id"] for row in rows if row["hard_id"] is not None]:
        rows += await connection.fetch(COUNT, hard, utc_offset_h, today)
    await tell_moved(connection, [row for row in rows if row["hard_id"] is None], today)


async def tell_moved(connection: Connection, moved: Sequence[Record], today: date) -> None:
    """Others may want to know who went from one segment to another."""
    if moved:
        await emit(
            connection,
            *(
                FanMoved(
                    shop_id=row["shop_id"],
                    account_id=row["account_id"],
                    from_segment=None if row["from_segment"] is None else SegmentCode(row["from_segment"]),
                    to_segment=SegmentCode(row["to_segment"]),
                    moved_on=today.isoformat(),
                )
                for row in moved
            ),
        )


def day_of_books(moment: datetime, utc_offset_h: int) -> date:
    """The day of the books that a moment falls into."""
    return (moment + timedelta(hours=utc_offset_h)).date()
