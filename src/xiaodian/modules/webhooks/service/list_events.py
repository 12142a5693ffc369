"""The same messages to be fetched instead of being sent: page after page, none skipped."""

from collections.abc import Collection

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError
from xiaodian.contracts.shops import ShopId
from xiaodian.contracts.webhooks import EventsForgottenError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.shops import api as shops
from xiaodian.modules.webhooks.catalogue import CATALOGUE, rights_for, types_for
from xiaodian.modules.webhooks.cursor import decode_position, encode_position
from xiaodian.modules.webhooks.queries import read_messages
from xiaodian.modules.webhooks.wire import MessagePage, WebhookTypeView, decode_message


async def list_events(
    ctx: Context, caller: Caller, shop_id: ShopId, *, cursor: str | None, types: Collection[str], limit: int
) -> MessagePage:
    """The messages after a cursor (none: from the first that is kept), of these types (none: all that one may read).

    Raises NotFoundError, ForbiddenError, InvalidInputError, BadCursorError, EventsForgottenError.
    """
    for name in types:
        if name not in CATALOGUE:
            raise InvalidInputError(field="types", reason="unknown")
    after = decode_position(cursor) if cursor else 0
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.WEBHOOKS_READ)
        if types:
            for right in sorted(rights_for(types)):
                await shops.require_right(connection, caller, shop_id, right)
        wanted = types or await _readable(connection, caller, shop_id)
        stretch = await read_messages(connection, shop_id, after=after, types=wanted, limit=limit + 1)
    if cursor and after < stretch.forgotten:
        raise EventsForgottenError(oldest_cursor=encode_position(stretch.forgotten))
    has_more = len(stretch.bodies) > limit
    kept = stretch.bodies[:limit]
    # Past the last one found, nothing up to the end was of these types.
    reached = kept[-1][0] if has_more else max(stretch.end, after)
    return MessagePage(
        items=[decode_message(body) for _, body in kept], next_cursor=encode_position(reached), has_more=has_more
    )


async def list_types(ctx: Context, caller: Caller, shop_id: ShopId) -> list[WebhookTypeView]:
    """The types that the caller may be told of in this shop. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.WEBHOOKS_READ)
        readable = await _readable(connection, caller, shop_id)
    return [
        WebhookTypeView(type=name, area=one.area, right=one.right, meaning=one.meaning)
        for name in readable
        if (one := CATALOGUE[name])
    ]


async def _readable(connection: Connection, caller: Caller, shop_id: ShopId) -> list[str]:
    held: set[Scope] = set()
    for right in {one.right for one in CATALOGUE.values()}:
        try:
            await shops.require_right(connection, caller, shop_id, right)
            held.add(right)
        except ForbiddenError:
            continue
    return types_for(held)
