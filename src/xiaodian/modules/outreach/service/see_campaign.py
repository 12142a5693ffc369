"""A campaign and what came of it."""

from uuid import UUID

from xiaodian.contracts.live import RoomState
from xiaodian.contracts.outreach import Campaign
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.live import api as live
from xiaodian.modules.outreach.effect_rules import Group, compare_shares, compare_spend, judge
from xiaodian.modules.outreach.queries import (
    compare_groups,
    count_deliveries,
    count_skipped,
    get_campaign,
)
from xiaodian.modules.outreach.service.fill_in import OPEN_ROOMS
from xiaodian.modules.outreach.wire import (
    CampaignReport,
    DeliveryCount,
    EffectView,
    GroupView,
    RoomChoice,
    RoomChoices,
    SkipCount,
    to_view,
)

MOST_ROOMS = 100


async def see_campaign(connection: Connection, shop_id: ShopId, campaign_id: UUID) -> CampaignReport:
    """Everything about a campaign or flow. Raises NotFoundError."""
    campaign = await get_campaign(connection, shop_id, campaign_id)
    skipped = await count_skipped(connection, campaign.campaign_id)
    deliveries = await count_deliveries(connection, campaign.campaign_id)
    return CampaignReport(
        campaign=to_view(campaign),
        skipped=[SkipCount(reason=reason, fans=fans) for reason, fans in sorted(skipped.items())],
        deliveries=[
            DeliveryCount(
                channel=channel,
                waiting=deliveries.get((channel, "waiting"), 0),
                sent=deliveries.get((channel, "sent"), 0),
                dropped=deliveries.get((channel, "dropped"), 0),
            )
            for channel in campaign.channels
        ],
        effect=await _see_effect(connection, campaign),
    )


async def list_room_choices(connection: Connection, shop_id: ShopId) -> RoomChoices:
    """The shop's rooms on air and those to come, the nearest first; those without a plan last."""
    rooms = await live.list_rooms_of_shop(connection, shop_id, list(OPEN_ROOMS), MOST_ROOMS)
    rooms.sort(key=lambda room: (room.state is RoomState.PLANNED, room.planned_at is None, room.planned_at or 0))
    return RoomChoices(
        items=[
            RoomChoice(room_id=room.room_id, title=room.title, state=room.state, planned_at=room.planned_at)
            for room in rooms
        ]
    )


async def _see_effect(connection: Connection, campaign: Campaign) -> EffectView:
    now = utc_now()
    treated, held_out = await compare_groups(connection, campaign, now)
    conversion, spend = compare_shares(treated, held_out), compare_spend(treated, held_out)
    return EffectView(
        treated=_show(treated),
        held_out=_show(held_out),
        conversion=conversion,
        conversion_verdict=judge(treated, held_out, conversion),
        spend=spend,
        spend_verdict=judge(treated, held_out, spend),
        currency=DEFAULT_CURRENCY,
    )


def _show(group: Group) -> GroupView:
    return GroupView(fans=group.fans, buyers=group.buyers, spent_minor=group.spent_minor)
