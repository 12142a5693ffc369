"""What was sent to an endpoint, and what was answered."""

from collections.abc import Collection
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import ShopId
from xiaodian.contracts.webhooks import DeliveryState, EndpointId
from xiaodian.edge.context import Context
from xiaodian.kit.paging import Page
from xiaodian.modules.shops import api as shops
from xiaodian.modules.webhooks import queries
from xiaodian.modules.webhooks.cursor import decode_position, encode_position
from xiaodian.modules.webhooks.signing import headers_of
from xiaodian.modules.webhooks.wire import (
    DeliveryDetail,
    DeliveryView,
    decode_message,
    to_attempt_view,
    to_delivery_view,
)

MAX_ATTEMPTS_SHOWN = 50
HIDDEN = "v1,…"

FILTERS: dict[str, Collection[DeliveryState]] = {
    "waiting": (DeliveryState.WAITING,),
    "delivered": (DeliveryState.DELIVERED,),
    "dead": (DeliveryState.DEAD,),
    "failed": (DeliveryState.WAITING, DeliveryState.DEAD),
    "all": tuple(DeliveryState),
}


async def list_deliveries(
    ctx: Context,
    caller: Caller,
    shop_id: ShopId,
    endpoint_id: EndpointId,
    *,
    which: str,
    type_name: str | None,
    cursor: str | None,
    limit: int,
) -> Page[DeliveryView]:
    """The deliveries of an endpoint, the newest first. Raises NotFoundError, ForbiddenError, BadCursorError."""
    before = decode_position(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.WEBHOOKS_READ)
        endpoint = await queries.get_endpoint(connection, caller, shop_id, endpoint_id)
        found = await queries.list_deliveries(
            connection,
            endpoint,
            states=FILTERS[which],
            only_troubled=which == "failed",
            type_name=type_name,
            before=before,
            limit=limit + 1,
        )
    next_cursor = encode_position(found[limit - 1].position) if len(found) > limit else None
    return Page(items=[to_delivery_view(one) for one in found[:limit]], next_cursor=next_cursor)


async def read_delivery(
    ctx: Context, caller: Caller, shop_id: ShopId, endpoint_id: EndpointId, event_id: UUID
) -> DeliveryDetail:
    """A delivery with what is sent, and every try. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.WEBHOOKS_READ)
        endpoint = await queries.get_endpoint(connection, caller, shop_id, endpoint_id)
        delivery = await queries.get_delivery(connection, endpoint, event_id)
        body = await queries.get_body(connection, shop_id, delivery.position)
        attempts = await queries.list_attempts(connection, endpoint, delivery.position, MAX_ATTEMPTS_SHOWN)
    headers = headers_of(event_id, body, [], delivery.tried_at or delivery.created_at)
    return DeliveryDetail(
        delivery=to_delivery_view(delivery),
        url=endpoint.url,
        headers={**headers, "webhook-signature": HIDDEN},
        message=decode_message(body),
        attempts=[to_attempt_view(attempt) for attempt in attempts],
    )
