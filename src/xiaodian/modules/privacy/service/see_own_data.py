"""What is known of somebody, to them alone."""

from typing import Any

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.aftersales import api as aftersales
from xiaodian.modules.club import api as club
from xiaodian.modules.content import api as content
from xiaodian.modules.fans import api as fans
from xiaodian.modules.feed import api as feed
from xiaodian.modules.insights import api as insights
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import api as orders
from xiaodian.modules.outreach import api as outreach
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops

MOST_OF_EACH = 10_000
"""Of each kind at most so many, the newest, go into an export."""
MOST_SHOPS = 500


async def see_known(ctx: Context, account_id: AccountId) -> dict[str, list[dict[str, Any]]]:
    """What each shop knows of somebody (`items`), and each creator without one (`creators`), with their names.

    Raises ConditionError where that takes too long.
    """
    async with ctx.database.connection() as connection:
        return {
            "items": await _see_known(ctx, connection, account_id),
            "creators": await fans.list_known_to_creators(connection, account_id, MOST_SHOPS),
        }


async def _see_known(ctx: Context, connection: Connection, account_id: AccountId) -> list[dict[str, Any]]:
    known = await fans.list_known(connection, account_id, MOST_SHOPS, ctx.settings.books_utc_offset_h, utc_now())
    named = await shops.get_shops(connection, [ShopId(each["shop_id"]) for each in known])
    return [{**each, "shop": named[each["shop_id"]].name} for each in known if each["shop_id"] in named]


async def export_own(ctx: Context, account_id: AccountId) -> dict[str, Any]:
    """All that the platform holds of somebody, part by part. Raises UnavailableError, ConditionError."""
    said = await live.export(ctx, account_id, MOST_OF_EACH)
    async with ctx.database.connection() as connection:
        data: dict[str, Any] = await accounts.export(connection, account_id)
        for module in (orders, aftersales, content, promotion, insights, club, feed, outreach, fans):
            data |= await module.export(connection, account_id, MOST_OF_EACH)
        known = await _see_known(ctx, connection, account_id)
    return data | said | {"known_to_shops": known, "most_of_each": MOST_OF_EACH}
