"""The host keeps a moment for a product's card in the replay, or lets the platform choose again."""

from datetime import datetime

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.surfacing import MomentsTooCloseError
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.surfacing.learning.candidates import Candidate
from xiaodian.modules.surfacing.learning.replays import are_apart, chapter_of
from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.replay_queries import list_kept, list_tried, lock_replay
from xiaodian.modules.surfacing.service.room_host import get_own_room
from xiaodian.modules.surfacing.service.tell_replay import tell_replay

MINUTE_S = 60


async def keep_moment(ctx: Context, caller: Caller, room_id: RoomId, product_id: ProductId, at_ms: int) -> None:
    """From now on the card comes up there in every viewing, and nowhere else in this chapter.

    Only a moment that is tried can be kept. Raises NotFoundError, ForbiddenError, MomentsTooCloseError.
    """
    async with ctx.database.transaction() as connection:
        began_at = await _lock(connection, caller, room_id)
        tried = [each.candidate for each in await list_tried(connection, room_id) if each.product_id == product_id]
        found = next((each for each in tried if each.at_ms == at_ms), None)
        if found is None or began_at is None:
            raise NotFoundError
        await _refuse_overlap(connection, room_id, product_id, found)
        await connection.execute(
            """
            INSERT INTO surfacing.replay_kept (room_id, product_id, chapter, at_ms, show_ms, reason)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (room_id, product_id, chapter) DO UPDATE
            SET at_ms = excluded.at_ms, show_ms = excluded.show_ms, reason = excluded.reason
            """,
            room_id,
            product_id,
            chapter_of(found.at_ms),
            found.at_ms,
            found.show_ms,
            found.why.value,
        )
        await tell_replay(connection, room_id, began_at)


async def free_moment(ctx: Context, caller: Caller, room_id: RoomId, product_id: ProductId, at_ms: int) -> None:
    """The platform chooses again, by what it has learned. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        began_at = await _lock(connection, caller, room_id)
        kept = (await list_kept(connection, room_id)).get(product_id, [])
        if began_at is None or all(each.at_ms != at_ms for each in kept):
            return
        await connection.execute(
            "DELETE FROM surfacing.replay_kept WHERE room_id = $1 AND product_id = $2 AND at_ms = $3",
            room_id,
            product_id,
            at_ms,
        )
        await tell_replay(connection, room_id, began_at)


async def _lock(connection: Connection, caller: Caller, room_id: RoomId) -> datetime | None:
    """Answers when the caller's own room went on air."""
    room = await get_own_room(connection, caller, room_id, even_if_ended=True)
    await lock_replay(connection, room_id)
    return room.started_at


async def _refuse_overlap(connection: Connection, room_id: RoomId, product_id: ProductId, wanted: Candidate) -> None:
    """Two cards that are kept must both come up, as the host was told."""
    place = product_id, chapter_of(wanted.at_ms)
    for other_id, several in (await list_kept(connection, room_id)).items():
        for each in several:
            if (other_id, chapter_of(each.at_ms)) != place and not are_apart(each, wanted):
                products = await catalog.get_products(connection, [other_id])
                minutes, seconds = divmod(each.at_ms // SECOND_MS, MINUTE_S)
                title = products[0].title if products else ""
                raise MomentsTooCloseError(product=title, moment=f"{minutes}:{seconds:02}")
