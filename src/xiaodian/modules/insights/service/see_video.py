"""The figures of a video, as its creator sees them."""

from collections.abc import Collection, Iterable, Sequence

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.content import VideoId, VideoInfo
from xiaodian.contracts.insights import (
    ProductMoment,
    Sums,
    VideoMetrics,
    VideoMoment,
    VideoOrders,
    VideoProductFigures,
)
from xiaodian.infra.database import Connection
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.insights import video_queries as queries
from xiaodian.modules.insights.definitions import average, share
from xiaodian.modules.insights.queries import SaleSums
from xiaodian.modules.insights.video_rules import SECOND_MS, VideoVisit, fold, reach, step_s

MAX_PRODUCTS = 100

Told = Sequence[tuple[ProductId, int, tuple[int, int, int, int]]]
Sold = Sequence[tuple[ProductId, int, SaleSums]]


async def list_video_orders(
    connection: Connection, caller: Caller, video_ids: Collection[VideoId]
) -> list[VideoOrders]:
    """How many orders of each of these videos are paid; those that are not the caller's are left out."""
    videos = await content.get_videos(connection, video_ids)
    own = [video_id for video_id, video in videos.items() if video.creator_id == caller.account_id]
    sums = await queries.get_video_sums(connection, own)
    return [
        VideoOrders(video_id=video_id, orders_paid=sums[video_id].orders_paid if video_id in sums else 0)
        for video_id in own
    ]


async def get_video_metrics(connection: Connection, caller: Caller, video_id: VideoId) -> VideoMetrics:
    """What became of a video; whose it is not is told that there is no such thing. Raises NotFoundError."""
    video = (await content.get_videos(connection, [video_id])).get(video_id)
    if video is None or video.creator_id != caller.account_id:
        raise NotFoundError
    visit = await queries.get_video_visit(connection, video_id)
    told = await queries.list_product_seconds(connection, video_id)
    sold = await queries.list_video_sales(connection, video_id)
    buyers = await queries.count_video_buyers(connection, video_id)
    seconds = max(1, -(-video.duration_ms // SECOND_MS))
    step = step_s(seconds)
    sums = _add(sums for _, _, sums in sold)
    return VideoMetrics(
        video_id=video_id,
        duration_ms=video.duration_ms,
        step_s=step,
        currency=DEFAULT_CURRENCY,
        seen=visit.saw,
        views=visit.views,
        viewers=visit.viewers,
        watch_s=visit.watch_s,
        watch_average_s=average(visit.watch_s, visit.viewers),
        watch_through=_through(visit, video),
        saw_card=visit.saw_card,
        clicked=visit.clicked,
        opened_bag=visit.opened_bag,
        viewed_product=visit.viewed_product,
        started_checkout=visit.started_checkout,
        buyers=buyers,
        conversion=share(buyers, visit.viewers),
        sums=Sums(
            orders_placed=sums.orders_placed,
            orders_paid=sums.orders_paid,
            pieces=sums.pieces,
            gmv_minor=sums.gmv_minor,
            returned_minor=sums.returned_minor,
        ),
        sampled=share(visit.sampled_rows, visit.sampled_acts),
        moments=_moments(await queries.list_video_seconds(connection, video_id), told, sold, step, seconds),
        products=await _products(connection, video, told, sold, step, seconds),
    )


def _through(visit: VideoVisit, video: VideoInfo) -> float | None:
    return share(visit.furthest_ms, visit.viewers * video.duration_ms)


def _moments(
    watched: Sequence[tuple[int, int, int]], told: Told, sold: Sold, step: int, seconds: int
) -> list[VideoMoment]:
    reached = reach({second: ended for second, ended, _ in watched}, seconds)
    left = fold(((second, times) for second, _, times in watched), step, seconds)
    impressions, clicks, views, starts = (
        fold(((second, counts[column]) for _, second, counts in told), step, seconds) for column in range(4)
    )
    paid = fold(((second, sums.orders_paid) for _, second, sums in sold), step, seconds)
    gmv = fold(((second, sums.gmv_minor) for _, second, sums in sold), step, seconds)
    return [
        VideoMoment(
            at_ms=start * SECOND_MS,
            reached=reached[start],
            left=left.get(start, 0),
            impressions=impressions.get(start, 0),
            clicks=clicks.get(start, 0),
            product_views=views.get(start, 0),
            checkout_starts=starts.get(start, 0),
            orders_paid=paid.get(start, 0),
            gmv_minor=gmv.get(start, 0),
        )
        for start in range(0, seconds, step)
    ]


async def _products(
    connection: Connection, video: VideoInfo, told: Told, sold: Sold, step: int, seconds: int
) -> list[VideoProductFigures]:
    """Those of the bag, in its order, and after them those that were in it once."""
    gone = sorted({product_id for product_id, *_ in (*told, *sold)} - set(video.product_ids))
    ids = [*video.product_ids, *gone][:MAX_PRODUCTS]
    return [
        _product(
            product,
            [each for each in told if each[0] == product.product_id],
            [each for each in sold if each[0] == product.product_id],
            step,
            seconds,
        )
        for product in await catalog.get_products(connection, ids)
    ]


def _product(product: Product, told: Told, sold: Sold, step: int, seconds: int) -> VideoProductFigures:
    impressions, clicks, views, starts = (sum(counts[column] for _, _, counts in told) for column in range(4))
    sums = _add(sums for _, _, sums in sold)
    return VideoProductFigures(
        product_id=product.product_id,
        title=product.title,
        picture_url=product.picture_urls[0] if product.picture_urls else None,
        impressions=impressions,
        clicks=clicks,
        product_views=views,
        checkout_starts=starts,
        orders_placed=sums.orders_placed,
        orders_paid=sums.orders_paid,
        pieces=sums.pieces,
        gmv_minor=sums.gmv_minor,
        returned_minor=sums.returned_minor,
        moments=[
            ProductMoment(
                at_ms=each.at_ms,
                impressions=each.impressions,
                clicks=each.clicks,
                checkout_starts=each.checkout_starts,
                orders_paid=each.orders_paid,
                gmv_minor=each.gmv_minor,
            )
            for each in _moments([], told, sold, step, seconds)
            if any((each.impressions, each.clicks, each.checkout_starts, each.orders_paid, each.gmv_minor))
        ],
    )


def _add(several: Iterable[SaleSums]) -> SaleSums:
    return SaleSums(*map(sum, zip(SaleSums(), *several, strict=True)))
