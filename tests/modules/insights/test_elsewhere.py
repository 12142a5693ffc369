"""What viewers bought on other platforms stands beside our own sales, once each, and never among them."""

import random
from datetime import timedelta

from tests.modules.insights.observer import Observer, late_and_twice

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.imports import ExternalOrderState, SourceId
from xiaodian.infra.work import decode_message
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.imports.api import list_noted
from xiaodian.modules.imports.external.note_orders import KIND, ExternalOrder, note_orders
from xiaodian.modules.insights import api as insights

PAID, REFUNDED = ExternalOrderState.PAID, ExternalOrderState.REFUNDED
TOLD = (("A", PAID, 100, "CNY"), ("B", PAID, 250, "CNY"), ("C", PAID, 70, "USD"), ("A", REFUNDED, 100, "CNY"))


async def tell(observer: Observer) -> list[Envelope]:
    """A platform tells of orders from the room, and later that one was given back; answers the events."""
    source_id, now = SourceId(new_id()), utc_now()
    async with observer.ctx.database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO imports.source (
                shop_id, source_id, kind, name, address, sealed_access, created_by, created_at
            ) VALUES ($1, $2, $3, '别处', '', '', $4, $5)
            """,
            observer.market.shop_id,
            source_id,
            KIND,
            observer.stage.host_id,
            now,
        )
        for number, (order_id, state, amount, currency) in enumerate(TOLD):
            order = ExternalOrder(
                order_id=order_id,
                state=state,
                amount_minor=amount,
                currency=currency,
                placed_at_ms=1_795_000_000_000,
                ref=f"room-{observer.stage.room_id}",
            )
            told_at = now + timedelta(seconds=number)
            await note_orders(connection, observer.market.shop_id, source_id, [order], told_at)
        rows = await connection.fetch(
            "SELECT payload FROM infra.outbox WHERE subject = 'event.ExternalOrderNoted' ORDER BY id"
        )
    return [envelope for row in rows for envelope in decode_message(row["payload"])]


async def test_each_order_counts_once_as_it_is_now_however_its_events_come(observer: Observer) -> None:
    events = await tell(observer)
    for envelope in late_and_twice([*events, *events], random.Random(7)):
        await observer.hear_elsewhere([envelope])
    seen = await observer.get(observer.stage.host)
    assert (seen["metrics"]["orders_elsewhere"], seen["metrics"]["amount_elsewhere_minor"]) == (2, 250)
    assert (seen["metrics"]["sums"]["orders_paid"], seen["metrics"]["sums"]["gmv_minor"]) == (0, 0)
    kept = (await observer.rows())["sale_elsewhere"]
    await insights.rebuild(observer.ctx, list_noted)
    assert (await observer.rows())["sale_elsewhere"] == kept


async def test_another_shop_sees_nothing_of_it(observer: Observer) -> None:
    await observer.order(await observer.market.buyer(), observer.foreign)
    await observer.hear()
    await observer.hear_elsewhere(await tell(observer))
    seen = await observer.get(observer.other, shop_id=str(observer.other_shop_id))
    assert (seen["metrics"]["orders_elsewhere"], seen["metrics"]["amount_elsewhere_minor"]) == (0, 0)
