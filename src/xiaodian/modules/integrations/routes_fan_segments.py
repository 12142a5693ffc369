"""The open API: segments of fans and who is in them."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.fans import ConditionError, FanCard, SegmentCode
from xiaodian.edge.context import Context
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.kit.masking import mask_name
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.fans import api as fans
from xiaodian.modules.integrations import wire_fan_segments as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.conversion import to_wire
from xiaodian.modules.integrations.opening import reads, writes

TAGS = ["fan segments"]
CSV = "text/csv"
SEGMENTS = "/fan-segments"
ONE = f"{SEGMENTS}/{{segment_id:uuid}}"
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]


@get(SEGMENTS, tags=TAGS, **reads(Scope.FANS_READ, wire.FanSegments))
async def list_fan_segments(call: OpenCall) -> Response[bytes]:
    """The ready segments counted now, and the shop's own as they were counted last."""
    found = await fans.see_segments(call.ctx, call.caller, call.shop_id)
    ready = [wire.ReadyFanSegment(code=each.segment, fans=each.fans) for each in found.items]
    return call.answer(wire.FanSegments(ready=ready, own=[_show(each) for each in found.own]))


@post(
    f"{SEGMENTS}/count",
    tags=TAGS,
    **writes(Scope.FANS_READ, wire.FanCount, InvalidInputError, ConditionError, body=wire.FanCondition),
)
async def count_fans(call: OpenCall) -> Response[bytes]:
    """How many fans meet a condition now. Nothing is saved."""
    data = await call.read(wire.FanCondition)
    wish = fans.ConditionInput(condition=data.condition, cel=data.cel)
    told = await fans.count_condition(call.ctx, call.caller, call.shop_id, wish)
    return call.answer(wire.FanCount(fans=told.fans, condition=told.condition, cel=told.cel))


@post(
    SEGMENTS,
    tags=TAGS,
    **writes(
        Scope.FANS_WRITE,
        wire.FanSegment,
        InvalidInputError,
        ConditionError,
        body=wire.NewFanSegment,
        status=201,
        is_once=True,
    ),
)
async def create_fan_segment(call: OpenCall) -> Response[bytes]:
    """Save a condition under a name; fans come and go as they meet it."""
    data = await call.read(wire.NewFanSegment)

    async def _create(ctx: Context) -> wire.FanSegment:
        return _show(await fans.create_segment(ctx, call.caller, call.shop_id, _input(data)))

    return await call.answer_once(data, _create)


@get(ONE, tags=TAGS, **reads(Scope.FANS_READ, wire.FanSegment))
async def get_fan_segment(call: OpenCall, segment_id: FromPath[UUID]) -> Response[bytes]:
    """One of the shop's own segments, counted now."""
    return call.answer(_show(await fans.see_segment(call.ctx, call.caller, call.shop_id, segment_id)))


@put(
    ONE,
    tags=TAGS,
    **writes(Scope.FANS_WRITE, wire.FanSegment, InvalidInputError, ConditionError, body=wire.NewFanSegment),
)
async def change_fan_segment(call: OpenCall, segment_id: FromPath[UUID]) -> Response[bytes]:
    """Another name or condition from now on, also for what is still to be sent to it."""
    data = await call.read(wire.NewFanSegment)
    changed = await fans.change_segment(call.ctx, call.caller, call.shop_id, segment_id, _input(data))
    return call.answer(_show(changed))


@delete(ONE, tags=TAGS, **writes(Scope.FANS_WRITE, None, status=204))
async def delete_fan_segment(call: OpenCall, segment_id: FromPath[UUID]) -> None:
    """List it no more. Messages that were planned for it are still sent; flows that wait at it reach nobody."""
    await fans.delete_segment(call.ctx, call.caller, call.shop_id, segment_id)


@get(f"{ONE}/fans", tags=TAGS, **reads(Scope.FANS_READ, wire.FanPage, ConditionError, is_list=True))
async def list_fans_of_segment(
    call: OpenCall, segment_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Response[bytes]:
    """Who is in one of the shop's own segments now, who spent most first."""
    after = await call.read_cursor_of_below(cursor)
    found = await fans.list_fans_of_own(call.ctx, call.caller, call.shop_id, segment_id, cursor=after, limit=limit)
    return call.answer(await _page(call, found))


@get(
    f"{SEGMENTS}/ready/{{code:str}}/fans",
    tags=TAGS,
    **reads(Scope.FANS_READ, wire.FanPage, InvalidInputError, is_list=True),
)
async def list_fans_of_ready_segment(
    call: OpenCall, code: FromPath[str], cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Response[bytes]:
    """Who is in a ready segment now, who spent most first."""
    if code not in tuple(SegmentCode):
        raise InvalidInputError(field="code", reason="unknown")
    after = await call.read_cursor_of_below(cursor)
    async with call.ctx.database.connection() as connection:
        found = await fans.list_fans(
            connection, call.caller, call.shop_id, SegmentCode(code), cursor=after, limit=limit
        )
    return call.answer(await _page(call, found))


@get(f"{ONE}/fans/csv", tags=TAGS, **reads(Scope.FANS_READ, str, media_type=CSV, is_file=True))
async def export_fan_segment(call: OpenCall, segment_id: FromPath[UUID]) -> Stream:
    """All who are in one of the shop's own segments now, as a table; that it was taken stands in the shop's log."""
    return Stream(
        await fans.export_members(call.ctx, call.caller, call.shop_id, segment_id),
        media_type=f"{CSV}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="fans-{segment_id}.csv"', "cache-control": "no-store"},
    )


def _input(data: wire.NewFanSegment) -> fans.SegmentInput:
    return fans.SegmentInput(name=data.name, condition=data.condition, cel=data.cel)


def _show(segment: Any) -> wire.FanSegment:
    return to_wire(wire.FanSegment, segment, own_id="segment_id")


async def _page(call: OpenCall, found: Page[FanCard]) -> wire.FanPage:
    next_cursor = await call.seal_cursor_of_below(found.next_cursor)
    return wire.FanPage(items=[_show_fan(card) for card in found.items], next_cursor=next_cursor)


def _show_fan(card: FanCard) -> wire.Fan:
    first, last, followed = card.figures.first_at_ms, card.figures.last_at_ms, card.followed_at_ms
    return wire.Fan(
        id=card.account_id,
        name=mask_name(card.display_name) or "*",
        segment=card.segment,
        orders=card.figures.orders,
        spent_minor=card.figures.spent_minor,
        currency=DEFAULT_CURRENCY,
        first_order_at=None if first is None else from_epoch_ms(first),
        last_order_at=None if last is None else from_epoch_ms(last),
        followed_at=None if followed is None else from_epoch_ms(followed),
        tags=card.tags,
    )


routes = [
    list_fan_segments,
    count_fans,
    create_fan_segment,
    get_fan_segment,
    change_fan_segment,
    delete_fan_segment,
    list_fans_of_segment,
    list_fans_of_ready_segment,
    export_fan_segment,
]
