"""Whether the occasion of a flow still holds when its message goes: a night may lie between."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.fans import ConditionError
from xiaodian.contracts.outreach import Campaign, CampaignId, Trigger
from xiaodian.infra.database import Connection
from xiaodian.modules.outreach.service.audience import keep_members
from xiaodian.settings import Settings

# $1 the shop, $2 fans, $3 their occasions. Each answers on whose occasion there is nothing to say any more.
_GAVE_BACK = """
    SELECT account_id, occasion FROM unnest($2::uuid[], $3::text[]) AS fan (account_id, occasion) WHERE NOT EXISTS (
        SELECT FROM outreach.sale WHERE shop_id = $1 AND buyer_id = fan.account_id AND net_minor > 0
    )
"""
_BOUGHT_AGAIN = """
    SELECT account_id, occasion FROM unnest($2::uuid[], $3::text[]) AS fan (account_id, occasion) WHERE NOT EXISTS (
        SELECT FROM outreach.bought AS last WHERE shop_id = $1 AND buyer_id = fan.account_id
            AND product_id = split_part(fan.occasion, ' ', 1)::uuid
            AND order_id = split_part(fan.occasion, ' ', 2)::uuid
            AND NOT EXISTS (
                SELECT FROM outreach.bought AS later WHERE later.shop_id = $1 AND later.product_id = last.product_id
                    AND later.buyer_id = last.buyer_id AND later.paid_at > last.paid_at
            )
    )
"""
_BOUGHT_SINCE = """
    SELECT account_id, occasion FROM unnest($2::uuid[], $3::text[]) AS fan (account_id, occasion) WHERE EXISTS (
        SELECT FROM outreach.bought WHERE shop_id = $1 AND buyer_id = fan.account_id
            AND product_id = split_part(fan.occasion, ' ', 1)::uuid
            AND paid_at >= (split_part(fan.occasion, ' ', 2) || ' 00:00Z')::timestamptz
    )
"""
_QUESTIONS = {
    Trigger.FIRST_PURCHASE: _GAVE_BACK,
    Trigger.RUNNING_OUT: _BOUGHT_AGAIN,
    Trigger.BACK_IN_STOCK: _BOUGHT_SINCE,
    Trigger.PRICE_DROP: _BOUGHT_SINCE,
}


class Word(NamedTuple):
    """A message to a fan on an occasion."""

    campaign_id: CampaignId
    account_id: AccountId
    occasion: str


async def find_past(
    connection: Connection, settings: Settings, words: Iterable[tuple[Campaign, AccountId, str]]
) -> set[Word]:
    """Those on whose occasion there is nothing to say any more: who has come back, bought or given back meanwhile.

    Within a transaction.
    """
    of_flows: dict[CampaignId, tuple[Campaign, list[Word]]] = {}
    for campaign, account_id, occasion in words:
        of_flows.setdefault(campaign.campaign_id, (campaign, []))[1].append(
            Word(campaign.campaign_id, account_id, occasion)
        )
    past: set[Word] = set()
    for flow, mine in of_flows.values():
        past |= await _past_of(connection, settings, flow, mine)
    return past


async def _past_of(connection: Connection, settings: Settings, flow: Campaign, words: Sequence[Word]) -> set[Word]:
    people = [word.account_id for word in words]
    if flow.trigger in (Trigger.SLIPPING, Trigger.SEGMENT_JOINED):
        segment = flow.segment if flow.trigger is Trigger.SEGMENT_JOINED else Trigger.SLIPPING
        try:
            async with connection.transaction():
                members = await keep_members(connection, settings, flow.shop_id, segment, people)
        except ConditionError:
            # It held when the fan was found; that it takes too long to ask again is no reason to say nothing.
            return set()
        return {word for word in words if word.account_id not in members}
    question = _QUESTIONS.get(flow.trigger)
    if question is None:
        return set()
    rows = await connection.fetch(question, flow.shop_id, people, [word.occasion for word in words])
    return {Word(flow.campaign_id, *row) for row in rows}
