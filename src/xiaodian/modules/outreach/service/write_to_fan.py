"""A shop's staff writes to one fan, from the fan's page."""

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.outreach import Campaign, CampaignState, Channel, MessageRefusedError, Trigger
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans import api as fans
from xiaodian.modules.outreach.queries import list_of_fan
from xiaodian.modules.outreach.rules import AGAIN_DAYS, WINDOW_DAYS, next_loud
from xiaodian.modules.outreach.service.bounds import bounds_of
from xiaodian.modules.outreach.service.enlist import Occasion, enlist
from xiaodian.modules.outreach.service.pass_over import find_skips
from xiaodian.modules.outreach.service.write_campaign import common_of, find_room, require_sender, save_campaign
from xiaodian.modules.outreach.wire import FanMessage, FanMessageInput, FanMessages
from xiaodian.modules.shops import api as shops
from xiaodian.settings import Settings

NAME_CHARS = 40
MOST_SHOWN = 20


async def write_to_fan(
    records: Records, caller: Caller, shop_id: ShopId, account_id: AccountId, new: FanMessageInput
) -> FanMessages:
    """Send a message or a coupon to one fan of the shop, at once or when the quiet hours end.

    Nobody is held out of what is sent to one. Raises NotFoundError (not a fan of this shop), ForbiddenError (which
    names the right), InvalidInputError, MessageRefusedError.
    """
    now = utc_now()
    async with records.database.transaction() as connection:
        shop = await require_sender(connection, records.settings, caller, shop_id, new.channels, new.coupon_id)
        name = await fans.get_name(connection, shop_id, account_id)
        room_id = await find_room(connection, shop_id, new.room_id)
        campaign = Campaign(
            **common_of(shop, new, room_id),
            name=new.text.strip()[:NAME_CHARS],
            trigger=Trigger.FAN,
            delay_days=0,
            segment="",
            room_id=room_id,
            hold_out_bp=0,
            window_days=WINDOW_DAYS,
            again_days=AGAIN_DAYS,
            at_announcement=False,
            minutes_before=None,
            state=CampaignState.SENT,
            send_at=now,
        )
        await save_campaign(connection, campaign, caller, now)
        bounds = await bounds_of(connection, records.settings, shop_id)
        if not await enlist(connection, campaign, [Occasion(account_id)], bounds, now):
            [reason] = await find_skips(connection, shop_id, [account_id], campaign.channels, bounds, now)
            raise MessageRefusedError(reason=reason)
        await shops.note_deed(
            connection,
            caller,
            shop_id,
            deed="fan.written_to",
            target=str(account_id),
            details={"name": name, "text": campaign.text},
        )
        return await _see(connection, records.settings, shop_id, account_id)


async def see_fan_messages(records: Records, caller: Caller, shop_id: ShopId, account_id: AccountId) -> FanMessages:
    """What was sent to this fan alone, and whether more may be. What went to whole segments is no part of it: whom
    that reached, no shop is told. Raises NotFoundError, ForbiddenError.
    """
    async with records.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        await fans.get_name(connection, shop_id, account_id)
        return await _see(connection, records.settings, shop_id, account_id)


async def _see(connection: Connection, settings: Settings, shop_id: ShopId, account_id: AccountId) -> FanMessages:
    now = utc_now()
    bounds = await bounds_of(connection, settings, shop_id)
    [refused] = await find_skips(connection, shop_id, [account_id], [Channel.APP], bounds, now)
    return FanMessages(
        items=[FanMessage(**row) for row in await list_of_fan(connection, shop_id, account_id, MOST_SHOWN)],
        refused=refused,
        arrives_at=next_loud(now, bounds),
    )
