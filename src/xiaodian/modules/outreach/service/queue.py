"""The queue of what goes out by a way that can fail: by e-mail, by web push.

Who takes a batch puts off its messages, so that nobody else takes them; should they die, the others are sent then. Each
is marked as being sent just before it is handed over. Who dies in that moment leaves it so, and nobody knows whether it
arrived: it is then dropped, not repeated. An advertisement twice is worse than none.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import Campaign, Channel
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.outreach.queries import ALL_SHOPS, get_campaigns
from xiaodian.modules.outreach.rules import BACK_OFF, next_try
from xiaodian.modules.outreach.service import coupons
from xiaodian.modules.outreach.service.still_so import Word

LEASE = timedelta(minutes=10)
Clock = Callable[[], Awaitable[datetime]]
"""The moment up to which to deliver, asked anew between two batches: a long queue must not run on into the night."""

_TAKE = """
    UPDATE outreach.delivery SET due_at = $4, attempts = attempts + 1
    WHERE (campaign_id, account_id, occasion, channel) IN (
        SELECT campaign_id, account_id, occasion, channel FROM outreach.delivery
        WHERE channel = $1 AND state = 'waiting' AND due_at <= $2 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    ) RETURNING campaign_id, account_id, occasion, attempts
"""
_GIVE_UP = """
    UPDATE outreach.delivery SET state = 'dropped',
        reason = CASE state WHEN 'sending' THEN 'unsure' ELSE coalesce(reason, 'unreachable') END
    WHERE channel = $1 AND due_at <= $2 AND (state = 'sending' OR state = 'waiting' AND attempts > $3)
"""
_OPTED_OUT = """
    SELECT account_id, shop_id FROM outreach.opt_out
    WHERE account_id = ANY($1::uuid[]) AND shop_id IN (SELECT $2::uuid UNION ALL SELECT unnest($3::uuid[]))
"""
_IS_OUT = """
    SELECT EXISTS (SELECT FROM outreach.opt_out WHERE account_id = $1 AND shop_id = ANY($2::uuid[]))
"""
_HAND_OVER = """
    UPDATE outreach.delivery SET state = 'sending'
    WHERE (campaign_id, account_id, occasion, channel) = ($1, $2, $3, $4) AND state = 'waiting'
"""
_SETTLE = """
    UPDATE outreach.delivery SET state = $6, reason = $7, due_at = coalesce($8, due_at),
        sent_at = CASE WHEN $6 = 'sent' THEN $5::timestamptz END
    WHERE (campaign_id, account_id, occasion, channel) = ($1, $2, $3, $4) AND state IN ('waiting', 'sending')
"""


class Fate(StrEnum):
    """What became of a message that was handed over."""

    SENT = "sent"
    FAILED = "failed"
    """For now: to be tried again."""
    DROPPED = "dropped"


class Outcome(NamedTuple):
    """What became of it, and why if it did not arrive."""

    fate: Fate
    reason: str | None = None


class Parcel(NamedTuple):
    """A message on its way to a fan."""

    campaign: Campaign
    account_id: AccountId
    occasion: str
    attempts: int

    @property
    def word(self) -> Word:
        """What it is called by."""
        return Word(self.campaign.campaign_id, self.account_id, self.occasion)


async def take(database: Database, channel: Channel, now: datetime, limit: int) -> list[Parcel]:
    """Take what is due; nobody else does. What opted-out fans would have got is dropped."""
    async with database.transaction() as connection:
        await connection.execute(_GIVE_UP, channel, now, len(BACK_OFF))
        rows = await connection.fetch(_TAKE, channel, now, limit, now + LEASE)
        campaigns = await get_campaigns(connection, list({row["campaign_id"] for row in rows}))
        parcels = [
            Parcel(campaigns[row["campaign_id"]], row["account_id"], row["occasion"], row["attempts"]) for row in rows
        ]
        out = await connection.fetch(
            _OPTED_OUT,
            [parcel.account_id for parcel in parcels],
            ALL_SHOPS,
            [campaign.shop_id for campaign in campaigns.values()],
        )
        unwanted = {(row["account_id"], row["shop_id"]) for row in out}
        wanted: list[Parcel] = []
        for parcel in parcels:
            mine = {(parcel.account_id, ALL_SHOPS), (parcel.account_id, parcel.campaign.shop_id)}
            if unwanted & mine:
                await _settle(connection, channel, parcel, Outcome(Fate.DROPPED, "opted_out"), now)
            else:
                wanted.append(parcel)
        return wanted


async def look_again(database: Database, channel: Channel, parcel: Parcel, now: datetime) -> Outcome | None:
    """Why a message does not go that is about to be handed over; None: it goes, is marked so, and its coupon has been
    made out.

    Others of the batch may have taken minutes: who opted out meanwhile means this one too, as does the shop that
    cancelled it.
    """
    async with database.transaction() as connection:
        if await connection.fetchval(_IS_OUT, parcel.account_id, [ALL_SHOPS, parcel.campaign.shop_id]):
            return Outcome(Fate.DROPPED, "opted_out")
        if not await coupons.is_good(connection, parcel.campaign, now):
            return Outcome(Fate.DROPPED, "coupon_over")
        key = (parcel.campaign.campaign_id, parcel.account_id, parcel.occasion)
        if await connection.execute(_HAND_OVER, *key, channel) != "UPDATE 1":
            return Outcome(Fate.DROPPED, "cancelled")
        await coupons.make_out(connection, parcel.campaign, [parcel.account_id], now)
    return None


async def settle(database: Database, channel: Channel, parcel: Parcel, outcome: Outcome, now: datetime) -> None:
    """Write down what became of one."""
    async with database.connection() as connection:
        await _settle(connection, channel, parcel, outcome, now)


async def _settle(connection: Connection, channel: Channel, parcel: Parcel, outcome: Outcome, now: datetime) -> None:
    state, again_at = outcome.fate.value, None
    if outcome.fate is Fate.FAILED:
        again_at = next_try(parcel.attempts, now)
        state = "waiting" if again_at else "dropped"
    await connection.execute(
        _SETTLE,
        parcel.campaign.campaign_id,
        parcel.account_id,
        parcel.occasion,
        channel,
        now,
        state,
        outcome.reason,
        again_at,
    )
