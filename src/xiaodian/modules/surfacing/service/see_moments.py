"""What was learned of a video, as its creator sees it."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.edge.messages import translate
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.surfacing import moment_queries as queries
from xiaodian.modules.surfacing.learning.candidates import Candidate
from xiaodian.modules.surfacing.learning.learner import WEIGHTS_SUM_TO
from xiaodian.modules.surfacing.learning.viewing import SECOND_MS
from xiaodian.modules.surfacing.service.orders_behind import count_orders_behind
from xiaodian.modules.surfacing.service.own_video import get_own_info
from xiaodian.modules.surfacing.wire_videos import LearnedProduct, LearnedView, MomentsView


async def see_moments(connection: Connection, account_id: AccountId, video_id: VideoId, language: str) -> MomentsView:
    """The moments that are tried of each product of the bag. Raises NotFoundError."""
    video = await get_own_info(connection, account_id, video_id)
    tried = await queries.list_moments(connection, video_id)
    candidates: dict[ProductId, list[Candidate]] = {}
    for each in tried:
        candidates.setdefault(each.product_id, []).append(each.candidate)
    behind = await count_orders_behind(connection, video_id, candidates)
    shop_ids = {each.product_id: each.shop_id for each in await catalog.get_products(connection, video.product_ids)}
    moments: dict[ProductId, list[LearnedView]] = {}
    for each in tried:
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
                orders=behind.get((each.product_id, each.candidate.at_ms), 0),
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
