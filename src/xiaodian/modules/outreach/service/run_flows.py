"""Find the occasions of flows that are on, and enlist who has one."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from xiaodian.contracts.outreach import Campaign, CampaignId, Trigger
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.modules.outreach.queries import CAMPAIGN, to_campaign
from xiaodian.modules.outreach.service.bounds import bounds_of
from xiaodian.modules.outreach.service.enlist import AT_ONCE, Occasion, enlist

GRACE = timedelta(days=2)
"""An occasion that is longer past, as when no worker ran, is let pass: a late message is a wrong one."""

LEAST_GAPS = 20
"""So many times between purchases of one product must be known before anything is said of it."""
MOST_SPREAD = 2.0
"""The upper quartile of these times may be no more than so many lower ones, or they tell of no rhythm."""
AHEAD = 0.9
"""The message comes when this part of the usual time has passed."""

# $2 the flow, $3 and $4 the moments between which the occasion lies that is due now.
_FIRST_PURCHASE = """
    SELECT DISTINCT ON (sale.buyer_id) sale.buyer_id AS account_id, 'first' AS occasion
    FROM outreach.sale WHERE shop_id = $1 AND net_minor > 0 AND paid_at > $3 AND paid_at <= $4
        AND NOT EXISTS (
            SELECT FROM outreach.sale AS before WHERE before.shop_id = $1 AND before.buyer_id = sale.buyer_id
                AND before.net_minor > 0 AND (before.paid_at, before.order_id) < (sale.paid_at, sale.order_id)
        ) AND NOT EXISTS (
            SELECT FROM outreach.recipient AS met WHERE met.campaign_id = $2 AND met.account_id = sale.buyer_id
        )
    ORDER BY sale.buyer_id LIMIT $5
"""
_RUNNING_OUT = """
    SELECT DISTINCT ON (last.buyer_id) last.buyer_id AS account_id, last.product_id || ' ' || last.order_id AS occasion
    FROM outreach.rhythm JOIN outreach.bought AS last USING (shop_id, product_id)
    WHERE rhythm.shop_id = $1
        AND last.paid_at > $3::timestamptz - rhythm.gap * $6::float8
        AND last.paid_at <= $4::timestamptz - rhythm.gap * $6::float8
        AND NOT EXISTS (
            SELECT FROM outreach.bought AS later WHERE later.shop_id = $1 AND later.product_id = last.product_id
                AND later.buyer_id = last.buyer_id AND later.paid_at > last.paid_at
        ) AND NOT EXISTS (
            SELECT FROM outreach.recipient AS met WHERE met.campaign_id = $2 AND met.account_id = last.buyer_id
                AND met.occasion = last.product_id || ' ' || last.order_id
        )
    ORDER BY last.buyer_id, last.paid_at LIMIT $5
"""
_LEARN = """
    WITH gap AS (
        SELECT shop_id, product_id, paid_at - lag(paid_at) OVER each AS length FROM outreach.bought
        WHERE shop_id IN (SELECT shop_id FROM outreach.campaign WHERE trigger = 'running_out' AND state = 'on')
        WINDOW each AS (PARTITION BY shop_id, product_id, buyer_id ORDER BY paid_at)
    ), learnt AS (
        SELECT shop_id, product_id, count(*) AS gaps,
            percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY length) AS quartile
        FROM gap WHERE length >= interval '1 day' GROUP BY shop_id, product_id HAVING count(*) >= $1
    )
    INSERT INTO outreach.rhythm (shop_id, product_id, gap, gaps, learnt_at)
    SELECT shop_id, product_id, quartile[2], gaps, $3 FROM learnt WHERE quartile[3] <= quartile[1] * $2
    ON CONFLICT (shop_id, product_id) DO UPDATE SET gap = excluded.gap, gaps = excluded.gaps, learnt_at = $3
"""


async def run_flows(records: Records, now: datetime) -> int:
    """Enlist all whose occasion is due; answers how many are reached."""
    async with records.database.connection() as connection:
        rows = await connection.fetch(f"SELECT {CAMPAIGN} FROM outreach.campaign WHERE state = 'on'")
    return sum([await _run(records, to_campaign(row).campaign_id, now) for row in rows])


async def learn_rhythms(records: Records, now: datetime) -> None:
    """Learn anew how long what is used up lasts; products that show no rhythm any more are forgotten."""
    async with records.database.transaction() as connection:
        await connection.execute(_LEARN, LEAST_GAPS, MOST_SPREAD, now)
        await connection.execute("DELETE FROM outreach.rhythm WHERE learnt_at < $1", now)


async def _run(records: Records, flow_id: CampaignId, now: datetime) -> int:
    total = 0
    while True:
        async with records.database.transaction() as connection:
            row = await connection.fetchrow(
                f"SELECT {CAMPAIGN} FROM outreach.campaign WHERE campaign_id = $1 AND state = 'on' FOR SHARE", flow_id
            )
            if row is None:
                return total
            flow = to_campaign(row)
            fans = await _find_occasions(connection, flow, now)
            bounds = await bounds_of(connection, records.settings, flow.shop_id)
            total += await enlist(connection, flow, fans, bounds, now)
        if len(fans) < AT_ONCE:
            return total


async def _find_occasions(connection: Connection, flow: Campaign, now: datetime) -> list[Occasion]:
    delay = timedelta(days=flow.delay_days)
    until = now - delay
    # What came before the flow was turned on is let pass, except what is due only now.
    since = max(now - GRACE, flow.send_at) - delay
    more = {Trigger.RUNNING_OUT: [AHEAD]}.get(flow.trigger, [])
    rows = await connection.fetch(
        _OCCASIONS[flow.trigger], flow.shop_id, flow.campaign_id, since, until, AT_ONCE, *more
    )
    return [Occasion(row["account_id"], row["occasion"]) for row in rows]


_OCCASIONS: Mapping[Trigger, str] = {
    Trigger.FIRST_PURCHASE: _FIRST_PURCHASE,
    Trigger.RUNNING_OUT: _RUNNING_OUT,
}
