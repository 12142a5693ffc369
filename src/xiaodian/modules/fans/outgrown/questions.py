"""The heavy questions, asked of ClickHouse: reckoned from the orders themselves, with the answers PostgreSQL has."""

from datetime import date
from typing import Any

from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.fans import queries
from xiaodian.modules.fans.count_sql import WITHIN_DAYS
from xiaodian.modules.fans.outgrown.warehouse import Warehouse
from xiaodian.modules.fans.segment_rules import Thresholds, segment_of
from xiaodian.modules.fans.service.see_repurchase import MOST_COHORTS, to_cohorts, to_repurchase
from xiaodian.modules.fans.wire import Cohort, ReadySegment, Repurchase

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2149, 6, 1)
# By buyer, in the order of payment: which occasion an order belongs to.
_BOUGHT = """
    bought AS (
        SELECT *, countIf(starts) OVER fan AS occasion FROM (
            SELECT account_id, order_id, paid_at, day, gmv_minor, returned_minor,
                room_id = '' OR room_id != lagInFrame(room_id) OVER fan AS starts
            FROM fan_purchase FINAL WHERE shop_id = '{shop}' AND is_counted
            WINDOW fan AS (
                PARTITION BY account_id ORDER BY paid_at, order_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            )
        ) AS marked
        WINDOW fan AS (
            PARTITION BY account_id ORDER BY paid_at, order_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
    )
"""
_RATES = ", ".join(
    f"countIf(first_day <= toDate('{{today}}') - {days}) AS of_{days}, "
    f"countIf(first_day <= toDate('{{today}}') - {days} AND is_back AND back_days <= {days}) AS back_{days}"
    for days in WITHIN_DAYS
)
_FIRST_DAYS = f"""
    WITH {_BOUGHT}, fan AS (
        SELECT account_id, min(day) AS first_day, countIf(occasion = 2) > 0 AS is_back,
            dateDiff('day', first_day, minIf(day, occasion = 2)) AS back_days
        FROM bought GROUP BY account_id
    )
    SELECT count() AS fans, countIf(NOT is_back) AS once, {_RATES} FROM fan
    WHERE first_day BETWEEN toDate('{{first}}') AND toDate('{{last}}')
"""
_PAUSES = f"""
    WITH {_BOUGHT},
    visited AS (SELECT account_id, occasion, min(day) AS came FROM bought GROUP BY account_id, occasion)
    SELECT dateDiff('day', before, came) AS days, count() AS pauses FROM (
        SELECT occasion, came, lagInFrame(came) OVER (
            PARTITION BY account_id ORDER BY occasion ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS before FROM visited
    ) AS following
    WHERE occasion > 1
        AND toStartOfMonth(came) BETWEEN toStartOfMonth(toDate('{{first}}')) AND toDate('{{last}}')
    GROUP BY days
"""
_LIFETIME = f"""
    WITH {_BOUGHT}, fan AS (
        SELECT account_id, toStartOfMonth(min(day)) AS first_month, sum(gmv_minor - returned_minor) AS spent
        FROM bought GROUP BY account_id
    )
    SELECT sum(spent) AS spent, count() AS fans FROM fan
    WHERE first_month >= toDate('{{first}}') AND toLastDayOfMonth(first_month) <= toDate('{{last}}')
"""
_COHORTS = f"""
    WITH {_BOUGHT}, dated AS (
        SELECT account_id, toStartOfMonth(day) AS month, gmv_minor, returned_minor,
            toStartOfMonth(min(day) OVER (PARTITION BY account_id)) AS first_month
        FROM bought
    )
    SELECT first_month, dateDiff('month', first_month, month) AS age, uniqExact(account_id) AS buyers,
        count() AS orders, sum(gmv_minor) AS gmv_minor, sum(returned_minor) AS returned_minor
    FROM dated WHERE first_month > subtractMonths(toDate('{{today}}'), {MOST_COHORTS})
    GROUP BY first_month, age ORDER BY first_month, age
"""
_SEGMENTS = f"""
    WITH {_BOUGHT}, threshold AS (SELECT {{thresholds}}), paid AS (
        SELECT account_id, count() AS paid_orders, countIf(is_counted) AS orders, sum(gmv_minor) AS gmv_minor,
            sum(returned_minor) AS returned_minor, sumIf(gmv_minor - returned_minor, is_counted) AS spent_minor,
            minIf(day, is_counted) AS first_day, maxIf(day, is_counted) AS last_day
        FROM (SELECT * FROM fan_purchase FINAL WHERE shop_id = '{{shop}}') AS everything GROUP BY account_id
    ), visited AS (SELECT account_id, max(occasion) AS occasions FROM bought GROUP BY account_id),
    fan AS (
        SELECT paid_orders, orders, gmv_minor, returned_minor, spent_minor, first_day, last_day, occasions
        FROM paid LEFT JOIN visited USING (account_id)
    )
    SELECT {segment_of("toDate('{today}')")} AS segment, count() AS fans
    FROM fan CROSS JOIN threshold GROUP BY segment
    UNION ALL
    SELECT '{SegmentCode.WATCHER}', count() FROM (
        SELECT DISTINCT account_id FROM fan_known WHERE shop_id = '{{shop}}' AND account_id NOT IN (
            SELECT account_id FROM fan_purchase WHERE shop_id = '{{shop}}'
        )
    ) AS silent
"""


class InClickHouse:
    """As service.questions.InPostgres; what the shop has set is read here."""

    def __init__(self, warehouse: Warehouse, connection: Connection) -> None:
        self._warehouse, self._connection = warehouse, connection

    async def see_repurchase(self, shop_id: ShopId, period: tuple[date, date], today: date) -> Repurchase:
        """What became of those who first bought in these days."""
        values = {"shop": shop_id, "first": _clip(period[0]), "last": _clip(period[1]), "today": today}
        [row] = await self._ask(_FIRST_DAYS, **values)
        pauses = [(each["days"], each["pauses"]) for each in await self._ask(_PAUSES, **values)]
        [lifetime] = await self._ask(_LIFETIME, **values)
        return to_repurchase(period, row, pauses, (lifetime["spent"], lifetime["fans"]))

    async def list_cohorts(self, shop_id: ShopId, today: date) -> list[Cohort]:
        """The triangle by month of the first purchase, of the last three years."""
        rows = await self._ask(_COHORTS, shop=shop_id, today=today)
        return to_cohorts([row | {"first_month": date.fromisoformat(row["first_month"])} for row in rows], today)

    async def count_segments(self, shop_id: ShopId, today: date) -> list[ReadySegment]:
        """Every ready segment with the number of its fans."""
        limits = await queries.get_thresholds(self._connection, shop_id)
        thresholds = ", ".join(f"{getattr(limits, name)} AS {name}" for name in Thresholds._fields)
        rows = await self._ask(_SEGMENTS, shop=shop_id, today=today, thresholds=thresholds)
        sizes = {row["segment"]: row["fans"] for row in rows if row["fans"]}
        return [ReadySegment(segment=segment, fans=sizes.get(segment, 0)) for segment in SegmentCode]

    async def _ask(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Values are ids, dates and numbers of this code's own making; none is a text from outside."""
        return await self._warehouse.ask(sql.format(**values))


def _clip(day: date) -> date:
    """ClickHouse's dates end there, as do all orders."""
    return min(max(day, FIRST_DAY), LAST_DAY)
