"""Find the occasions of flows that are on, and enlist who has one."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.fans import ConditionError, SegmentCode
from xiaodian.contracts.outreach import FLOWS, Campaign, CampaignId, Trigger
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans import api as fans
from xiaodian.modules.outreach.queries import CAMPAIGN, to_campaign
from xiaodian.modules.outreach.rules import Bounds, birthdays_on, next_loud
from xiaodian.modules.outreach.service.audience import BEFORE_ALL, keep_members
from xiaodian.modules.outreach.service.bounds import bounds_of
from xiaodian.modules.outreach.service.enlist import AT_ONCE, Occasion, enlist
from xiaodian.modules.outreach.service.occasions import GRACE, Piece, day_of, list_not_met
from xiaodian.modules.outreach.service.watch_segments import find_joined, look_through
from xiaodian.settings import Settings

LEAST_GAPS = 20
"""So many times between purchases of one product must be known before anything is said of it."""
MOST_SPREAD = 2.0
"""The upper quartile of these times may be no more than so many lower ones, or they tell of no rhythm."""
AHEAD = 0.9
"""The message comes when this part of the usual time has passed."""

DAILY: Collection[Trigger] = (Trigger.SLIPPING, Trigger.BIRTHDAY)
"""These occasions are days, not moments: they are looked for less often."""
OF_THEMSELVES: Collection[Trigger] = tuple(
    each for each in FLOWS if each not in (Trigger.SEGMENT_JOINED, Trigger.ROOM_PLANNED)
)
"""Of these nobody needs to look who has come in, or which rooms there are."""


# $2 the flow, $3 and $4 the moments between which the occasion lies that is due now, $6 after whom to go on.
_FIRST_PURCHASE = """
    SELECT DISTINCT ON (sale.buyer_id) sale.buyer_id AS account_id, 'first' AS occasion
    FROM outreach.sale WHERE shop_id = $1 AND net_minor > 0 AND paid_at > $3 AND paid_at <= $4
        AND NOT EXISTS (
            SELECT FROM outreach.sale AS before WHERE before.shop_id = $1 AND before.buyer_id = sale.buyer_id
                AND before.net_minor > 0 AND (before.paid_at, before.order_id) < (sale.paid_at, sale.order_id)
        ) AND NOT EXISTS (
            SELECT FROM outreach.recipient AS met WHERE met.campaign_id = $2 AND met.account_id = sale.buyer_id
        )
        AND sale.buyer_id > $6
    ORDER BY sale.buyer_id LIMIT $5
"""
_RUNNING_OUT = """
    SELECT DISTINCT ON (last.buyer_id) last.buyer_id AS account_id, last.product_id || ' ' || last.order_id AS occasion
    FROM outreach.rhythm JOIN outreach.bought AS last USING (shop_id, product_id)
    WHERE rhythm.shop_id = $1
        AND last.paid_at > $3::timestamptz - rhythm.gap * $7::float8
        AND last.paid_at <= $4::timestamptz - rhythm.gap * $7::float8
        AND NOT EXISTS (
            SELECT FROM outreach.bought AS later WHERE later.shop_id = $1 AND later.product_id = last.product_id
                AND later.buyer_id = last.buyer_id AND later.paid_at > last.paid_at
        ) AND NOT EXISTS (
            SELECT FROM outreach.recipient AS met WHERE met.campaign_id = $2 AND met.account_id = last.buyer_id
                AND met.occasion = last.product_id || ' ' || last.order_id
        ) AND last.buyer_id > $6
    ORDER BY last.buyer_id, last.paid_at LIMIT $5
"""
# Who looked within thirty days before, and has not bought it within as many.
_TURNED = """
    SELECT DISTINCT ON (watched.account_id) watched.account_id,
        turn.product_id || ' ' || to_char(turn.at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS occasion
    FROM outreach.turn JOIN outreach.watched USING (shop_id, product_id)
    WHERE turn.shop_id = $1 AND turn.kind = $7 AND turn.at > $3 AND turn.at <= $4
        AND watched.seen_at > turn.at - interval '30 days' AND watched.seen_at <= turn.at
        AND NOT EXISTS (SELECT FROM outreach.sold_out WHERE sold_out.product_id = turn.product_id)
        AND NOT EXISTS (
            SELECT FROM outreach.bought WHERE bought.shop_id = $1 AND bought.product_id = turn.product_id
                AND bought.buyer_id = watched.account_id AND bought.paid_at > turn.at - interval '30 days'
        ) AND NOT EXISTS (
            SELECT FROM outreach.recipient AS met WHERE met.campaign_id = $2 AND met.account_id = watched.account_id
                AND met.occasion = turn.product_id || ' ' || to_char(turn.at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
        ) AND watched.account_id > $6
    ORDER BY watched.account_id, turn.at LIMIT $5
"""
_BOUGHT_HERE = """
    SELECT buyer_id FROM unnest($2::uuid[]) AS buyer_id WHERE EXISTS (
        SELECT FROM outreach.sale WHERE shop_id = $1 AND sale.buyer_id = buyer_id.buyer_id AND net_minor > 0
    )
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


async def run_flows(records: Records, now: datetime, triggers: Collection[Trigger] = OF_THEMSELVES) -> int:
    """Enlist all whose occasion is due; answers how many are reached."""
    async with records.database.connection() as connection:
        rows = await connection.fetch(
            f"SELECT {CAMPAIGN} FROM outreach.campaign WHERE state = 'on' AND trigger = ANY($1::text[])", list(triggers)
        )
    return sum([await _run(records, to_campaign(row).campaign_id, now) for row in rows])


async def run_joins(records: Records, now: datetime) -> int:
    """Look who has come into the segments at which flows wait, and enlist them; answers how many are reached."""
    return sum([await _run(records, flow_id, now) for flow_id in await look_through(records, now)])


async def learn_rhythms(records: Records, now: datetime) -> None:
    """Learn anew how long what is used up lasts; products that show no rhythm any more are forgotten."""
    async with records.database.transaction() as connection:
        await connection.execute(_LEARN, LEAST_GAPS, MOST_SPREAD, now)
        await connection.execute("DELETE FROM outreach.rhythm WHERE learnt_at < $1", now)


async def _run(records: Records, flow_id: CampaignId, now: datetime) -> int:
    try:
        return await _run_pieces(records, flow_id, now)
    except ConditionError:
        # The shop's segment takes too long to look through just now. Others' flows do not wait for it.
        return 0


async def _run_pieces(records: Records, flow_id: CampaignId, now: datetime) -> int:
    total, place = 0, BEFORE_ALL
    while True:
        async with records.database.transaction() as connection:
            row = await connection.fetchrow(
                f"SELECT {CAMPAIGN} FROM outreach.campaign WHERE campaign_id = $1 AND state = 'on' FOR SHARE", flow_id
            )
            if row is None:
                return total
            flow = to_campaign(row)
            bounds = await bounds_of(connection, records.settings, flow.shop_id)
            piece = await _find_occasions(connection, flow, now, place, bounds)
            found = await _keep_members(connection, records.settings, flow, piece.fans)
            total += await enlist(connection, flow, found, bounds, now)
        if piece.last is None:
            return total
        place = piece.last


async def _keep_members(
    connection: Connection, settings: Settings, flow: Campaign, found: list[Occasion]
) -> list[Occasion]:
    """Those who are in the segment that the flow is limited to; who comes into it later is written to if the occasion
    is not long past then.
    """
    if not flow.segment or flow.trigger is Trigger.SEGMENT_JOINED or not found:
        return found
    people = [fan.account_id for fan in found]
    members = await keep_members(connection, settings, flow.shop_id, flow.segment, people)
    return [fan for fan in found if fan.account_id in members]


async def _find_occasions(
    connection: Connection, flow: Campaign, now: datetime, place: AccountId, bounds: Bounds
) -> Piece:
    utc_offset_h = bounds.utc_offset_h
    if flow.trigger is Trigger.BIRTHDAY:
        today, arrives_on = (day_of(moment, utc_offset_h) for moment in (now, next_loud(now, bounds)))
        return await _find_birthdays(connection, flow, today, place) if arrives_on == today else Piece([], None)
    if flow.trigger is Trigger.SLIPPING:
        return await _find_slipping(connection, flow, now, utc_offset_h, place)
    if flow.trigger is Trigger.SEGMENT_JOINED:
        return await find_joined(connection, flow, now, place, utc_offset_h)
    return await _find_moments(connection, flow, now, place)


async def _find_birthdays(connection: Connection, flow: Campaign, today: date, place: AccountId) -> Piece:
    """Of today alone, where it still arrives today: a birthday message that comes late is a wrong one."""
    born = await accounts.list_born_on(connection, birthdays_on(today), after=place, limit=AT_ONCE)
    rows = await connection.fetch(_BOUGHT_HERE, flow.shop_id, born)
    born_here = [Occasion(row["buyer_id"], f"birthday {today.year}") for row in rows]
    return Piece(await list_not_met(connection, flow, born_here), born[-1] if len(born) == AT_ONCE else None)


async def _find_slipping(
    connection: Connection, flow: Campaign, now: datetime, utc_offset_h: int, place: AccountId
) -> Piece:
    delay = timedelta(days=flow.delay_days)
    days = (day_of(max(now - GRACE, flow.send_at), utc_offset_h) - delay, day_of(now, utc_offset_h) - delay)
    found = await fans.list_entered(connection, flow.shop_id, SegmentCode.SLIPPING, days, after=place, limit=AT_ONCE)
    entered = [Occasion(account_id, f"slipping {since}") for account_id, since in found]
    return Piece(await list_not_met(connection, flow, entered), found[-1][0] if len(found) == AT_ONCE else None)


async def _find_moments(connection: Connection, flow: Campaign, now: datetime, place: AccountId) -> Piece:
    delay = timedelta(days=flow.delay_days)
    until = now - delay
    # What came before the flow was turned on is let pass, except what is due only now.
    since = max(now - GRACE, flow.send_at) - delay
    more = {Trigger.RUNNING_OUT: [AHEAD], Trigger.FIRST_PURCHASE: []}.get(flow.trigger, [flow.trigger.value])
    rows = await connection.fetch(
        _OCCASIONS[flow.trigger], flow.shop_id, flow.campaign_id, since, until, AT_ONCE, place, *more
    )
    found = [Occasion(row["account_id"], row["occasion"]) for row in rows]
    return Piece(found, found[-1].account_id if len(found) == AT_ONCE else None)


_OCCASIONS: Mapping[Trigger, str] = {
    Trigger.FIRST_PURCHASE: _FIRST_PURCHASE,
    Trigger.RUNNING_OUT: _RUNNING_OUT,
    Trigger.BACK_IN_STOCK: _TURNED,
    Trigger.PRICE_DROP: _TURNED,
}
