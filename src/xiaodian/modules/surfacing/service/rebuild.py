"""Make anew what is known of viewings and acquaintances: from what pages told, as long as it is kept, and orders."""

from datetime import timedelta
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.insights import api as insights
from xiaodian.modules.orders import api as orders
from xiaodian.modules.surfacing.service import learn_viewings
from xiaodian.modules.surfacing.service.forget_old import forget_acquaintances
from xiaodian.modules.surfacing.service.order_bags import VIEWS, keep_views, remember_orders

BATCH = 1000
NO_LIMIT_S = 24 * 3600.0


class Rebuilt(Contract, frozen=True, kw_only=True):
    """What a rebuild went through."""

    orders: int
    acts: int


async def rebuild(records: Records) -> Rebuilt:
    """In one transaction: readers see the old rows until the new ones are there.

    What is known of videos and replays of which insights do not keep all that pages told, as they are older or only a
    sample was kept, stays as it is.
    """
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock($1)", learn_viewings.LOCK, timeout=NO_LIMIT_S)
        whole = await insights.find_whole_places(connection)
        for table in ("viewing", "moment_count", "moment_order", "quiet_second"):
            await connection.execute(
                f"DELETE FROM surfacing.{table} WHERE film_id >= $1 AND film_id <> ALL($2::uuid[])",
                whole.first_id,
                list(whole.sampled),
                timeout=NO_LIMIT_S,
            )
        await connection.execute("DELETE FROM surfacing.acquaintance", timeout=NO_LIMIT_S)
        acts = await _learn_acts(connection, whole)
        await _remember_views(connection)
        done = 0
        after = UUID(int=0)
        while order_ids := await orders.list_order_ids(connection, after=after, limit=BATCH):
            await learn_viewings.learn_orders(connection, order_ids, whole)
            await remember_orders(connection, order_ids)
            done += len(order_ids)
            after = order_ids[-1]
        today = utc_now().date()
        await forget_acquaintances(connection, today, timedelta(days=records.settings.behaviour_days))
    return Rebuilt(orders=done, acts=acts)


async def _learn_acts(connection: Connection, whole: insights.WholePlaces) -> int:
    done = 0
    for list_acts in (insights.list_acts_of_videos, insights.list_acts_of_rooms):
        after = None
        while acts := await list_acts(connection, after, BATCH):
            places = [(act, act.video_id or act.room_id) for act in acts]
            of_whole = [act for act, place_id in places if place_id is not None and whole.has(place_id)]
            await learn_viewings.learn_acts(connection, of_whole)
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
