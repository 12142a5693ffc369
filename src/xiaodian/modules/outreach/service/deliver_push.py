"""Send what is due to the browsers of those who said that they want it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from xiaodian.contracts.outreach import Channel
from xiaodian.edge.context import Records
from xiaodian.infra.outbound import Outbound
from xiaodian.infra.sealing import Sealer
from xiaodian.modules.outreach.rules import stays_loud
from xiaodian.modules.outreach.service.bounds import bounds_of
from xiaodian.modules.outreach.service.browsers import Browser, Post, best_of, list_browsers, send_to_browser
from xiaodian.modules.outreach.service.fill_in import Subject, fill_in, subjects_of
from xiaodian.modules.outreach.service.push_keys import get_key
from xiaodian.modules.outreach.service.queue import Clock, Fate, Outcome, Parcel, look_again, settle, take
from xiaodian.modules.outreach.service.still_so import find_past
from xiaodian.modules.shops import api as shops

AT_ONCE = 50


async def deliver_push(records: Records, now: datetime, clock: Clock | None = None) -> int:
    """Send all that is due; answers how many reached at least one browser's push service."""
    total = 0
    async with Outbound(records.settings) as outbound:
        while parcels := await take(records.database, Channel.PUSH, now, AT_ONCE):
            async with records.database.transaction() as connection:
                key = await get_key(connection, Sealer.of(records.settings))
                subjects = await subjects_of(connection, [(parcel.campaign, parcel.occasion) for parcel in parcels])
                past = await find_past(connection, records.settings, [parcel[:3] for parcel in parcels])
                of_shops = await shops.get_shops(connection, list({parcel.campaign.shop_id for parcel in parcels}))
                browsers = await list_browsers(connection, [parcel.account_id for parcel in parcels])
                # A phone that is switched on at night must not find it then: push services keep it until it is quiet.
                loud_s = {
                    shop_id: int(
                        stays_loud(now, await bounds_of(connection, records.settings, shop_id)).total_seconds()
                    )
                    for shop_id in of_shops
                }
            letters = [
                Letter(
                    parcel,
                    subjects.get((parcel.campaign.campaign_id, parcel.occasion)),
                    of_shops[parcel.campaign.shop_id].name,
                    browsers.get(parcel.account_id, ()),
                    parcel.word in past,
                )
                for parcel in parcels
            ]
            # One push service that hangs must not keep everybody else waiting.
            outcomes = await asyncio.gather(
                *(
                    _push(Post(records, outbound, key, loud_s[letter.parcel.campaign.shop_id], "normal"), letter, now)
                    for letter in letters
                )
            )
            for parcel, outcome in zip(parcels, outcomes, strict=True):
                await settle(records.database, Channel.PUSH, parcel, outcome, now)
            total += sum(outcome.fate is Fate.SENT for outcome in outcomes)
            now = await clock() if clock else now
    return total


class Letter(NamedTuple):
    """A message as it goes to the browsers of one fan."""

    parcel: Parcel
    subject: Subject | None
    shop_name: str
    browsers: Sequence[Browser]
    is_past: bool
    """Its occasion does not hold any more."""


async def _push(post: Post, letter: Letter, now: datetime) -> Outcome:
    if letter.is_past or (letter.subject is not None and letter.subject.is_over):
        return Outcome(Fate.DROPPED, "over")
    if not letter.browsers:
        return Outcome(Fate.DROPPED, "not_wanted")
    if (refusal := await look_again(post.records.database, Channel.PUSH, letter.parcel, now)) is not None:
        return refusal
    campaign = fill_in(letter.parcel.campaign, letter.subject, post.records.settings.books_utc_offset_h)
    content = msgspec.json.encode({"title": letter.shop_name, "body": campaign.text, "link": campaign.link})
    return best_of(await asyncio.gather(*(send_to_browser(post, each, content, now) for each in letter.browsers)))
