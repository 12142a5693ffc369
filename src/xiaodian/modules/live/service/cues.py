"""Beginning and ending a cue: row, moment and date range in the playlist, inside the caller's transaction."""

from datetime import datetime

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import (
    CueId,
    CueWhy,
    FeaturedMoment,
    ProductFeatured,
    ProductUnfeatured,
    UnfeaturedMoment,
)
from xiaodian.contracts.media import DateRange
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.ids import new_id
from xiaodian.modules.live.models import Cue, Room
from xiaodian.modules.live.queries import find_open_cue
from xiaodian.modules.live.service.control import tell
from xiaodian.modules.media import api as media

CUE_CLASS = "com.xiaodian.cue"


async def begin_cue(
    connection: Connection,
    room: Room,
    product_id: ProductId,
    at: datetime,
    *,
    why: CueWhy | None = None,
    until: datetime | None = None,
) -> Cue:
    """Put a product on show from `at` on, in media time, until it is taken down, or `until`. None must be on show."""
    cue = Cue(cue_id=CueId(new_id()), product_id=product_id, start_at=at, end_at=None, why=why)
    await connection.execute(
        """
        INSERT INTO live.cue (room_id, cue_id, product_id, start_at, source, reason, confidence, until_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        room.room_id,
        cue.cue_id,
        product_id,
        at,
        cue.source,
        None if why is None else {"code": why.code, "params": why.params},
        None if why is None else why.confidence,
        until,
    )
    date_range = DateRange(
        range_id=str(cue.cue_id),
        range_class=CUE_CLASS,
        start_ms=to_epoch_ms(at),
        end_ms=None,
        attributes={"X-ROOM-ID": str(room.room_id), "X-PRODUCT-ID": str(product_id)},
    )
    await media.add_date_range(connection, room.stream_id, date_range)
    await tell(
        connection,
        room.room_id,
        FeaturedMoment(at_ms=to_epoch_ms(at), cue_id=cue.cue_id, product_id=product_id, why=why),
    )
    featured = ProductFeatured(
        room_id=room.room_id, shop_id=room.shop_id, cue_id=cue.cue_id, product_id=product_id, at_ms=to_epoch_ms(at)
    )
    await outbox.emit(connection, featured)
    return cue


async def end_open_cue(connection: Connection, room: Room, at: datetime) -> bool:
    """End what is on show, if anything is; answers whether."""
    cue = await find_open_cue(connection, room.room_id)
    if cue is None:
        return False
    end_at = max(at, cue.start_at)
    await connection.execute(
        "UPDATE live.cue SET end_at = $3 WHERE room_id = $1 AND cue_id = $2", room.room_id, cue.cue_id, end_at
    )
    await media.close_date_range(connection, room.stream_id, str(cue.cue_id), to_epoch_ms(end_at))
    at_ms = to_epoch_ms(end_at)
    await tell(connection, room.room_id, UnfeaturedMoment(at_ms=at_ms, cue_id=cue.cue_id))
    unfeatured = ProductUnfeatured(
        room_id=room.room_id, shop_id=room.shop_id, cue_id=cue.cue_id, product_id=cue.product_id, at_ms=at_ms
    )
    await outbox.emit(connection, unfeatured)
    return True


async def note_host_deed(connection: Connection, room: Room, now: datetime) -> None:
    """The host's own hand was on the cards: the platform leaves them alone for a while."""
    await connection.execute("UPDATE live.room SET host_cued_at = $2 WHERE room_id = $1", room.room_id, now)
