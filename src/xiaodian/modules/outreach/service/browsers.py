"""Send to the browsers of those who said that they want it (RFC 8030, 8188, 8291, 8292)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.infra.outbound import AddressRefusedError, Outbound, OutboundFailedError
from xiaodian.modules.outreach.service.queue import Fate, Outcome

TOKEN_LASTS = timedelta(hours=12)
"""A day at most (RFC 8292, 2)."""
MAX_ANSWER_BYTES = 64 * 1024
GONE = (404, 410)
_TRY_AGAIN = (429, 500, 502, 503, 504)


class Browser(NamedTuple):
    """Where messages for a person go, how they are sealed for it, and in which language it was asked for."""

    endpoint: str
    receiver_key: bytes
    auth: bytes
    language: str


class Post(NamedTuple):
    """With what messages are sent: who connects, the platform's key, and how long a push service keeps them."""

    records: Records
    outbound: Outbound
    key: Vapid02
    ttl_s: int
    urgency: str


async def send_to_browser(post: Post, browser: Browser, content: bytes, now: datetime) -> Outcome:
    """Hand one message over to a browser's push service; a browser that it no longer knows is forgotten."""
    parts = urlsplit(browser.endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + TOKEN_LASTS).timestamp()),
        "sub": f"mailto:{post.records.settings.mail_from or 'webpush@localhost'}",
    }
    headers = {
        **post.key.sign(claims),
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(post.ttl_s),
        "urgency": post.urgency,
    }
    try:
        answer = await post.outbound.request(
            "POST", browser.endpoint, headers=headers, content=seal(content, browser), max_bytes=MAX_ANSWER_BYTES
        )
    except OutboundFailedError as error:
        return Outcome(Fate.FAILED, error.reason)
    except AddressRefusedError:
        return await _forget(post.records, browser, "refused")
    if answer.status in GONE:
        return await _forget(post.records, browser, "gone")
    if answer.status in _TRY_AGAIN:
        return Outcome(Fate.FAILED, "refused_for_now")
    return Outcome(Fate.SENT) if 200 <= answer.status < 300 else Outcome(Fate.DROPPED, "refused")


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


def best_of(outcomes: Sequence[Outcome]) -> Outcome:
    """One browser that has it is enough; it is tried again only if none has it and some may yet."""
    for fate in (Fate.SENT, Fate.FAILED, Fate.DROPPED):
        for outcome in outcomes:
            if outcome.fate is fate:
                return outcome
    return Outcome(Fate.DROPPED, "not_wanted")


async def list_browsers(
    connection: Connection, account_ids: Sequence[AccountId]
) -> Mapping[AccountId, Sequence[Browser]]:
    """The browsers of these people, the latest first."""
    rows = await connection.fetch(
        """
        SELECT account_id, endpoint, receiver_key, auth, language FROM outreach.push_subscription
        WHERE account_id = ANY($1::uuid[]) ORDER BY since DESC
        """,
        account_ids,
    )
    found: dict[AccountId, list[Browser]] = defaultdict(list)
    for row in rows:
        found[AccountId(row["account_id"])].append(Browser(*tuple(row)[1:]))
    return found


async def _forget(records: Records, browser: Browser, reason: str) -> Outcome:
    async with records.database.connection() as connection:
        await connection.execute("DELETE FROM outreach.push_subscription WHERE endpoint = $1", browser.endpoint)
    return Outcome(Fate.DROPPED, reason)
