"""The orders by which the two groups of a message are compared, for who sees fans and the shop's orders."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.paging import decode_place, encode_place
from xiaodian.modules.orders import api as orders
from xiaodian.modules.outreach.queries import compare_groups, count_counted, get_campaign, list_counted
from xiaodian.modules.outreach.wire import CampaignOrders, EffectGroup
from xiaodian.modules.shops import api as shops


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """After which order a page goes on."""

    paid_at: Annotated[datetime, Meta(tz=True)]
    order_id: UUID


async def list_effect_orders(
    connection: Connection,
    caller: Caller,
    shop_id: ShopId,
    campaign_id: UUID,
    group: EffectGroup,
    *,
    cursor: str | None,
    limit: int,
) -> CampaignOrders:
    """A page of one group's. Raises NotFoundError, ForbiddenError, BadCursorError."""
    for right in (Scope.FANS_READ, Scope.ORDERS_READ):
        await shops.require_right(connection, caller, shop_id, right)
    place = decode_place(cursor, _Place) if cursor else None
    after = None if place is None else (place.paid_at, place.order_id)
    campaign = await get_campaign(connection, shop_id, campaign_id)
    now, is_held_out = utc_now(), group is EffectGroup.HELD_OUT
    counted = await list_counted(connection, campaign, now, is_held_out=is_held_out, after=after, limit=limit + 1)
    page = counted[:limit]
    net = {each.order_id: each.net_minor for each in page}
    items = await orders.list_behind(connection, list(net), lambda _: True, sees_fans=True)
    last = page[-1] if len(counted) > limit else None
    fans = (await compare_groups(connection, campaign, now))[is_held_out]
    return CampaignOrders(
        name=campaign.name,
        group=group,
        window_days=campaign.window_days,
        fans=fans.fans,
        buyers=fans.buyers,
        orders=await count_counted(connection, campaign, now, is_held_out=is_held_out),
        currency=DEFAULT_CURRENCY,
        items=[msgspec.structs.replace(item, amount_minor=net[item.order_id]) for item in items],
        next_cursor=encode_place(last.paid_at.isoformat(), str(last.order_id)) if last else None,
    )
