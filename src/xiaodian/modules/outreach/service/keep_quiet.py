"""Nothing goes out at quiet hours, whenever it was planned for: also what is tried again, or lay while all was down."""

from datetime import datetime

from xiaodian.infra.database import Connection, Database
from xiaodian.modules.outreach.rules import ShopBounds, next_loud, tighten
from xiaodian.modules.outreach.service.bounds import platform_bounds
from xiaodian.settings import Settings

_OWN_HOURS = "SELECT shop_id, quiet_from_h, quiet_until_h FROM outreach.shop_rule WHERE quiet_from_h IS NOT NULL"
_PUT_OFF = "UPDATE outreach.delivery SET due_at = $2 WHERE state = 'waiting' AND due_at <= $1"
_PUT_OFF_OF_SHOP = f"{_PUT_OFF} AND campaign_id IN (SELECT campaign_id FROM outreach.campaign WHERE shop_id = $3)"


async def keep_quiet(database: Database, settings: Settings, now: datetime) -> None:
    """Put off what is due while the platform or its shop is quiet, to the next hour that is not."""
    async with database.transaction() as connection:
        if (loud_at := next_loud(now, platform_bounds(settings))) > now:
            await connection.execute(_PUT_OFF, now, loud_at)
        await _keep_shops_quiet(connection, settings, now)


async def _keep_shops_quiet(connection: Connection, settings: Settings, now: datetime) -> None:
    for row in await connection.fetch(_OWN_HOURS):
        own = ShopBounds(quiet_from_h=row["quiet_from_h"], quiet_until_h=row["quiet_until_h"])
        if (loud_at := next_loud(now, tighten(platform_bounds(settings), own))) > now:
            await connection.execute(_PUT_OFF_OF_SHOP, now, loud_at, row["shop_id"])
