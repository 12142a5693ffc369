"""Who cannot be reached by the ways of a message is in neither group: else its effect would look smaller than it is."""

from typing import Any
from uuid import UUID

import pytest
from tests.modules.outreach.sender import NOON, Sender
from tests.modules.outreach.test_flows import set_flow

from xiaodian.contracts.accounts import AccountId
from xiaodian.modules.outreach.queries import compare_groups, get_campaign
from xiaodian.modules.outreach.service.run_campaigns import run_campaigns
from xiaodian.modules.outreach.service.run_flows import run_flows

HALF = {"hold_out_bp": 5000, "is_without_hold_out": False}


async def consent_to_mail(sender: Sender, *people: AccountId) -> None:
    """They want shops' messages by e-mail."""
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO outreach.mail_consent (account_id, since) SELECT person, now() FROM unnest($1::uuid[]) person",
            people,
        )


async def give_address(sender: Sender, *people: AccountId) -> None:
    """They sign in with an e-mail address."""
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE accounts.account SET sign_in = account_id || '@mail.example' WHERE account_id = ANY($1::uuid[])",
            people,
        )


async def subscribe(sender: Sender, *people: AccountId) -> None:
    """A browser of theirs takes messages."""
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO outreach.push_subscription (endpoint, account_id, receiver_key, auth, language, since)
            SELECT 'https://push.example/' || person, person, '', $2, 'zh', now() FROM unnest($1::uuid[]) AS person
            """,
            people,
            bytes(16),
        )


async def send_by(sender: Sender, *channels: str, **more: Any) -> dict[str, Any]:
    """A campaign by these ways, as a platform that has them sends it; it has found its fans."""
    campaign = await sender.send(**more)
    async with sender.ctx.database.connection() as connection:
        await connection.execute("UPDATE outreach.campaign SET channels = $1 WHERE state = 'planned'", channels)
    await run_campaigns(sender.ctx, NOON)
    return campaign


async def groups_of(sender: Sender, campaign: dict[str, Any]) -> tuple[int, int]:
    """How many fans are compared: those written to, and those held out."""
    async with sender.ctx.database.connection() as connection:
        found = await get_campaign(connection, sender.market.shop_id, UUID(campaign["campaign_id"]))
        treated, held_out = await compare_groups(connection, found, NOON)
    return treated.fans, held_out.fans


async def test_who_cannot_be_reached_by_mail_is_in_neither_group_of_a_message_by_mail_alone(sender: Sender) -> None:
    fans = await sender.fans(60)
    reachable, without_address, without_consent = fans[:20], fans[20:30], fans[30:40]
    await consent_to_mail(sender, *reachable, *without_address)
    await give_address(sender, *reachable, *without_consent)
    campaign = await send_by(sender, "email", **HALF)
    report, (treated, held_out) = await sender.report(campaign), await groups_of(sender, campaign)
    assert report["skipped"] == [{"reason": "unreachable", "fans": 40}]
    assert treated + held_out == 20
    assert held_out > 0
    assert treated == report["deliveries"][0]["waiting"]


async def test_who_has_no_browser_is_in_neither_group_of_a_push_alone(sender: Sender) -> None:
    fans = await sender.fans(30)
    await subscribe(sender, *fans[:10])
    campaign = await send_by(sender, "push", **HALF)
    assert (await sender.report(campaign))["skipped"] == [{"reason": "unreachable", "fans": 20}]
    assert sum(await groups_of(sender, campaign)) == 10


@pytest.mark.parametrize(("channels", "unreachable"), [(["app", "email"], 0), (["email", "push"], 1)])
async def test_one_way_to_a_fan_is_enough(sender: Sender, channels: list[str], unreachable: int) -> None:
    by_mail, by_push, _ = await sender.fans(3)
    await consent_to_mail(sender, by_mail)
    await give_address(sender, by_mail)
    await subscribe(sender, by_push)
    campaign = await send_by(sender, *channels)
    report = await sender.report(campaign)
    assert sum(each["fans"] for each in report["skipped"]) == unreachable
    assert await groups_of(sender, campaign) == (3 - unreachable, 0)


async def test_a_preview_counts_who_cannot_be_reached_by_the_ways_chosen(sender: Sender) -> None:
    mine, *_ = await sender.fans(3)
    await subscribe(sender, mine)
    told = []
    for body in ({}, {"channels": ["push"]}):
        answer = await sender.market.seller.post(f"{sender.path}/preview", json={"segment": "buyers", **body})
        assert answer.status_code == 200, answer.text
        told.append((answer.json()["gets"], answer.json()["held_out"], answer.json()["unreachable"]))
    assert told == [(3, 0, 0), (1, 0, 2)]


async def test_a_flow_by_push_alone_passes_over_who_has_no_browser(sender: Sender) -> None:
    mine, other = await sender.people(2)
    for fan in (mine, other):
        await sender.note_sale(fan, NOON)
    await subscribe(sender, mine)
    await set_flow(sender, "first_purchase", channels=["push"])
    assert await run_flows(sender.ctx, NOON) == 1
