"""Send what is due to the browsers of those who said that they want it (RFC 8030, 8188, 8291, 8292)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import Channel
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.infra.outbound import AddressRefusedError, Outbound, OutboundFailedError
from xiaodian.infra.sealing import Sealer
from xiaodian.modules.outreach.service.fill_in import fill_in, titles_of
from xiaodian.modules.outreach.service.push_keys import get_key
from xiaodian.modules.outreach.service.queue import Fate, Outcome, settle, take
from xiaodian.modules.shops import api as shops

AT_ONCE = 50
TTL_S = 24 * 3600
TOKEN_LASTS = timedelta(hours=12)
"""A day at most (RFC 8292, 2)."""
MAX_ANSWER_BYTES = 64 * 1024
GONE = (404, 410)
_TRY_AGAIN = (429, 500, 502, 503, 504)


class Browser(NamedTuple):
    """Where messages for a person go, and how they are sealed for it."""

    endpoint: str
    receiver_key: bytes
    auth: bytes


async def deliver_push(records: Records, now: datetime) -> int:
    """Send all that is due; answers how many reached at least one browser's push service."""
    total = 0
    async with Outbound(records.settings) as outbound:
        while parcels := await take(records.database, Channel.PUSH, now, AT_ONCE):
            async with records.database.connection() as connection:
                key = await get_key(connection, Sealer.of(records.settings))
                titles = await titles_of(connection, [(parcel.campaign, parcel.occasion) for parcel in parcels])
                of_shops = await shops.get_shops(connection, list({parcel.campaign.shop_id for parcel in parcels}))
                browsers = await _list_browsers(connection, [parcel.account_id for parcel in parcels])
            for parcel in parcels:
                campaign = fill_in(parcel.campaign, titles.get(parcel.occasion))
                words = {"title": of_shops[campaign.shop_id].name, "body": campaign.text, "link": campaign.link}
                mine = browsers.get(parcel.account_id, ())
                content = msgspec.json.encode(words)
                outcomes = [await _send(records, outbound, key, browser, content, now) for browser in mine]
                outcome = _best(outcomes)
                await settle(records.database, Channel.PUSH, parcel, outcome, now)
                total += outcome.fate is Fate.SENT
    return total


def seal(content: bytes, browser: Browser) -> bytes:
    """A message that only this browser can read (RFC 8291)."""
    sealed: bytes = http_ece.encrypt(
        content,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=browser.receiver_key,
        auth_secret=browser.auth,
        version="aes128gcm",
    )
    return sealed


async def _send(
    records: Records, outbound: Outbound, key: Vapid02, browser: Browser, content: bytes, now: datetime
) -> Outcome:
    parts = urlsplit(browser.endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + TOKEN_LASTS).timestamp()),
        "sub": f"mailto:{records.settings.mail_from or 'webpush@localhost'}",
    }
    headers = {
        **key.sign(claims),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(TTL_S),
        "urgency": "normal",
    }
    try:
        answer = await outbound.request(
            "POST", browser.endpoint, headers=headers, content=seal(content, browser), max_bytes=MAX_ANSWER_BYTES
        )
    except OutboundFailedError as error:
        return Outcome(Fate.FAILED, error.reason)
    except AddressRefusedError:
        return await _forget(records, browser, "refused")
    if answer.status in GONE:
        return await _forget(records, browser, "gone")
    if answer.status in _TRY_AGAIN:
        return Outcome(Fate.FAILED, "refused_for_now")
    return Outcome(Fate.SENT) if 200 <= answer.status < 300 else Outcome(Fate.DROPPED, "refused")


def _best(outcomes: Sequence[Outcome]) -> Outcome:
    """One browser that has it is enough; it is tried again only if none has it and some may yet."""
    for fate in (Fate.SENT, Fate.FAILED, Fate.DROPPED):
        for outcome in outcomes:
            if outcome.fate is fate:
                return outcome
    return Outcome(Fate.DROPPED, "not_wanted")


async def _forget(records: Records, browser: Browser, reason: str) -> Outcome:
    async with records.database.connection() as connection:
        await connection.execute("DELETE FROM outreach.push_subscription WHERE endpoint = $1", browser.endpoint)
    return Outcome(Fate.DROPPED, reason)


async def _list_browsers(connection: Connection, account_ids: list[AccountId]) -> Mapping[AccountId, Sequence[Browser]]:
    rows = await connection.fetch(
        """
        SELECT account_id, endpoint, receiver_key, auth FROM outreach.push_subscription
        WHERE account_id = ANY($1::uuid[]) ORDER BY since DESC
        """,
        account_ids,
    )
    found: dict[AccountId, list[Browser]] = defaultdict(list)
    for row in rows:
        found[AccountId(row["account_id"])].append(Browser(row["endpoint"], row["receiver_key"], row["auth"]))
    return found
