"""Of which rooms and videos all that pages told is still there as rows."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.infra.database import Connection
from xiaodian.kit.ids import earliest_id
from xiaodian.modules.insights.service.keep_days import list_days

LATEST_ID = UUID(int=2**128 - 1)

_SAMPLED = """
    SELECT room_id FROM insights.room_visit WHERE sampled_rows < sampled_acts AND room_id >= $1
    UNION ALL
    SELECT video_id FROM insights.video_visit WHERE sampled_rows < sampled_acts AND video_id >= $1
"""


class WholePlaces(NamedTuple):
    """Rooms and videos of which nothing is missing."""

    first_id: UUID
    """Rooms and videos have ids by the time they were made; these were made on the oldest day kept, or later."""
    sampled: frozenset[UUID]
    """But of these only a sample was kept."""

    def has(self, place_id: UUID) -> bool:
        """Whether nothing is missing of this one."""
        return place_id >= self.first_id and place_id not in self.sampled


async def find_whole_places(connection: Connection) -> WholePlaces:
    """As it is now."""
    days = (await list_days(connection))[:1]
    oldest = await connection.fetchval("SELECT min(at) FROM insights.behaviour_other")
    if oldest is not None:
        days.append(oldest.astimezone(UTC).date())  # Days are dropped whole, so all of this one is there.
    first = min(days, default=None)
    first_id = LATEST_ID if first is None else earliest_id(datetime(first.year, first.month, first.day, tzinfo=UTC))
    rows = await connection.fetch(_SAMPLED, first_id)
    return WholePlaces(first_id, frozenset(row[0] for row in rows))
