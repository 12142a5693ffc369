"""Visits that are going on: what their next pages are made of, kept in memory for half a minute. Bounded, and made anew
at any time.
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import datetime
from time import monotonic

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.infra.database import Connection
from xiaodian.modules.feed import queries
from xiaodian.modules.feed.ranking import Ranked, RankedRoom, Viewer

LOOKED_AT = 60
MOST_LOOKED_AT = 600
MAX_VISITS = 500
VisitKey = AccountId | int


class Prepared:
    """All that a viewer may be shown in a visit, ranked once; each page takes from it what was not shown before."""

    def __init__(
        self,
        viewer: Viewer,
        seed: int,
        since: datetime,
        ranked: Sequence[Ranked],
        newcomers: Sequence[Ranked],
        rooms: Sequence[RankedRoom],
    ) -> None:
        self.viewer, self.seed = viewer, seed
        self.newcomers, self.rooms = newcomers, rooms
        self._since = since
        self._ranked = ranked
        self._looked = 0 if viewer.account_id else len(ranked)
        self._met: dict[VideoId, datetime] = {}

    @property
    def key(self) -> VisitKey:
        """An account has one visit at a time."""
        return self.viewer.account_id or self.seed

    async def leave_out_seen(self, connection: Connection) -> None:
        """Look at the best and at all newcomers, of which only those stay that the viewer has not seen."""
        if self.viewer.account_id is not None:
            await self._look_on(connection, self.newcomers)
            self.newcomers = [each for each in self.newcomers if each.candidate.video_id not in self._met]

    async def unseen_first(self, connection: Connection, shown: Collection[int], size: int) -> list[Ranked]:
        """The best that the viewer has not seen of late; where these are too few, what was seen longest ago after
        them.
        """
        while True:
            left = [each for each in self._ranked[: self._looked] if each.candidate.mark not in shown]
            unseen = [each for each in left if each.candidate.video_id not in self._met]
            if len(unseen) >= 2 * size or self._looked >= min(len(self._ranked), MOST_LOOKED_AT):
                break
            await self._look_on(connection)
        if len(unseen) >= size:
            return unseen
        seen = [(self._met[each.candidate.video_id], each) for each in left if each.candidate.video_id in self._met]
        seen.sort(key=lambda pair: pair[0])
        lowest = min((each.doublings for each in unseen), default=0.0)
        again = [each._replace(doublings=lowest - 100.0 - number) for number, (_, each) in enumerate(seen)]
        return [*unseen, *again]

    async def _look_on(self, connection: Connection, more: Sequence[Ranked] = ()) -> None:
        """See which of the next were met."""
        assert self.viewer.account_id is not None
        end = self._looked + LOOKED_AT
        video_ids = [each.candidate.video_id for each in (*self._ranked[self._looked : end], *more)]
        self._met |= await queries.list_seen(connection, self.viewer.account_id, video_ids, self._since)
        self._looked = max(self._looked, min(end, len(self._ranked)))


class Visits:
    """One per process."""

    def __init__(self, fresh_s: float) -> None:
        self._fresh_s = fresh_s
        self._kept: OrderedDict[VisitKey, tuple[float, Prepared]] = OrderedDict()

    def find(self, account_id: AccountId | None, seed: int) -> Prepared | None:
        """What was prepared of late for this visit."""
        kept = self._kept.get(account_id or seed)
        is_fresh = kept is not None and kept[1].seed == seed and monotonic() - kept[0] < self._fresh_s
        return kept[1] if kept is not None and is_fresh else None

    def keep(self, prepared: Prepared) -> None:
        """For its next pages."""
        self._kept[prepared.key] = monotonic(), prepared
        self._kept.move_to_end(prepared.key)
        while len(self._kept) > MAX_VISITS:
            self._kept.popitem(last=False)

    def forget(self, account_id: AccountId) -> None:
        """What the viewer wants has changed."""
        self._kept.pop(account_id, None)
