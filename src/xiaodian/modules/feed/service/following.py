"""The tab 关注: the rooms on air of whom the viewer follows, then their videos, the newest first."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.kit.paging import decode_place, encode_place
from xiaodian.modules.content import api as content
from xiaodian.modules.feed import queries
from xiaodian.modules.feed.ranking import Pick, Ranked, RankedRoom, Reason
from xiaodian.modules.feed.service.prepare import END_OF_TIME, MAX_FOLLOWED
from xiaodian.modules.feed.service.shelves import Shelves

MAX_ROOMS = 20


async def list_following(
    connection: Connection, shelves: Shelves, account_id: AccountId, cursor: str | None, size: int
) -> tuple[list[Pick], str | None]:
    """A page and the cursor of the next. Raises BadCursorError."""
    before = _decode(cursor) if cursor else END_OF_TIME
    followed = await content.list_followed(connection, account_id, MAX_FOLLOWED)
    picks: list[Pick] = []
    if cursor is None:
        of_followed = frozenset(followed)
        on_air = [room for room in await shelves.rooms.get() if room.host_id in of_followed]
        picks += [RankedRoom(room.score, room, Reason.ON_AIR_FOLLOWED) for room in on_air[:MAX_ROOMS]]
    newest = await queries.list_newest_of(connection, followed, before, size + 1)
    picks += [Ranked(0.0, candidate, Reason.FOLLOWED) for candidate, _ in newest[:size]]
    if len(newest) <= size:
        return picks, None
    candidate, published_at = newest[size - 1]
    return picks, encode_place(_to_us(published_at), str(candidate.video_id))


def _to_us(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def _decode(cursor: str) -> tuple[datetime, UUID]:
    at_us, video_id = decode_place(cursor, tuple[int, UUID])
    moment = from_epoch_ms(max(0, min(at_us, 253_370_764_800_000_000)) // 1_000_000 * 1000)
    return moment.replace(microsecond=max(0, at_us) % 1_000_000), video_id
