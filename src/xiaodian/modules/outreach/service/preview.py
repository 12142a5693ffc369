"""To whom a message would go now, and to whom not and why."""

from collections import Counter

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.outreach import Skip
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.modules.outreach.rules import next_loud
from xiaodian.modules.outreach.service.audience import BEFORE_ALL, check_segment, list_members
from xiaodian.modules.outreach.service.bounds import bounds_of
from xiaodian.modules.outreach.service.pass_over import find_skips
from xiaodian.modules.outreach.wire import Preview, PreviewInput
from xiaodian.modules.shops import api as shops
from xiaodian.settings import Settings

AT_ONCE = 10_000
MOST_COUNTED = 50_000


async def preview(records: Records, caller: Caller, shop_id: ShopId, wish: PreviewInput) -> Preview:
    """Count a segment as a campaign would find it now.

    Raises NotFoundError, ForbiddenError, InvalidInputError, ConditionError.
    """
    async with records.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        return await _count(connection, records.settings, shop_id, wish)


async def _count(connection: Connection, settings: Settings, shop_id: ShopId, wish: PreviewInput) -> Preview:
    await check_segment(connection, shop_id, wish.segment)
    now = utc_now()
    bounds = await bounds_of(connection, settings, shop_id)
    counted: Counter[Skip | None] = Counter()
    after, is_whole = BEFORE_ALL, True
    while members := await list_members(connection, settings, shop_id, wish.segment, after, AT_ONCE):
        if counted.total() >= MOST_COUNTED:
            is_whole = False
            break
        counted.update(await find_skips(connection, shop_id, members, wish.channels, bounds, now))
        after = members[-1]
    held_out = round(counted[None] * wish.hold_out_bp / 10_000)
    sent_at = now if wish.send_at_ms is None else max(now, from_epoch_ms(wish.send_at_ms))
    arrives_at = next_loud(sent_at, bounds)
    return Preview(
        members=counted.total(),
        gets=counted[None] - held_out,
        held_out=held_out,
        capped=counted[Skip.CAPPED],
        opted_out=counted[Skip.OPTED_OUT],
        unreachable=counted[Skip.UNREACHABLE],
        is_whole=is_whole,
        arrives_at=arrives_at,
        is_quiet=arrives_at > sent_at,
    )
