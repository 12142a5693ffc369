"""What was learned of a replay, as its host sees it."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.edge.messages import translate
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing.learning.candidates import Candidate
from xiaodian.modules.surfacing.learning.learner import WEIGHTS_SUM_TO
from xiaodian.modules.surfacing.learning.replays import CHAPTER, chapter_of
from xiaodian.modules.surfacing.replay_queries import Tried, list_tried
from xiaodian.modules.surfacing.service.orders_behind import count_orders_behind
from xiaodian.modules.surfacing.service.room_host import get_own_room
from xiaodian.modules.surfacing.wire_replays import ReplayMomentsView, TriedProduct, TriedView


async def see_replay_moments(
    connection: Connection, caller: Caller, room_id: RoomId, language: str
) -> ReplayMomentsView:
    """The moments that are tried, of the products that have some. Raises NotFoundError, ForbiddenError."""
    room = await get_own_room(connection, caller, room_id, even_if_ended=True)
    tried = await list_tried(connection, room_id)
    candidates: dict[ProductId, list[Candidate]] = {}
    for each in tried:
        candidates.setdefault(each.product_id, []).append(each.candidate)
    behind = await count_orders_behind(connection, room_id, candidates)
    moments: dict[ProductId, list[TriedView]] = {}
    for each in tried:
        came = behind.get((each.product_id, each.candidate.at_ms), 0)
        moments.setdefault(each.product_id, []).append(_show(each, came, language))
    bag = (await live.get_bags(connection, [room_id]))[room_id]
    places = {product_id: place for place, product_id in enumerate(bag)}
    products = await catalog.get_products(connection, list(moments))
    products.sort(key=lambda product: places.get(product.product_id, len(places)))
    return ReplayMomentsView(
        room_id=room_id,
        weighed_at=await connection.fetchval(
            "SELECT nullif(weighed_at, '-infinity') FROM surfacing.replay WHERE room_id = $1", room_id
        ),
        is_long=room.started_at is not None and room.ended_at is not None and room.ended_at - room.started_at > CHAPTER,
        products=[_to_product(product, moments[product.product_id]) for product in products],
    )


def _to_product(product: Product, moments: list[TriedView]) -> TriedProduct:
    picture_url = next(iter(product.picture_urls), None)
    return TriedProduct(
        product_id=product.product_id,
        shop_id=product.shop_id,
        title=product.title,
        picture_url=picture_url,
        moments=moments,
    )


def _show(tried: Tried, orders: int, language: str) -> TriedView:
    at_ms, show_ms, why = tried.candidate
    return TriedView(
        at_ms=at_ms,
        show_ms=show_ms,
        reason=why.value,
        text=translate(language, "surfacing", f"tried.{why.value}"),
        shown=round(tried.tally.shown),
        clicked=round(tried.tally.clicked),
        ordered=round(tried.tally.ordered),
        left=round(tried.tally.left),
        orders=orders,
        share=tried.weight / WEIGHTS_SUM_TO,
        chapter=chapter_of(at_ms),
        is_kept=tried.is_kept,
    )
