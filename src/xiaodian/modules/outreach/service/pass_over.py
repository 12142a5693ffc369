"""Who gets nothing of a message, and why: found before the hold-out group is drawn, so that both groups are alike."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.outreach import Channel, Skip
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.outreach.queries import list_known
from xiaodian.modules.outreach.rules import Bounds, find_skip
from xiaodian.modules.outreach.service.browsers import list_browsers


async def find_skips(
    connection: Connection,
    shop_id: ShopId,
    fans: Sequence[AccountId],
    channels: Collection[Channel],
    bounds: Bounds,
    now: datetime,
) -> list[Skip | None]:
    """Why nothing goes to each of these fans by any of these ways, or None; in the same order."""
    known = await list_known(connection, shop_id, fans, now - timedelta(days=bounds.cap_days))
    reachable = await _list_reachable(connection, fans, channels)
    return [find_skip(each, bounds.most_messages, is_reachable=each.account_id in reachable) for each in known]


async def list_addresses(connection: Connection, fans: Sequence[AccountId]) -> Mapping[AccountId, str]:
    """The e-mail addresses of those who have one and want to be written to."""
    rows = await connection.fetch(
        "SELECT account_id FROM outreach.mail_consent WHERE account_id = ANY($1::uuid[])", fans
    )
    return await accounts.get_emails(connection, [row["account_id"] for row in rows])


async def _list_reachable(
    connection: Connection, fans: Sequence[AccountId], channels: Collection[Channel]
) -> Collection[AccountId]:
    if Channel.APP in channels:
        return frozenset(fans)
    reachable: set[AccountId] = set()
    if Channel.EMAIL in channels:
        reachable |= (await list_addresses(connection, fans)).keys()
    if Channel.PUSH in channels:
        reachable |= (await list_browsers(connection, fans)).keys()
    return reachable
