"""Short videos as viewers see them: to play, and in lists."""

import random
from collections.abc import Sequence

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import LearnedMoment, VideoCard, VideoCue, VideoId, VideoState, VideoView
from xiaodian.contracts.media import VodState
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import video_queries
from xiaodian.modules.content.infos import get_videos
from xiaodian.modules.content.models import VideoProduct
from xiaodian.modules.content.service.read_creator import read_creators
from xiaodian.modules.content.video_rules import DEFAULT_SHOW_MS, Moment, find_room, fit_moment
from xiaodian.modules.live import api as live
from xiaodian.modules.media import api as media


async def show_videos(
    connection: Connection, video_ids: Sequence[VideoId], viewer_id: AccountId | None
) -> dict[VideoId, VideoView]:
    """Those of the videos that everybody may watch, by id, each ready to be played by this viewer."""
    found = await video_queries.find_videos(connection, video_ids)
    videos = [video for video in found.values() if video.state is VideoState.PUBLISHED]
    shown_ids = [video.video_id for video in videos]
    vods = await media.get_vods(connection, [video.vod_id for video in videos])
    creators = await read_creators(connection, {video.creator_id for video in videos}, viewer_id)
    counts = await video_queries.get_counts(connection, shown_ids)
    own_likes = await video_queries.find_own_likes(connection, viewer_id, shown_ids)
    products = await video_queries.list_products(connection, shown_ids)
    learned = await video_queries.list_moments(connection, shown_ids)
    placed = [live.Placed(each.video_id, each.number, each.product_id) for each in products]
    bags = await live.show_goods(connection, placed, "video")
    views: dict[VideoId, VideoView] = {}
    for video in videos:
        vod, creator = vods.get(video.vod_id), creators.get(video.creator_id)
        if vod is None or creator is None or vod.state is not VodState.READY or vod.playback_url is None:
            continue
        assert video.cover_url  # The table says so of what is published.
        assert video.duration_ms
        assert video.published_at
        bag = bags.get(video.video_id, [])
        on_sale = {item.product_id for item in bag}
        own = [each for each in products if each.video_id == video.video_id and each.product_id in on_sale]
        counted, mine = counts[video.video_id], own_likes.get(video.video_id, video_queries.NO_LIKE)
        views[video.video_id] = VideoView(
            video_id=video.video_id,
            creator=creator,
            title=video.title,
            topics=video.topics,
            cover_url=video.cover_url,
            playback_url=vod.playback_url,
            width=video.width or 0,
            height=video.height or 0,
            duration_ms=video.duration_ms,
            sprite_url=vod.sprite_url,
            sprite_columns=vod.sprite_columns,
            sprite_every_ms=vod.sprite_every_ms,
            source_room_id=video.source_room_id,
            published_at=video.published_at,
            **counted._replace(likes=counted.likes + mine.to_count)._asdict(),
            is_liked=mine.is_liked,
            bag=bag,
            cues=choose_cues(own, learned.get(video.video_id, []), video.duration_ms),
        )
    return views


async def show_cards(connection: Connection, video_ids: Sequence[VideoId]) -> dict[VideoId, VideoCard]:
    """Those of the videos that are whole, by id, whatever their state, as lists show them."""
    infos = await get_videos(connection, video_ids)
    creators = await accounts.get_accounts(connection, list({info.creator_id for info in infos.values()}))
    counts = await video_queries.get_counts(connection, list(infos))
    return {
        video_id: VideoCard(
            video_id=video_id,
            creator=creators[info.creator_id],
            title=info.title,
            topics=info.topics,
            cover_url=info.cover_url,
            playback_url=media.vod_playback_path(info.vod_id),
            duration_ms=info.duration_ms,
            width=info.width,
            height=info.height,
            views=counts[video_id].views,
            likes=counts[video_id].likes,
            comments=counts[video_id].comments,
            product_count=len(info.product_ids),
            published_at=info.published_at,
        )
        for video_id, info in infos.items()
        if info.creator_id in creators and info.published_at is not None
    }


async def list_cards(connection: Connection, video_ids: Sequence[VideoId]) -> list[VideoCard]:
    """The same in the order asked for, without those that are not published."""
    cards = await show_cards(connection, video_ids)
    return [cards[video_id] for video_id in video_ids if video_id in cards]


def choose_cues(products: Sequence[VideoProduct], learned: Sequence[LearnedMoment], duration_ms: int) -> list[VideoCue]:
    """When which card comes up in this viewing: as the creator says; where they leave it open, as was learned (each
    moment as often as its weight says); else where no other card is. None of these lies over another card: what has no
    room this time is left out, and as the lot decides who comes first, each has its turn.
    """
    known: dict[ProductId, list[LearnedMoment]] = {}
    for each in learned:
        known.setdefault(each.product_id, []).append(each)
    cues = [
        _cue(own.product_id, Moment(own.at_ms, own.show_ms or DEFAULT_SHOW_MS), "creator", duration_ms)
        for own in products
        if own.at_ms is not None
    ]
    taken = [Moment(cue.at_ms, cue.show_ms) for cue in cues]
    left_open = [product.product_id for product in products if product.at_ms is None]
    for product_id in random.sample(left_open, len(left_open)):
        moment, reason = _draw(known.get(product_id, []), taken, duration_ms)
        if moment is not None:
            taken.append(moment)
            cues.append(_cue(product_id, moment, reason, duration_ms))
    return sorted(cues, key=lambda cue: cue.at_ms)


def _draw(learned: Sequence[LearnedMoment], taken: Sequence[Moment], duration_ms: int) -> tuple[Moment | None, str]:
    """A moment at which there is room for the card, and why it is that one."""
    if not learned:
        return find_room(taken, duration_ms), "spread"
    fitted = [(fit_moment(Moment(each.at_ms, each.show_ms), taken, duration_ms), each) for each in learned]
    free = [(moment, each) for moment, each in fitted if moment is not None]
    if not free:
        return None, ""
    ((moment, drawn),) = random.choices(free, [each.weight for _, each in free])
    return moment, drawn.reason


def _cue(product_id: ProductId, moment: Moment, reason: str, duration_ms: int) -> VideoCue:
    show_ms = min(moment.show_ms, duration_ms - moment.at_ms)
    return VideoCue(product_id=product_id, at_ms=moment.at_ms, show_ms=show_ms, reason=reason)
