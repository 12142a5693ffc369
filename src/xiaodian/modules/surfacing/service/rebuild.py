"""Make anew what is known of viewings and acquaintances: from what pages told, as long as it is kept, and orders."""

from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.modules.insights import api as insights
from xiaodian.modules.orders import api as orders
from xiaodian.modules.surfacing.service import learn_viewings
from xiaodian.modules.surfacing.service.order_bags import VIEWS, keep_views, remember_orders

BATCH = 1000
NO_LIMIT_S = 24 * 3600.0


class Rebuilt(Contract, frozen=True, kw_only=True):
    """What a rebuild went through."""

    orders: int
    acts: int


async def rebuild(records: Records) -> Rebuilt:
    """In one transaction: readers see the old rows until the new ones are there."""
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", learn_viewings.LOCK, timeout=NO_LIMIT_S)
        for table in ("viewing", "moment_count", "quiet_second", "acquaintance"):
            await connection.execute(f"DELETE FROM surfacing.{table}", timeout=NO_LIMIT_S)
        acts = await _learn_acts(connection)
        await _remember_views(connection)
        done = 0
        after = UUID(int=0)
        while order_ids := await orders.list_order_ids(connection, after=after, limit=BATCH):
            await learn_viewings.learn_orders(connection, order_ids)
            await remember_orders(connection, order_ids)
            done += len(order_ids)
            after = order_ids[-1]
    return Rebuilt(orders=done, acts=acts)


async def _learn_acts(connection: Connection) -> int:
    done, after = 0, None
    while acts := await insights.list_acts_of_videos(connection, after, BATCH):
        await learn_viewings.learn_acts(connection, acts)
        done += len(acts)
        after = acts[-1].at, acts[-1].report_id, acts[-1].number
    return done


async def _remember_views(connection: Connection) -> None:
    after = None
    while acts := await insights.list_acts_of_accounts(connection, after, BATCH):
        await keep_views(
            connection,
            [
                (act.account_id, act.product_id, act.at)
                for act in acts
                if act.kind in VIEWS and act.account_id is not None and act.product_id is not None
            ],
        )
        after = acts[-1].at, acts[-1].report_id, acts[-1].number
