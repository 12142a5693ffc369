"""Reads of campaigns, of who was reached, and of what came of it; structs out."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.outreach import Campaign, CampaignId, CampaignState, Channel, Skip, Trigger
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.outreach.effect_rules import Group
from xiaodian.modules.outreach.rules import Known, ShopBounds

ALL_SHOPS = UUID(int=0)
"""Stands where a shop's id would, for who wants messages of no shop."""
CAMPAIGN = ", ".join(Campaign.__struct_fields__)

# A fan whom a flow reached several times counts once, from the first time on, in the group of that time.
_FANS = """
    SELECT account_id, (array_agg(is_held_out ORDER BY counts_from))[1] AS is_held_out, min(counts_from) AS counts_from
    FROM outreach.recipient WHERE campaign_id = $1 AND skipped IS NULL AND counts_from <= $4 GROUP BY account_id
"""
_WITHIN = """
    sale.shop_id = $2 AND sale.buyer_id = fan.account_id
    AND sale.paid_at >= fan.counts_from AND sale.paid_at < fan.counts_from + $3::interval
"""
_COUNTED = "net_minor > 0 AND is_held_out = $5"
_GROUPS = f"""
    WITH fan AS ({_FANS}), spent AS (
        SELECT fan.is_held_out, coalesce(sum(sale.net_minor), 0)::bigint AS minor
        FROM fan LEFT JOIN outreach.sale ON {_WITHIN}
        GROUP BY fan.account_id, fan.is_held_out
    )
    SELECT is_held_out, count(*) AS fans, count(*) FILTER (WHERE minor > 0) AS buyers,
        sum(minor)::bigint AS spent_minor, sum(minor::float8 * minor) AS squares
    FROM spent GROUP BY is_held_out
"""


async def get_campaign(connection: Connection, shop_id: ShopId, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """One campaign of a shop. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"""
        SELECT {CAMPAIGN} FROM outreach.campaign WHERE shop_id = $1 AND campaign_id = $2
        {"FOR UPDATE" if lock else ""}
        """,
        shop_id,
        campaign_id,
    )
    if row is None:
        raise NotFoundError
    return to_campaign(row)


async def list_campaigns(connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int) -> list[Campaign]:
    """A shop's campaigns that are sent once, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {CAMPAIGN} FROM outreach.campaign
        WHERE shop_id = $1 AND trigger = 'once' AND ($2::uuid IS NULL OR campaign_id < $2)
        ORDER BY campaign_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [to_campaign(row) for row in rows]


async def list_of_fan(connection: Connection, shop_id: ShopId, account_id: AccountId, limit: int) -> list[Record]:
    """What was sent to one fan alone: campaign_id, text, coupon_id, room_id and sent_at, the latest first."""
    return await connection.fetch(
        """
        SELECT campaign_id, text, coupon_id, room_id, counts_from AS sent_at
        FROM outreach.recipient JOIN outreach.campaign USING (campaign_id)
        WHERE recipient.account_id = $2 AND skipped IS NULL AND NOT is_held_out
            AND campaign.shop_id = $1 AND trigger = 'fan'
        ORDER BY counts_from DESC, campaign_id DESC LIMIT $3
        """,
        shop_id,
        account_id,
        limit,
    )


async def list_flows(connection: Connection, shop_id: ShopId) -> list[Campaign]:
    """A shop's flows, the oldest first."""
    rows = await connection.fetch(
        f"""
        SELECT {CAMPAIGN} FROM outreach.campaign
        WHERE shop_id = $1 AND trigger NOT IN ('once', 'fan') ORDER BY campaign_id
        """,
        shop_id,
    )
    return [to_campaign(row) for row in rows]


async def list_known(
    connection: Connection, shop_id: ShopId, account_ids: Sequence[AccountId], since: datetime
) -> list[Known]:
    """What each fan got of late, from any shop, and whether they want no more from this one; in the same order.

    What was called off, or had no way to the fan, is no message; what may have arrived is one.
    """
    rows = await connection.fetch(
        """
        SELECT account_id,
            (
                SELECT count(*) FROM outreach.recipient AS met
                WHERE met.account_id = fan.account_id AND met.counts_from > $3
                    AND met.skipped IS NULL AND NOT met.is_held_out AND (
                        SELECT bool_or(state <> 'dropped' OR reason = 'unsure') FROM outreach.delivery AS way
                        WHERE (way.campaign_id, way.account_id, way.occasion)
                            = (met.campaign_id, met.account_id, met.occasion)
                    ) IS NOT false
            ) AS messages,
            EXISTS (
                SELECT FROM outreach.opt_out
                WHERE opt_out.account_id = fan.account_id AND opt_out.shop_id IN ($2, $4)
            ) AS has_opted_out
        FROM unnest($1::uuid[]) WITH ORDINALITY AS fan (account_id, place) ORDER BY place
        """,
        account_ids,
        shop_id,
        since,
        ALL_SHOPS,
    )
    return [Known(**row) for row in rows]


async def count_skipped(connection: Connection, campaign_id: CampaignId) -> dict[Skip, int]:
    """How many a campaign passed over, by the reason."""
    rows = await connection.fetch(
        """
        SELECT skipped, count(*) AS fans FROM outreach.recipient
        WHERE campaign_id = $1 AND skipped IS NOT NULL GROUP BY skipped
        """,
        campaign_id,
    )
    return {Skip(row["skipped"]): row["fans"] for row in rows}


async def count_deliveries(connection: Connection, campaign_id: CampaignId) -> dict[tuple[Channel, str], int]:
    """How many messages of a campaign are in which state, by their way."""
    rows = await connection.fetch(
        """
        SELECT channel, state, count(*) AS messages FROM outreach.delivery
        WHERE campaign_id = $1 GROUP BY channel, state
        """,
        campaign_id,
    )
    return {(Channel(row["channel"]), row["state"]): row["messages"] for row in rows}


async def compare_groups(connection: Connection, campaign: Campaign, now: datetime) -> tuple[Group, Group]:
    """Who got the message and who was held out, and what each group bought within the window."""
    rows = await connection.fetch(_GROUPS, *_bound(campaign, now))
    groups = {row["is_held_out"]: Group(**{key: row[key] for key in Group.__struct_fields__}) for row in rows}
    return groups.get(False, Group()), groups.get(True, Group())


class Counted(NamedTuple):
    """An order that an effect counts."""

    order_id: OrderId
    paid_at: datetime
    net_minor: int


async def count_counted(connection: Connection, campaign: Campaign, now: datetime, *, is_held_out: bool) -> int:
    """How many orders one of the groups is compared by."""
    found: int = await connection.fetchval(
        f"WITH fan AS ({_FANS}) SELECT count(*) FROM fan JOIN outreach.sale ON {_WITHIN} WHERE {_COUNTED}",
        *_bound(campaign, now),
        is_held_out,
    )
    return found


async def list_counted(
    connection: Connection,
    campaign: Campaign,
    now: datetime,
    *,
    is_held_out: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Counted]:
    """A page of these orders, the newest first."""
    rows = await connection.fetch(
        f"""
        WITH fan AS ({_FANS}) SELECT order_id, paid_at, net_minor FROM fan JOIN outreach.sale ON {_WITHIN}
        WHERE {_COUNTED} AND ($6::timestamptz IS NULL OR (paid_at, order_id) < ($6, $7::uuid))
        ORDER BY paid_at DESC, order_id DESC LIMIT $8
        """,
        *_bound(campaign, now),
        is_held_out,
        *(after or (None, None)),
        limit,
    )
    return [Counted(*row) for row in rows]


def _bound(campaign: Campaign, now: datetime) -> tuple[object, ...]:
    return campaign.campaign_id, campaign.shop_id, timedelta(days=campaign.window_days), now


async def get_shop_bounds(connection: Connection, shop_id: ShopId) -> ShopBounds:
    """Where a shop is stricter than the platform."""
    row = await connection.fetchrow(
        "SELECT most_messages, quiet_from_h, quiet_until_h FROM outreach.shop_rule WHERE shop_id = $1", shop_id
    )
    return ShopBounds(**row) if row else ShopBounds()


async def list_opt_outs(connection: Connection, account_id: AccountId, limit: int) -> Collection[UUID]:
    """The shops whose messages somebody does not want, ALL_SHOPS first, then the latest."""
    rows = await connection.fetch(
        "SELECT shop_id FROM outreach.opt_out WHERE account_id = $1 ORDER BY shop_id <> $3, since DESC LIMIT $2",
        account_id,
        limit,
        ALL_SHOPS,
    )
    return [row["shop_id"] for row in rows]


async def get_campaigns(connection: Connection, campaign_ids: Sequence[CampaignId]) -> dict[CampaignId, Campaign]:
    """These campaigns, by id."""
    rows = await connection.fetch(
        f"SELECT {CAMPAIGN} FROM outreach.campaign WHERE campaign_id = ANY($1::uuid[])", campaign_ids
    )
    return {row["campaign_id"]: to_campaign(row) for row in rows}


def to_campaign(row: Record) -> Campaign:
    """A row with the columns CAMPAIGN."""
    values = dict(row)
    values["trigger"] = Trigger(values["trigger"])
    values["state"] = CampaignState(values["state"])
    values["channels"] = [Channel(channel) for channel in values["channels"]]
    return Campaign(**{name: values[name] for name in Campaign.__struct_fields__})
