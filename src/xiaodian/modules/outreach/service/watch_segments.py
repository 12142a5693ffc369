"""Who comes into a segment at which a flow waits.

Nobody says when somebody meets a condition: time alone may do it. So each such segment is looked through every now and
then, and who is in it is compared with who was. Who is in it at the first look has not come in.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.fans import ConditionError, SegmentCode
from xiaodian.contracts.outreach import Campaign, CampaignId, Trigger
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.fans import api as fans
from xiaodian.modules.outreach.queries import CAMPAIGN, to_campaign
from xiaodian.modules.outreach.service.audience import BEFORE_ALL, list_members, own_id
from xiaodian.modules.outreach.service.enlist import AT_ONCE, Occasion
from xiaodian.modules.outreach.service.occasions import GRACE, Piece, day_of, list_not_met

LOOKED_AT_ONCE = 20_000
LEAST_PAUSE = timedelta(seconds=15)
MOST_PAUSE = timedelta(hours=1)
PAUSE_FACTOR = 100
"""A look that took a second is repeated after so many: looking takes a hundredth of a connection."""
AFTER_ALL = UUID(int=2**128 - 1)

_DUE = f"""
    SELECT {CAMPAIGN} FROM outreach.campaign LEFT JOIN outreach.sweep USING (campaign_id)
    WHERE trigger = '{Trigger.SEGMENT_JOINED}' AND state = 'on' AND (due_at IS NULL OR due_at <= $1)
    ORDER BY due_at NULLS FIRST
"""
_BEGIN = """
    INSERT INTO outreach.sweep (campaign_id, mark, place, is_first, due_at) VALUES ($1, $2, $3, true, $4)
    ON CONFLICT (campaign_id) DO UPDATE SET mark = excluded.mark, place = excluded.place, is_first = true
    WHERE sweep.mark <> excluded.mark
"""
# One place after another: who stands there and is no longer found has left.
_COMPARE = """
    WITH found AS (SELECT unnest($4::uuid[]) AS account_id), gone AS (
        DELETE FROM outreach.member AS known WHERE campaign_id = $1 AND account_id > $2 AND account_id <= $3
            AND NOT EXISTS (SELECT FROM found WHERE found.account_id = known.account_id)
    )
    INSERT INTO outreach.member (campaign_id, account_id, joined_at) SELECT $1, account_id, $5 FROM found
    ON CONFLICT DO NOTHING
"""
_GO_ON = """
    UPDATE outreach.sweep SET place = $2, is_first = is_first AND NOT $3, due_at = $4 WHERE campaign_id = $1
"""
_JOINED = """
    SELECT account_id, 'joined ' || to_char(joined_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS occasion
    FROM outreach.member WHERE campaign_id = $1 AND joined_at > $2 AND joined_at <= $3 AND account_id > $4
        AND NOT EXISTS (
            SELECT FROM outreach.recipient AS met WHERE met.campaign_id = $1 AND met.account_id = member.account_id
                AND skipped IS NULL AND counts_from > $5
        )
    ORDER BY account_id LIMIT $6
"""
_NOT_LATELY = """
    SELECT account_id FROM unnest($2::uuid[]) AS account_id WHERE NOT EXISTS (
        SELECT FROM outreach.recipient AS met WHERE met.campaign_id = $1 AND met.account_id = account_id.account_id
            AND skipped IS NULL AND counts_from > $3
    )
"""


async def look_through(records: Records, now: datetime) -> list[CampaignId]:
    """Look through the segments whose time it is; answers of which flows."""
    async with records.database.connection() as connection:
        flows = [to_campaign(row) for row in await connection.fetch(_DUE, now)]
    for flow in flows:
        if own_id(flow.segment) is None:
            await _wait(records, flow, now, LEAST_PAUSE)
        else:
            await _look(records, flow, now)
    return [flow.campaign_id for flow in flows]


async def look_afresh(connection: Connection, campaign_id: CampaignId) -> None:
    """Who is in the segment at the next look has not come in: the flow was turned on or off."""
    for table in ("sweep", "member"):
        await connection.execute(f"DELETE FROM outreach.{table} WHERE campaign_id = $1", campaign_id)


async def look_at_once(records: Records, flow: Campaign) -> None:
    """Who comes in from now on has come in, where one piece holds the whole segment; else the next look tells."""
    if own_id(flow.segment) is not None:
        with suppress(ConditionError):
            await _look_at_piece(records, flow, utc_now())


async def find_joined(
    connection: Connection, flow: Campaign, now: datetime, place: AccountId, utc_offset_h: int
) -> Piece:
    """Some whose delay since they came in is over, who are still in it and were not reached within `again_days`."""
    delay = timedelta(days=flow.delay_days)
    since, until = max(now - GRACE, flow.send_at) - delay, now - delay
    lately = now - timedelta(days=flow.again_days)
    if own_id(flow.segment) is None:
        days = (day_of(since, utc_offset_h), day_of(until, utc_offset_h))
        return await _find_in_ready(connection, flow, days, place, lately)
    rows = await connection.fetch(_JOINED, flow.campaign_id, since, until, place, lately, AT_ONCE)
    found = [Occasion(row["account_id"], row["occasion"]) for row in rows]
    last = found[-1].account_id if len(found) == AT_ONCE else None
    return Piece(await list_not_met(connection, flow, found), last)


async def _find_in_ready(
    connection: Connection, flow: Campaign, days: tuple[date, date], place: AccountId, lately: datetime
) -> Piece:
    """Of ready segments the day is known on which a fan came in."""
    segment = SegmentCode(flow.segment)
    found = await fans.list_entered(connection, flow.shop_id, segment, days, after=place, limit=AT_ONCE)
    free = {
        row["account_id"]
        for row in await connection.fetch(_NOT_LATELY, flow.campaign_id, [fan for fan, _ in found], lately)
    }
    entered = [Occasion(fan, f"{segment} {since}") for fan, since in found if fan in free]
    last = found[-1][0] if len(found) == AT_ONCE else None
    return Piece(await list_not_met(connection, flow, entered), last)


async def _look(records: Records, flow: Campaign, now: datetime) -> None:
    """Through all of a segment; where it is cut off, it goes on the next time."""
    began = utc_now()
    try:
        while await _look_at_piece(records, flow, now):
            pass
    except ConditionError:
        await _wait(records, flow, now, MOST_PAUSE)
        return
    pause = min(max((utc_now() - began) * PAUSE_FACTOR, LEAST_PAUSE), MOST_PAUSE)
    await _wait(records, flow, now, pause)


async def _look_at_piece(records: Records, flow: Campaign, now: datetime) -> bool:
    """Whether there is more of it."""
    own = own_id(flow.segment)
    assert own is not None
    async with records.database.transaction() as connection:
        mark = await fans.find_mark(connection, flow.shop_id, own)
        if mark is None:
            await connection.execute("DELETE FROM outreach.member WHERE campaign_id = $1", flow.campaign_id)
            return False
        await connection.execute(_BEGIN, flow.campaign_id, mark, BEFORE_ALL, now)
        sweep = await connection.fetchrow(
            "SELECT place, is_first FROM outreach.sweep WHERE campaign_id = $1 FOR UPDATE", flow.campaign_id
        )
        if sweep is None:
            return False
        found = await list_members(
            connection, records.settings, flow.shop_id, flow.segment, sweep["place"], LOOKED_AT_ONCE
        )
        is_over = len(found) < LOOKED_AT_ONCE
        until = AFTER_ALL if is_over else found[-1]
        joined_at = None if sweep["is_first"] else now
        await connection.execute(_COMPARE, flow.campaign_id, sweep["place"], until, found, joined_at)
        await connection.execute(_GO_ON, flow.campaign_id, _next_place(found, is_over=is_over), is_over, now)
        return not is_over


def _next_place(found: Sequence[AccountId], *, is_over: bool) -> AccountId:
    return BEFORE_ALL if is_over else found[-1]


async def _wait(records: Records, flow: Campaign, now: datetime, pause: timedelta) -> None:
    async with records.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO outreach.sweep (campaign_id, mark, place, is_first, due_at) VALUES ($1, '', $2, true, $3)
            ON CONFLICT (campaign_id) DO UPDATE SET due_at = excluded.due_at
            """,
            flow.campaign_id,
            BEFORE_ALL,
            now + pause,
        )
