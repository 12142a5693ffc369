"""What was learned of a video, as its creator sees it."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId, VideoInfo
from xiaodian.edge.messages import translate
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.surfacing import moment_queries as queries
from xiaodian.modules.surfacing.learning.candidates import Candidate
from xiaodian.modules.surfacing.learning.learner import WEIGHTS_SUM_TO
from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.service.films import find_films
from xiaodian.modules.surfacing.service.orders_behind import find_orders_behind
from xiaodian.modules.surfacing.wire_videos import MOST_ORDER_IDS, LearnedProduct, LearnedView, MomentsView


async def get_own_info(connection: Connection, account_id: AccountId, video_id: VideoId) -> VideoInfo:
    """One's own video, once its film is ready. Raises NotFoundError."""
    video = (await content.get_videos(connection, [video_id])).get(video_id)
    if video is None or video.creator_id != account_id:
        raise NotFoundError
    return video


async def see_moments(connection: Connection, account_id: AccountId, video_id: VideoId, language: str) -> MomentsView:
    """The moments that are tried of each product of the bag. Raises NotFoundError."""
    video = await get_own_info(connection, account_id, video_id)
    tried = await queries.list_moments(connection, video_id)
    film = (await find_films(connection, [video_id], [])).get(video_id)
    candidates: dict[ProductId, list[Candidate]] = {}
    for each in tried:
        candidates.setdefault(each.product_id, []).append(each.candidate)
    behind = await find_orders_behind(connection, film, candidates) if film else {}
    shop_ids = {each.product_id: each.shop_id for each in await catalog.get_products(connection, video.product_ids)}
    moments: dict[ProductId, list[LearnedView]] = {}
    for each in tried:
        order_ids = behind.get((each.product_id, each.candidate.at_ms), [])
        moments.setdefault(each.product_id, []).append(
            LearnedView(
                at_ms=each.candidate.at_ms,
                show_ms=each.candidate.show_ms,
                reason=each.candidate.why.value,
                text=translate(
                    language,
                    "surfacing",
                    f"moment.{each.candidate.why.value}",
                    {"second": each.candidate.at_ms // SECOND_MS},
                ),
                shown=round(each.tally.shown),
                clicked=round(each.tally.clicked),
                ordered=round(each.tally.ordered),
                left=round(each.tally.left),
                orders=len(order_ids),
                order_ids=list(order_ids) if len(order_ids) <= MOST_ORDER_IDS else [],
                share=each.weight / WEIGHTS_SUM_TO,
            )
        )
    weighed_at = await connection.fetchval(
        "SELECT nullif(weighed_at, '-infinity') FROM surfacing.film WHERE video_id = $1", video_id
    )
    return MomentsView(
        video_id=video_id,
        weighed_at=weighed_at,
        products=[
            LearnedProduct(product_id=product_id, shop_id=shop_ids.get(product_id), moments=moments.get(product_id, []))
            for product_id in video.product_ids
        ],
    )
