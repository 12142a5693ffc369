"""What part of a room's viewers and buyers follow its host, and how many of the buyers came into it: looked up once,
then brought up to date by what is new.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.content import api as content
from xiaodian.modules.insights import board_queries, queries
from xiaodian.modules.insights.definitions import share
from xiaodian.modules.insights.service.eyes import Eyes

OVERLAP = timedelta(seconds=30)
"""What was known so late is still found at the next look."""
AFRESH_S = 60.0
AFRESH_AT_MOST_S = 5.0
"""Somebody stopped following: only a look at all of them tells who; it is taken no more often than this."""


class FanShares(NamedTuple):
    """What part of viewers and of buyers follow the host."""

    of_viewers: float | None = None
    of_buyers: float | None = None
    seen_buyers: int | None = None
    """Of the buyers, fans or not, those who came into the room."""


async def get_fan_shares(connection: Connection, eyes: Eyes) -> FanShares:
    """As it is now; nothing to a shop whose room it is not."""
    return await FanWatch().look(connection, eyes, utc_now())


class FanWatch:
    """The shares of one room, looked at again and again: each look reads what came since the last."""

    def __init__(self) -> None:
        self._came: set[AccountId] = set()
        self._bought: set[AccountId] = set()
        self._came_and_bought: set[AccountId] = set()
        self._fans_came: set[AccountId] = set()
        self._fans_bought: set[AccountId] = set()
        self._fans_in_all = 0
        self._looked_at: datetime | None = None
        self._afresh_at_s = 0.0

    async def look(self, connection: Connection, eyes: Eyes, now: datetime) -> FanShares:
        """The shares by now; nothing to a shop whose room it is not."""
        if not eyes.sees_traffic:
            return FanShares()
        room_id, host_id = eyes.room.room_id, eyes.room.host_id
        fans_in_all = await content.count_fans(connection, host_id)
        lost = fans_in_all < self._fans_in_all
        since_afresh_s = monotonic() - self._afresh_at_s
        after = None if self._looked_at is None or since_afresh_s > AFRESH_S else self._looked_at - OVERLAP
        if lost and since_afresh_s > AFRESH_AT_MOST_S:
            after = None
        if after is None:
            self._forget()
        if after is None or not lost:
            self._fans_in_all = fans_in_all
        came = set(await board_queries.list_accounts(connection, room_id, after)) - self._came
        bought = set(await board_queries.list_buyers(connection, room_id, eyes.shop_id, after)) - self._bought
        self._came |= came
        self._bought |= bought
        self._came_and_bought |= (came & self._bought) | (bought & self._came)
        fans = await content.list_followed_since(connection, host_id, came | bought) if came or bought else {}
        if after is not None:
            fans |= dict.fromkeys(await content.list_new_fans(connection, host_id, after), now)
        self._fans_came |= fans.keys() & self._came
        self._fans_bought |= fans.keys() & self._bought
        self._looked_at = now
        viewers = (await queries.get_visit(connection, room_id)).viewers
        return FanShares(
            share(len(self._fans_came), viewers),
            share(len(self._fans_bought), len(self._bought)),
            len(self._came_and_bought),
        )

    def _forget(self) -> None:
        for known in (self._came, self._bought, self._came_and_bought, self._fans_came, self._fans_bought):
            known.clear()
        self._afresh_at_s = monotonic()


class FanHistory(NamedTuple):
    """When the fans of a room that is over were there: of those who still follow, both moments past. And its buyers."""

    came: list[datetime] | None
    """None: of this room it is not known when accounts came."""
    bought: list[datetime]
    buyers: list[datetime]
    seen_buyers: list[datetime]
    """Those who had come as well; who came nobody knows when had come when they paid."""

    def until(self, end: datetime) -> tuple[int | None, int, int, int]:
        """Fans among those who had come, fans among the buyers, buyers, and those of them who had come, before this
        moment.
        """
        came = None if self.came is None else bisect_left(self.came, end)
        bought, buyers, seen = (bisect_left(each, end) for each in (self.bought, self.buyers, self.seen_buyers))
        return came, bought, buyers, seen


async def get_fan_history(connection: Connection, eyes: Eyes) -> FanHistory:
    """Of the room that the eyes look at."""
    room_id, host_id = eyes.room.room_id, eyes.room.host_id
    came = await board_queries.list_entrances(connection, room_id)
    bought = await board_queries.list_first_payments(connection, room_id, eyes.shop_id)
    fans = await content.list_followed_since(connection, host_id, came.keys() | bought.keys())
    known = {account_id: at for account_id, at in came.items() if at is not None}
    return FanHistory(
        _moments(known, fans) if len(known) == len(came) else None,
        _moments(bought, fans),
        sorted(bought.values()),
        sorted(max(bought[each], came[each] or bought[each]) for each in came.keys() & bought.keys()),
    )


def _moments(came: Mapping[AccountId, datetime], fans: Mapping[AccountId, datetime]) -> list[datetime]:
    both: Collection[AccountId] = came.keys() & fans.keys()
    return sorted(max(came[each], fans[each]) for each in both)
