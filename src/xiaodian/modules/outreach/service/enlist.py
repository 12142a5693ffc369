"""Decide of each fan whether a campaign reaches them, and put what reaches them into the queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import FLOWS, Campaign
from xiaodian.infra.database import Connection
from xiaodian.modules.outreach.rules import Bounds, is_held_out, next_loud
from xiaodian.modules.outreach.service.pass_over import find_skips

LOCK = 7_142_461
AT_ONCE = 500

# Who was enlisted before stays as it is: a queue that is filled again changes nothing.
_ENLIST = """
    INSERT INTO outreach.recipient (campaign_id, account_id, occasion, shop_id, skipped, is_held_out, counts_from)
    SELECT $1, fan.account_id, fan.occasion, $2, fan.skipped, fan.is_held_out, $3
    FROM unnest($4::uuid[], $5::text[], $6::text[], $7::boolean[]) AS fan (account_id, occasion, skipped, is_held_out)
    ON CONFLICT DO NOTHING RETURNING account_id, occasion, skipped IS NULL AND NOT is_held_out AS is_reached
"""
_QUEUE = """
    INSERT INTO outreach.delivery (campaign_id, account_id, occasion, channel, state, due_at)
    SELECT $1, fan.account_id, fan.occasion, channel, 'waiting', $2
    FROM unnest($3::uuid[], $4::text[]) AS fan (account_id, occasion) CROSS JOIN unnest($5::text[]) AS channel
"""


_GROUPS = """
    SELECT DISTINCT ON (account_id) account_id, is_held_out FROM outreach.recipient
    WHERE campaign_id = $1 AND account_id = ANY($2::uuid[]) AND skipped IS NULL ORDER BY account_id, counts_from
"""


class Occasion(NamedTuple):
    """Why a fan is reached now; a campaign reaches a fan once on each."""

    account_id: AccountId
    occasion: str = ""


async def enlist(
    connection: Connection, campaign: Campaign, fans: Sequence[Occasion], bounds: Bounds, now: datetime
) -> int:
    """In the caller's transaction; answers how many are reached. A fan stands in `fans` once.

    One at a time does it for all shops, so that what a fan gets from several of them at once is counted.
    """
    if not fans:
        return 0
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    people = [fan.account_id for fan in fans]
    skipped = await find_skips(connection, campaign.shop_id, people, campaign.channels, bounds, now)
    arrives_at = next_loud(now, bounds)
    groups = await _groups_so_far(connection, campaign, people)
    rows = await connection.fetch(
        _ENLIST,
        campaign.campaign_id,
        campaign.shop_id,
        arrives_at,
        people,
        [fan.occasion for fan in fans],
        [skip and skip.value for skip in skipped],
        [
            groups.get(fan.account_id, is_held_out(campaign.campaign_id, fan.account_id, campaign.hold_out_bp))
            for fan in fans
        ],
    )
    reached = [row for row in rows if row["is_reached"]]
    if reached:
        await connection.execute(
            _QUEUE,
            campaign.campaign_id,
            arrives_at,
            [row["account_id"] for row in reached],
            [row["occasion"] for row in reached],
            [channel.value for channel in campaign.channels],
        )
    return len(reached)


async def _groups_so_far(
    connection: Connection, campaign: Campaign, fans: Sequence[AccountId]
) -> Mapping[AccountId, bool]:
    """Who of these was held out before, and who was not: a flow that holds out more or fewer now leaves them so. Only
    where it holds out nobody any more are all written to.
    """
    if campaign.trigger not in FLOWS or campaign.hold_out_bp == 0:
        return {}
    rows = await connection.fetch(_GROUPS, campaign.campaign_id, fans)
    return {row["account_id"]: row["is_held_out"] for row in rows}
