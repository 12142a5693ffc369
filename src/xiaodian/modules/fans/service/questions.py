"""Who answers the heavy questions: the sums in PostgreSQL, or ClickHouse where the platform is set to."""

from datetime import date
from typing import Protocol

from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.fans import queries
from xiaodian.modules.fans.outgrown.questions import InClickHouse
from xiaodian.modules.fans.outgrown.warehouse import open_warehouse
from xiaodian.modules.fans.service import see_repurchase
from xiaodian.modules.fans.wire import Cohort, ReadySegment, Repurchase
from xiaodian.settings import Settings


class HeavyQuestions(Protocol):
    """What is asked of all of a shop's orders."""

    async def see_repurchase(self, shop_id: ShopId, period: tuple[date, date], today: date) -> Repurchase:
        """What became of those who first bought in these days."""

    async def list_cohorts(self, shop_id: ShopId, today: date) -> list[Cohort]:
        """The triangle by month of the first purchase."""

    async def count_segments(self, shop_id: ShopId, today: date) -> list[ReadySegment]:
        """Every ready segment with the number of its fans."""


class InPostgres:
    """From the sums that are kept as orders come."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def see_repurchase(self, shop_id: ShopId, period: tuple[date, date], today: date) -> Repurchase:
        """What became of those who first bought in these days."""
        return await see_repurchase.see_repurchase(self._connection, shop_id, period, today)

    async def list_cohorts(self, shop_id: ShopId, today: date) -> list[Cohort]:
        """The triangle by month of the first purchase, of the last three years."""
        return await see_repurchase.list_cohorts(self._connection, shop_id, today)

    async def count_segments(self, shop_id: ShopId, today: date) -> list[ReadySegment]:
        """Every ready segment with the number of its fans; fans were moved to it as days passed."""
        return await queries.count_segments(self._connection, shop_id)


def heavy_questions(settings: Settings, connection: Connection) -> HeavyQuestions:
    """As the setting `clickhouse_url` says."""
    if settings.clickhouse_url:
        return InClickHouse(open_warehouse(settings.clickhouse_url), connection)
    return InPostgres(connection)
