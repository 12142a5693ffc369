"""Put what is due into the inboxes of fans."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from xiaodian.contracts.accounts import AccountId, Notice, NoticeKind
from xiaodian.contracts.outreach import Campaign, CampaignId, Channel
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.outreach.queries import ALL_SHOPS, get_campaigns
from xiaodian.modules.outreach.service import coupons
from xiaodian.modules.outreach.service.fill_in import Subject, fill_in, subjects_of
from xiaodian.modules.outreach.service.queue import Clock
from xiaodian.modules.outreach.service.still_so import Word, find_past
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops
from xiaodian.settings import Settings

AT_ONCE = 500

_TAKE = """
    SELECT delivery.campaign_id, delivery.account_id, delivery.occasion, EXISTS (
        SELECT FROM outreach.opt_out JOIN outreach.recipient USING (account_id)
        WHERE (recipient.campaign_id, recipient.account_id, recipient.occasion)
                = (delivery.campaign_id, delivery.account_id, delivery.occasion)
            AND opt_out.shop_id IN (recipient.shop_id, $4)
    ) AS has_opted_out
    FROM outreach.delivery WHERE channel = $1 AND state = 'waiting' AND due_at <= $2
    ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
"""
_SETTLE = """
    UPDATE outreach.delivery SET state = $5, reason = $6, sent_at = CASE WHEN $5 = 'sent' THEN $7::timestamptz END,
        attempts = attempts + 1
    WHERE channel = $1
        AND (campaign_id, account_id, occasion) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::text[]))
"""


async def _ring_nobody(_: Sequence[AccountId]) -> None:
    pass


async def deliver_in_app(
    records: Records,
    now: datetime,
    ring: Callable[[Sequence[AccountId]], Awaitable[None]] = _ring_nobody,
    clock: Clock | None = None,
) -> int:
    """Deliver all that is due; answers how many arrived. Notice, coupon and queue change in one transaction; who is
    there just now hears of it after that, by `ring`.
    """
    total = 0
    while True:
        async with records.database.transaction() as connection:
            taken = await connection.fetch(_TAKE, Channel.APP, now, AT_ONCE, ALL_SHOPS)
            reached = await _deliver(connection, records.settings, taken, now)
        await ring(reached)
        total += len(reached)
        if len(taken) < AT_ONCE:
            return total
        now = await clock() if clock else now


async def _deliver(
    connection: Connection, settings: Settings, taken: Sequence[Record], now: datetime
) -> list[AccountId]:
    await settle(connection, [row for row in taken if row["has_opted_out"]], "dropped", "opted_out", now)
    by_campaign: dict[CampaignId, list[Record]] = defaultdict(list)
    for row in taken:
        if not row["has_opted_out"]:
            by_campaign[row["campaign_id"]].append(row)
    campaigns = await get_campaigns(connection, list(by_campaign))
    of_shops = await shops.get_shops(connection, list({campaign.shop_id for campaign in campaigns.values()}))
    reached: list[AccountId] = []
    for campaign_id, rows in by_campaign.items():
        campaign = campaigns[campaign_id]
        coupon = await coupons.find_good(connection, campaign, now)
        if coupon is None and campaign.coupon_id is not None:
            await settle(connection, rows, "dropped", "coupon_over", now)
            continue
        rows, subjects = await _drop_what_is_over(connection, settings, campaign, rows, now)
        name = of_shops[campaign.shop_id].name
        notices = [
            _to_notice(fill_in(campaign, subject, settings.books_utc_offset_h), name, row["account_id"], coupon)
            for row, subject in zip(rows, subjects, strict=True)
        ]
        people = [notice.account_id for notice in notices]
        await coupons.make_out(connection, campaign, people, now)
        await accounts.give_notices(connection, notices)
        await settle(connection, rows, "sent", None, now)
        reached += people
    return reached


async def _drop_what_is_over(
    connection: Connection, settings: Settings, campaign: Campaign, rows: Sequence[Record], now: datetime
) -> tuple[list[Record], list[Subject | None]]:
    """The messages that can go, each with what it is about."""
    found = await subjects_of(connection, [(campaign, row["occasion"]) for row in rows])
    past = await find_past(connection, settings, [(campaign, row["account_id"], row["occasion"]) for row in rows])
    go: list[Record] = []
    over: list[Record] = []
    for row in rows:
        subject = found.get((campaign.campaign_id, row["occasion"]))
        is_over = subject is not None and subject.is_over
        (over if is_over or Word(campaign.campaign_id, row["account_id"], row["occasion"]) in past else go).append(row)
    await settle(connection, over, "dropped", "over", now)
    return go, [found.get((campaign.campaign_id, row["occasion"])) for row in go]


async def settle(connection: Connection, rows: Sequence[Record], state: str, reason: str | None, now: datetime) -> None:
    """Write down what became of messages in the app."""
    if rows:
        columns = [[row[key] for row in rows] for key in ("campaign_id", "account_id", "occasion")]
        await connection.execute(_SETTLE, Channel.APP, *columns, state, reason, now)


def _to_notice(campaign: Campaign, shop_name: str, account_id: AccountId, coupon: promotion.Coupon | None) -> Notice:
    more = {"picture_url": campaign.picture_url, "coupon_id": campaign.coupon_id, **coupons.terms_of(coupon)}
    return Notice(
        account_id=account_id,
        kind=NoticeKind.SHOP_MESSAGE,
        params={
            "shop": shop_name,
            "shop_id": str(ShopId(campaign.shop_id)),
            "text": campaign.text,
            **{key: str(value) for key, value in more.items() if value is not None},
        },
        link=campaign.link,
    )
