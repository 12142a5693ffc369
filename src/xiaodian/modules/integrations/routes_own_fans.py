"""The open API: a creator's own fans; with a token of a shop's app, those of the account that let it in."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.kit.masking import mask_name
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.fans import api as fans
from xiaodian.modules.integrations import wire_own_fans as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.opening import reads

TAGS = ["own fans"]
FANS = "/own-fans"
SCOPE = Scope.AUDIENCE_READ
Group = Annotated[fans.CreatorFanGroup, QueryParameter(description="Only those in this ready group.")]
Sort = Annotated[fans.CreatorFanSort, QueryParameter(description="Who comes first.")]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get(FANS, tags=TAGS, **reads(SCOPE, wire.OwnFanPage, is_list=True, is_personal=True))
async def list_own_fans(
    call: OpenCall,
    group: Group = fans.CreatorFanGroup.ALL,
    sort: Sort = fans.CreatorFanSort.LATEST,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Response[bytes]:
    """Who follows the creator, was in the creator's rooms and videos, or bought there, by their first character."""
    mine = call.caller.account_id
    after = await call.read_cursor_of_below(cursor, mine, group, sort)
    asked = fans.AskedOfCreator(mine, group, sort, utc_now())
    async with call.ctx.database.connection() as connection:
        found = await fans.list_own_fans(connection, asked, name="", cursor=after, limit=limit)
    next_cursor = await call.seal_cursor_of_below(found.next_cursor, mine, group, sort)
    return call.answer(wire.OwnFanPage(items=[_show(fan) for fan in found.items], next_cursor=next_cursor))


@get(f"{FANS}/groups", tags=TAGS, **reads(SCOPE, wire.OwnFanGroups, is_personal=True))
async def list_own_fan_groups(call: OpenCall) -> Response[bytes]:
    """How many of them are in each ready group."""
    async with call.ctx.database.connection() as connection:
        found = await fans.count_groups_of_creator(connection, call.caller.account_id, utc_now())
    items = [wire.OwnFanGroup(code=each.group, fans=each.fans) for each in found.items]
    return call.answer(wire.OwnFanGroups(items=items, is_for_others=found.is_for_others))


@get(f"{FANS}/{{account_id:uuid}}", tags=TAGS, **reads(SCOPE, wire.OwnFanDetail, is_personal=True))
async def get_own_fan(call: OpenCall, account_id: FromPath[UUID]) -> Response[bytes]:
    """One of them, and in which rooms and videos they were and bought."""
    async with call.ctx.database.connection() as connection:
        found = await fans.see_own_fan(connection, call.caller.account_id, AccountId(account_id))
    bought = found.bought_at_ms
    return call.answer(
        wire.OwnFanDetail(
            fan=_show(found.fan),
            last_order_at=None if bought is None else from_epoch_ms(bought),
            places=[_show_place(place) for place in found.places],
        )
    )


def _show(fan: fans.CreatorFan) -> wire.OwnFan:
    return wire.OwnFan(
        id=fan.account_id,
        name=mask_name(fan.display_name) or "*",
        followed_at=None if fan.followed_at_ms is None else from_epoch_ms(fan.followed_at_ms),
        since=from_epoch_ms(fan.since_ms),
        latest_at=from_epoch_ms(fan.latest_at_ms),
        views=fan.views,
        watched_s=fan.watch_s,
        comments=fan.comments,
        likes=fan.likes,
        orders=fan.orders,
        spent_minor=fan.spent_minor,
        currency=DEFAULT_CURRENCY,
    )


def _show_place(place: fans.CreatorFanPlace) -> wire.OwnFanPlace:
    return wire.OwnFanPlace(
        id=UUID(place.place_id),
        is_room=place.is_room,
        title=place.title,
        last_at=from_epoch_ms(place.last_at_ms),
        views=place.views,
        watched_s=place.watch_s,
        comments=place.comments,
        likes=place.likes,
        orders=place.orders,
        spent_minor=place.spent_minor,
    )


routes = [list_own_fans, list_own_fan_groups, get_own_fan]
