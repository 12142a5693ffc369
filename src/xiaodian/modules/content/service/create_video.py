"""A creator begins a short video: of a film that was uploaded, or of a stretch of a room's film."""

from collections.abc import Mapping, Sequence

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import TooManyDraftsError, VideoId
from xiaodian.contracts.live import RoomId, RoomInfo
from xiaodian.contracts.media import VodId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content.models import Video
from xiaodian.modules.content.service.edit_video import parse_title, write_products
from xiaodian.modules.content.service.fill_video import fill_video
from xiaodian.modules.content.video_queries import get_own_video, lock_own_video
from xiaodian.modules.content.video_rules import (
    MAX_CLIP_MS,
    MAX_DRAFTS,
    MIN_CLIP_MS,
    VIDEOS_PER_HOUR,
    Moment,
    Showing,
    move_cues,
    suggest_title,
)
from xiaodian.modules.content.wire import VideoProductInput
from xiaodian.modules.live import api as live
from xiaodian.modules.media import api as media
from xiaodian.modules.risk import api as risk


async def create_video(ctx: Context, caller: Caller, vod_id: VodId) -> Video:
    """A draft of an uploaded film, which may still be worked on; of the same film again it is the same draft.

    Raises NotFoundError (no such film of the caller's), TooManyDraftsError, TooManyRequestsError.
    """
    await risk.take(ctx.database, VIDEOS_PER_HOUR, str(caller.account_id))
    async with ctx.database.transaction() as connection:
        vod = await media.get_vod(connection, vod_id)
        if vod.owner_id != caller.account_id:
            raise NotFoundError
        return await _insert(connection, caller.account_id, vod_id, title="", room_id=None)


async def cut_clip(ctx: Context, caller: Caller, room_id: RoomId, from_ms: int, to_ms: int) -> Video:
    """A draft of a stretch of one's own room's film, on air or a replay, with the products that were on show in it.

    Raises NotFoundError, ForbiddenError (not its host), InvalidInputError (a stretch that is not in the film, too short
    or too long), TooManyDraftsError, TooManyRequestsError.
    """
    await risk.take(ctx.database, VIDEOS_PER_HOUR, str(caller.account_id))
    async with ctx.database.transaction() as connection:
        room = await live.get_room(connection, room_id)
        if room.host_id != caller.account_id:
            raise ForbiddenError
        _check_stretch(from_ms, to_ms, await media.stream_duration_ms(connection, room.stream_id))
        moments = move_cues(await _list_showings(connection, room), from_ms, to_ms)
        sellable = await live.find_sellable(connection, caller.account_id, list(moments))
        kept = {product_id: moment for product_id, moment in moments.items() if product_id in sellable}
        title = await _suggest(connection, room, list(kept))
        vod_id = await media.request_clip(connection, caller.account_id, room.stream_id, from_ms, to_ms)
        video = await _insert(connection, caller.account_id, vod_id, title=title, room_id=room_id)
        await _keep_products(connection, video, kept)
        return await get_own_video(connection, caller.account_id, video.video_id)


def _check_stretch(from_ms: int, to_ms: int, duration_ms: int) -> None:
    if not 0 <= from_ms < to_ms or to_ms > duration_ms:
        raise InvalidInputError(field="to_ms", reason="not_in_film", limit=duration_ms)
    if to_ms - from_ms < MIN_CLIP_MS:
        raise InvalidInputError(field="to_ms", reason="clip_too_short", limit=MIN_CLIP_MS // 1000)
    if to_ms - from_ms > MAX_CLIP_MS:
        raise InvalidInputError(field="to_ms", reason="clip_too_long", limit=MAX_CLIP_MS // 1000)


async def _list_showings(connection: Connection, room: RoomInfo) -> list[Showing]:
    cues = await live.list_cues(connection, room.room_id)
    moments = [cue.start_at for cue in cues] + [cue.end_at for cue in cues if cue.end_at is not None]
    film_ms = await media.to_film_ms(connection, room.stream_id, moments)
    return [
        Showing(cue.product_id, film_ms[cue.start_at], None if cue.end_at is None else film_ms[cue.end_at])
        for cue in cues
    ]


async def _suggest(connection: Connection, room: RoomInfo, product_ids: Sequence[ProductId]) -> str:
    products = await catalog.get_products(connection, product_ids[:1])
    return suggest_title(room.title, [product.title for product in products])


async def _insert(
    connection: Connection, creator_id: AccountId, vod_id: VodId, *, title: str, room_id: RoomId | None
) -> Video:
    drafts = await connection.fetchval(
        "SELECT count(*) FROM content.video WHERE creator_id = $1 AND state = 'draft'", creator_id
    )
    if drafts >= MAX_DRAFTS:
        raise TooManyDraftsError(most=MAX_DRAFTS)
    shown, topics = parse_title(title)
    inserted: str = await connection.execute(
        """
        INSERT INTO content.video (video_id, creator_id, vod_id, title, topics, source_room_id)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (vod_id) DO NOTHING
        """,
        new_id(),
        creator_id,
        vod_id,
        shown,
        topics,
        room_id,
    )
    if inserted != "INSERT 0 0":
        await media.withhold_vod(connection, vod_id, is_withheld=True)
    video_id: VideoId = await connection.fetchval("SELECT video_id FROM content.video WHERE vod_id = $1", vod_id)
    return await fill_video(connection, await lock_own_video(connection, creator_id, video_id))


async def _keep_products(connection: Connection, video: Video, kept: Mapping[ProductId, Moment]) -> None:
    products = [
        VideoProductInput(product_id=product_id, at_ms=moment.at_ms, show_ms=moment.show_ms)
        for product_id, moment in kept.items()
    ]
    await write_products(connection, video.video_id, products)
