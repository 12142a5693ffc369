"""What comes from outside: a provider's word on a refund."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from xiaodian.infra.database import Connection
from xiaodian.modules.aftersales import queries
from xiaodian.modules.aftersales.models import Deed, Doing, Role
from xiaodian.modules.aftersales.rules import advance, find_next_state
from xiaodian.modules.aftersales.service.move import record


async def note_refunds(connection: Connection, outcomes: Mapping[UUID, Deed], now: datetime) -> int:
    """The provider has carried refunds out, or refuses to; those that are no after-sales' are passed over.

    `outcomes` are the last words by refund, which has the id of its after-sale. Says how many were told something new.
    """
    after_sales = await queries.lock_after_sales(connection, outcomes)
    told = 0
    for after_sale in after_sales.values():
        deed = outcomes[after_sale.after_sale_id]
        next_state = find_next_state(after_sale, deed, Role.PROVIDER, now)
        if next_state is None:
            continue
        doing = Doing(deed=deed, role=Role.PROVIDER)
        await record(connection, advance(after_sale, doing, next_state, now), doing, now)
        told += 1
    return told
