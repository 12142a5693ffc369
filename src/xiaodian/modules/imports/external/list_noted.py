"""Orders placed elsewhere as they are now, for who makes summaries of them anew."""

from uuid import UUID

from xiaodian.contracts.imports import ExternalOrderNoted, ExternalOrderState
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms


async def list_noted(connection: Connection, after: tuple[UUID, str], limit: int) -> list[ExternalOrderNoted]:
    """Each as if it were told of for the first time, those after this source and number."""
    rows = await connection.fetch(
        """
        SELECT shop_id, source_id, external_id, state, product_id, room_id, creator_id, quantity, amount_minor,
               currency, placed_at, version
        FROM imports.external_order WHERE (source_id, external_id) > ($1, $2)
        ORDER BY source_id, external_id LIMIT $3
        """,
        *after,
        limit,
    )
    noted = []
    for row in rows:
        facts = dict(row)
        placed_at, state = facts.pop("placed_at"), ExternalOrderState(facts.pop("state"))
        noted.append(
            ExternalOrderNoted(
                **facts,
                order_key=f"{row['source_id']}:{row['external_id']}",
                state=state,
                state_before=None,
                amount_before_minor=0,
                placed_at_ms=to_epoch_ms(placed_at),
            )
        )
    return noted
