"""What live keeps of a person: rooms in their name, and what they said in rooms."""

from typing import Any

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import CommentMoment
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.live.service.note_speakers import note_speakers
from xiaodian.modules.live.service.read_moments import find_moment
from xiaodian.modules.live.service.side_by_side import side_by_side

_SAID = "SELECT seq FROM live.speaker WHERE account_id = $1 ORDER BY seq DESC LIMIT $2"


async def is_host(connection: Connection, account_id: AccountId) -> bool:
    """Whether rooms are in the account's name."""
    found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM live.room WHERE host_id = $1)", account_id)
    return found


async def export(ctx: Context, account_id: AccountId, limit: int) -> dict[str, list[dict[str, Any]]]:
    """What somebody said in rooms, the newest first, with what a host removed. Raises UnavailableError."""
    await note_speakers(ctx, is_whole=True)
    async with ctx.database.connection() as connection:
        rows = await connection.fetch(_SAID, account_id, limit)
    found = await side_by_side([find_moment(ctx.broker, row["seq"]) for row in rows])
    return {
        "room_comments": [
            {"room_id": each.room_id, "text": each.moment.text, "said_at": from_epoch_ms(each.stored_ms)}
            for each in found
            if each is not None and isinstance(each.moment, CommentMoment) and each.moment.account_id == account_id
        ]
    }
