"""What tells a shop's segments apart: set by the shop, or reckoned from its own fans once a day."""

from datetime import datetime

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.fans import queries
from xiaodian.modules.fans.service.count_purchases import day_of_books
from xiaodian.modules.fans.wire import ThresholdsInput, ThresholdsView
from xiaodian.modules.shops import api as shops

ANEW = "is_applied = false, applied_after = '00000000-0000-0000-0000-000000000000'"
_SAVE = f"""
    INSERT INTO fans.threshold AS known (
        shop_id, new_days, slipping_days, lost_days, loyal_occasions, big_spent_minor, returner_bp, by_quantiles
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (shop_id) DO UPDATE SET new_days = excluded.new_days, slipping_days = excluded.slipping_days,
        lost_days = excluded.lost_days, loyal_occasions = excluded.loyal_occasions,
        big_spent_minor = excluded.big_spent_minor, returner_bp = excluded.returner_bp,
        by_quantiles = excluded.by_quantiles, reckoned_on = NULL, {ANEW}
"""
# The best tenth by money, the best fifth by occasions; slipping is who waits longer than four pauses in five were,
# lost who waits twice as long.
_QUANTILES = """
    SELECT greatest(2, (percentile_disc(0.8) WITHIN GROUP (ORDER BY occasions))) AS loyal_occasions,
        greatest(1, percentile_disc(0.9) WITHIN GROUP (ORDER BY spent_minor)) AS big_spent_minor
    FROM fans.fan WHERE shop_id = $1 AND orders > 0
"""
_PAUSE = """
    SELECT greatest(14, least(365, days)) FROM (
        SELECT days, sum(pauses) OVER (ORDER BY days) AS so_far, sum(pauses) OVER () AS total
        FROM (SELECT days, sum(pauses) AS pauses FROM fans.pause WHERE shop_id = $1 GROUP BY days) AS by_days
    ) AS summed WHERE so_far >= 0.8 * total AND total >= $2 ORDER BY days LIMIT 1
"""
PAUSES_NEEDED = 100
"""With fewer, the days stay as the shop set them."""


async def set_thresholds(
    database: Database, caller: Caller, shop_id: ShopId, wanted: ThresholdsInput
) -> ThresholdsView:
    """From now on fans are sorted by these. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    if wanted.lost_days <= wanted.slipping_days:
        raise InvalidInputError(field="lost_days", reason="out_of_range", min=wanted.slipping_days + 1)
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_WRITE)
        await connection.execute(
            _SAVE,
            shop_id,
            wanted.new_days,
            wanted.slipping_days,
            wanted.lost_days,
            wanted.loyal_occasions,
            wanted.big_spent_minor,
            wanted.returner_bp,
            wanted.by_quantiles,
        )
        await shops.note_deed(connection, caller, shop_id, deed="fan.thresholds_set", target="")
        return await queries.get_thresholds(connection, shop_id)


async def reckon_thresholds(database: Database, utc_offset_h: int, now: datetime) -> None:
    """Once a day, for shops that let their own fans say what is much."""
    today = day_of_books(now, utc_offset_h)
    async with database.connection() as connection:
        rows = await connection.fetch(
            "SELECT shop_id FROM fans.threshold WHERE by_quantiles AND reckoned_on IS DISTINCT FROM $1", today
        )
    for row in rows:
        async with database.transaction() as connection:
            await _reckon(connection, row["shop_id"])
            await connection.execute(
                "UPDATE fans.threshold SET reckoned_on = $2 WHERE shop_id = $1", row["shop_id"], today
            )


async def _reckon(connection: Connection, shop_id: ShopId) -> None:
    before = await queries.get_thresholds(connection, shop_id)
    row = await connection.fetchrow(_QUANTILES, shop_id)
    if row is None or row["big_spent_minor"] is None:
        return
    pause = await connection.fetchval(_PAUSE, shop_id, PAUSES_NEEDED)
    slipping, lost = (pause, 2 * pause) if pause else (before.slipping_days, before.lost_days)
    after = (slipping, lost, row["loyal_occasions"], row["big_spent_minor"])
    if after != (before.slipping_days, before.lost_days, before.loyal_occasions, before.big_spent_minor):
        await connection.execute(
            f"""
            UPDATE fans.threshold SET slipping_days = $2, lost_days = $3, loyal_occasions = $4, big_spent_minor = $5,
                {ANEW} WHERE shop_id = $1
            """,
            shop_id,
            *after,
        )
