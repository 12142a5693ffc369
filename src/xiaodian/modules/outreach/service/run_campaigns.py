"""Enlist the segments of campaigns whose hour has come, a piece at a time."""

from datetime import datetime, timedelta

from xiaodian.contracts.fans import ConditionError
from xiaodian.contracts.outreach import CampaignState
from xiaodian.edge.context import Records
from xiaodian.infra.logging import get_logger
from xiaodian.modules.outreach.queries import CAMPAIGN, to_campaign
from xiaodian.modules.outreach.service.audience import list_members
from xiaodian.modules.outreach.service.bounds import bounds_of
from xiaodian.modules.outreach.service.enlist import AT_ONCE, Occasion, enlist

PUT_OFF_BY = timedelta(minutes=15)
"""For so long a campaign waits whose segment takes too long to look through."""

log = get_logger(__name__)


async def run_campaigns(records: Records, now: datetime) -> int:
    """Enlist all that is due; answers how many fans are reached. Where it is cut off, it goes on the next time."""
    total = 0
    while (reached := await _run_piece(records, now)) is not None:
        total += reached
    return total


async def _run_piece(records: Records, now: datetime) -> int | None:
    """One piece of the campaign that is due longest; None if none is."""
    async with records.database.transaction() as connection:
        row = await connection.fetchrow(
            f"""
            SELECT {CAMPAIGN}, reached FROM outreach.campaign
            WHERE state IN ('planned', 'sending') AND send_at <= $1 AND (put_off_until <= $1) IS NOT false
            ORDER BY send_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """,
            now,
        )
        if row is None:
            return None
        campaign = to_campaign(row)
        try:
            async with connection.transaction():
                members = await list_members(
                    connection, records.settings, campaign.shop_id, campaign.segment, row["reached"], AT_ONCE
                )
        except ConditionError:
            # Others' campaigns do not wait for it.
            log.warning("campaign_put_off", campaign_id=str(campaign.campaign_id))
            await connection.execute(
                "UPDATE outreach.campaign SET put_off_until = $2 WHERE campaign_id = $1",
                campaign.campaign_id,
                now + PUT_OFF_BY,
            )
            return 0
        bounds = await bounds_of(connection, records.settings, campaign.shop_id)
        reached = await enlist(connection, campaign, [Occasion(member) for member in members], bounds, now)
        is_over = len(members) < AT_ONCE
        await connection.execute(
            "UPDATE outreach.campaign SET state = $2, reached = $3 WHERE campaign_id = $1",
            campaign.campaign_id,
            CampaignState.SENT if is_over else CampaignState.SENDING,
            members[-1] if members else row["reached"],
        )
        return reached
