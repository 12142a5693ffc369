"""Send what is due to the browsers of those who said that they want it."""

from datetime import datetime

import msgspec

from xiaodian.contracts.outreach import Channel
from xiaodian.edge.context import Records
from xiaodian.infra.outbound import Outbound
from xiaodian.infra.sealing import Sealer
from xiaodian.modules.outreach.service.browsers import Post, best_of, list_browsers, send_to_browser
from xiaodian.modules.outreach.service.fill_in import fill_in, subjects_of
from xiaodian.modules.outreach.service.push_keys import get_key
from xiaodian.modules.outreach.service.queue import Fate, Outcome, settle, take
from xiaodian.modules.shops import api as shops

AT_ONCE = 50
TTL_S = 24 * 3600


async def deliver_push(records: Records, now: datetime) -> int:
    """Send all that is due; answers how many reached at least one browser's push service."""
    total = 0
    async with Outbound(records.settings) as outbound:
        while parcels := await take(records.database, Channel.PUSH, now, AT_ONCE):
            async with records.database.connection() as connection:
                key = await get_key(connection, Sealer.of(records.settings))
                subjects = await subjects_of(connection, [(parcel.campaign, parcel.occasion) for parcel in parcels])
                of_shops = await shops.get_shops(connection, list({parcel.campaign.shop_id for parcel in parcels}))
                browsers = await list_browsers(connection, [parcel.account_id for parcel in parcels])
            post = Post(records, outbound, key, TTL_S, "normal")
            for parcel in parcels:
                subject = subjects.get(parcel.occasion)
                if subject is not None and subject.is_over:
                    await settle(records.database, Channel.PUSH, parcel, Outcome(Fate.DROPPED, "over"), now)
                    continue
                campaign = fill_in(parcel.campaign, subject, records.settings.books_utc_offset_h)
                words = {"title": of_shops[campaign.shop_id].name, "body": campaign.text, "link": campaign.link}
                content = msgspec.json.encode(words)
                mine = browsers.get(parcel.account_id, ())
                outcome = best_of([await send_to_browser(post, browser, content, now) for browser in mine])
                await settle(records.database, Channel.PUSH, parcel, outcome, now)
                total += outcome.fate is Fate.SENT
    return total
