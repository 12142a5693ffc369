"""The platform puts a product of the bag on show, or takes it down again; the host's hand always comes first."""

from datetime import datetime, timedelta
from enum import StrEnum

from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import CueSource, CueWhy, RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.clock import utc_now
from xiaodian.modules.live import queries
from xiaodian.modules.live.models import Cue, Room
from xiaodian.modules.live.rules import ON_AIR_STATES
from xiaodian.modules.live.service.cues import begin_cue, end_open_cue
from xiaodian.modules.live.service.show_bags import show_bags

HOST_FIRST = timedelta(seconds=20)
"""So long after the host's own hand was on the cards the platform leaves them alone."""
DUE_AT_ONCE = 200


class CueRefusal(StrEnum):
    """Why the platform's card does not come up."""

    NOT_ON_AIR = "not_on_air"
    HOST_FIRST = "host_first"
    NOT_IN_BAG = "not_in_bag"
    SOLD_OUT = "sold_out"
    ON_SHOW = "on_show"


async def feature_by_platform(
    connection: Connection, room_id: RoomId, product_id: ProductId, *, at: datetime, until: datetime, why: CueWhy
) -> Cue | CueRefusal:
    """Its card comes up when the picture reaches `at`, and goes at `until`; in the caller's transaction.

    While the product is on show already, it only stays for longer. Raises NotFoundError.
    """
    room = await queries.lock_room(connection, room_id)
    if refusal := await _find_refusal(connection, room, product_id, utc_now()):
        return refusal
    cue = await queries.find_open_cue(connection, room_id)
    if cue and cue.product_id == product_id:
        await connection.execute(
            """
            UPDATE live.cue SET until_at = greatest(until_at, $3)
            WHERE room_id = $1 AND cue_id = $2 AND until_at IS NOT NULL
            """,
            room_id,
            cue.cue_id,
            until,
        )
        return cue
    start_at = max(at, cue.start_at) if cue else at
    await end_open_cue(connection, room, start_at)
    return await begin_cue(connection, room, product_id, start_at, why=why, until=until)


async def find_cue_refusal(connection: Connection, room_id: RoomId, product_id: ProductId) -> CueRefusal | None:
    """Why it is no use to ask the host whether to put this product up; None: ask. Raises NotFoundError."""
    refusal = await _find_refusal(connection, await queries.get_room(connection, room_id), product_id, utc_now())
    if refusal is None:
        cue = await queries.find_open_cue(connection, room_id)
        return CueRefusal.ON_SHOW if cue and cue.product_id == product_id else None
    return refusal


async def take_down_by_platform(connection: Connection, room_id: RoomId, product_id: ProductId) -> bool:
    """Take the product's card down if it is up and the platform's own; answers whether it was."""
    room = await queries.lock_room(connection, room_id)
    cue = await queries.find_open_cue(connection, room_id)
    if cue is None or cue.product_id != product_id or cue.source is CueSource.HOST:
        return False
    return await end_open_cue(connection, room, utc_now())


async def end_due_cues(ctx: Context, now: datetime) -> None:
    """Take down what was to be shown until now."""
    async with ctx.database.transaction() as connection:
        rows = await connection.fetch(
            "SELECT room_id FROM live.cue WHERE end_at IS NULL AND until_at <= $1 ORDER BY room_id LIMIT $2",
            now,
            DUE_AT_ONCE,
        )
        for row in rows:
            room = await queries.lock_room(connection, row["room_id"])
            until: datetime | None = await connection.fetchval(
                "SELECT until_at FROM live.cue WHERE room_id = $1 AND end_at IS NULL AND until_at <= $2",
                room.room_id,
                now,
            )
            if until is not None:
                await end_open_cue(connection, room, until)
    if rows:
        await ctx.broker.poke(POKE)


async def _find_refusal(connection: Connection, room: Room, product_id: ProductId, now: datetime) -> CueRefusal | None:
    if room.state not in ON_AIR_STATES:
        return CueRefusal.NOT_ON_AIR
    if room.host_cued_at is not None and now - room.host_cued_at < HOST_FIRST:
        return CueRefusal.HOST_FIRST
    bag = (await show_bags(connection, [room.room_id]))[room.room_id]
    item = next((item for item in bag if item.product_id == product_id), None)
    if item is None:
        return CueRefusal.NOT_IN_BAG
    return None if is_buyable(item) else CueRefusal.SOLD_OUT


def is_buyable(item: BagItem) -> bool:
    """Whether anything of it is left. What is bought elsewhere has no stock here."""
    if item.external is not None:
        return True
    return any(sku.available > 0 or (sku.flash_sale is not None and sku.flash_sale.left > 0) for sku in item.skus)
