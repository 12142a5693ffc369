"""The open API: the shop's fan club and its members."""

from typing import Annotated

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.kit.masking import mask_name
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.club import api as club
from xiaodian.modules.integrations import wire_fan_club as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.opening import reads

TAGS = ["fan club"]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
Level = Annotated[int | None, QueryParameter(ge=1, le=club.MOST_LEVELS)]


@get("/fan-club", tags=TAGS, **reads(Scope.FANS_READ, wire.FanClub))
async def get_fan_club(call: OpenCall) -> Response[bytes]:
    """The shop's fan club, open or closed, with how many members each level has."""
    found = await club.see_settings(call.ctx.database, call.caller, call.shop_id, club.DEFAULT_LANGUAGE)
    if not found.is_set:
        raise NotFoundError
    return call.answer(_show(found))


@get(
    "/fan-club/members",
    tags=TAGS,
    **reads(Scope.FANS_READ, wire.FanClubMemberPage, InvalidInputError, is_list=True),
)
async def list_fan_club_members(
    call: OpenCall, level: Level = None, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> Response[bytes]:
    """Members of the club, or of one level of it, the highest first."""
    after = await call.read_cursor_of_below(cursor, level)
    async with call.ctx.database.connection() as connection:
        found = await club.list_members(connection, call.caller, call.shop_id, level, cursor=after, limit=limit)
    next_cursor = await call.seal_cursor_of_below(found.next_cursor, level)
    items = [_show_member(member) for member in found.items]
    return call.answer(wire.FanClubMemberPage(items=items, next_cursor=next_cursor))


def _show(found: club.ClubSettings) -> wire.FanClub:
    return wire.FanClub(
        is_open=found.is_open,
        name=found.name,
        badge=found.word,
        points=wire.FanClubPoints(
            per_minute_watched=found.rules.minute_points,
            most_minutes_a_day=found.rules.daily_minutes,
            per_yuan=found.rules.yuan_points,
            per_month_followed=found.rules.month_points,
        ),
        levels=[
            wire.FanClubLevel(
                level=number,
                name=level.name,
                colour=level.colour,
                points=level.points,
                coupon_id=level.coupon_id,
                members=found.members_by_level[number - 1],
            )
            for number, level in enumerate(found.levels, start=1)
        ],
    )


def _show_member(member: club.ClubMember) -> wire.FanClubMember:
    return wire.FanClubMember(
        id=member.account_id,
        name=mask_name(member.display_name) or "*",
        level=member.level,
        points=member.points,
        points_by_watching=member.from_watching,
        points_by_buying=member.from_buying,
        points_by_following=member.from_following,
        joined_at=from_epoch_ms(member.joined_at_ms),
    )


routes = [get_fan_club, list_fan_club_members]
