"""Orders that a room's viewers placed elsewhere: each as its platform last told of it."""

from collections.abc import Iterable

from xiaodian.contracts.imports import ExternalOrderNoted
from xiaodian.infra.database import Connection

LOCK = 7_142_387

_SAVE = """
    INSERT INTO insights.sale_elsewhere AS known (
        order_key, version, shop_id, room_id, state, amount_minor, currency
    ) SELECT * FROM unnest($1::text[], $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::text[])
    ON CONFLICT (order_key) DO UPDATE SET
        version = excluded.version, room_id = excluded.room_id, state = excluded.state,
        amount_minor = excluded.amount_minor, currency = excluded.currency
    WHERE known.version < excluded.version
"""


async def count_elsewhere(connection: Connection, orders: Iterable[ExternalOrderNoted]) -> None:
    """Keep the newest version of each, in the caller's transaction. Counting them again changes nothing."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    newest: dict[str, ExternalOrderNoted] = {}
    for order in orders:
        known = newest.get(order.order_key)
        if order.room_id is not None and (known is None or known.version < order.version):
            newest[order.order_key] = order
    if not newest:
        return
    rows = [
        (one.order_key, one.version, one.shop_id, one.room_id, one.state.value, one.amount_minor, one.currency)
        for one in newest.values()
    ]
    await connection.execute(_SAVE, *map(list, zip(*rows, strict=True)))
