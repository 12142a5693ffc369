"""Which paid orders came of which moment of a film: the same purchases as are learned from, each by itself."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import Line, OrderId
from xiaodian.infra.database import Connection
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.kit.paging import encode_cursor
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.orders import api as orders
from xiaodian.modules.shops import api as shops
from xiaodian.modules.surfacing.learning.candidates import Candidate
from xiaodian.modules.surfacing.learning.moments import seconds_of
from xiaodian.modules.surfacing.moment_queries import list_moments
from xiaodian.modules.surfacing.replay_queries import list_tried
from xiaodian.modules.surfacing.service.films import FilmId
from xiaodian.modules.surfacing.service.own_video import get_own_info
from xiaodian.modules.surfacing.service.room_host import get_own_room
from xiaodian.modules.surfacing.wire_videos import MomentOrders

Moment = tuple[ProductId, int]
"""A product, and when its card comes up, in ms."""
Candidates = Mapping[ProductId, Sequence[Candidate]]
"""The moments of each product, by time."""


async def count_orders_behind(connection: Connection, film_id: FilmId, candidates: Candidates) -> dict[Moment, int]:
    """By moment how many paid orders came of it; moments without any are left out."""
    moments = [
        (product_id, each.at_ms, *seconds_of(of_product, place))
        for product_id, of_product in candidates.items()
        for place, each in enumerate(of_product)
    ]
    rows = await connection.fetch(
        """
        SELECT moment.product_id, at_ms, count(DISTINCT order_id)
        FROM unnest($2::uuid[], $3::integer[], $4::integer[], $5::integer[])
            AS moment (product_id, at_ms, first_second, last_second)
        JOIN surfacing.moment_order AS bought
            ON bought.film_id = $1 AND bought.product_id = moment.product_id
            AND bought.second BETWEEN first_second AND last_second
        GROUP BY moment.product_id, at_ms
        """,
        film_id,
        *(map(list, zip(*moments, strict=True)) if moments else ([], [], [], [])),
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def list_orders_of_video(
    connection: Connection, caller: Caller, video_id: VideoId, place: Moment, *, before: UUID | None, limit: int
) -> MomentOrders:
    """Those of a moment of one's own video, a page at a time. Raises NotFoundError, ForbiddenError."""
    await get_own_info(connection, caller.account_id, video_id)
    tried = [(each.product_id, each.candidate) for each in await list_moments(connection, video_id)]
    return await _list(connection, caller, video_id, place, tried, before, limit)


async def list_orders_of_replay(
    connection: Connection, caller: Caller, room_id: RoomId, place: Moment, *, before: UUID | None, limit: int
) -> MomentOrders:
    """Those of a moment of the replay of one's own room. Raises NotFoundError, ForbiddenError."""
    await get_own_room(connection, caller, room_id, even_if_ended=True)
    tried = [(each.product_id, each.candidate) for each in await list_tried(connection, room_id)]
    return await _list(connection, caller, room_id, place, tried, before, limit)


async def _list(
    connection: Connection,
    caller: Caller,
    film_id: FilmId,
    place: Moment,
    tried: Sequence[tuple[ProductId, Candidate]],
    before: UUID | None,
    limit: int,
) -> MomentOrders:
    """The shop's own orders are for those of its staff who may see its orders, whoever made the film."""
    product_id, at_ms = place
    candidates = [candidate for of_product, candidate in tried if of_product == product_id]
    at = next((at for at, each in enumerate(candidates) if each.at_ms == at_ms), None)
    products = await catalog.get_products(connection, [product_id])
    if at is None or not products:
        raise NotFoundError
    [product] = products
    await shops.require_right(connection, caller, product.shop_id, Scope.ORDERS_READ)
    rights = await shops.get_rights(connection, caller, product.shop_id)
    found = await count_orders_behind(connection, film_id, {product_id: candidates})
    ids = await _list_ids(connection, film_id, product_id, seconds_of(candidates, at), before, limit + 1)

    def _is_counted(line: Line) -> bool:
        return line.product_id == product_id and (line.video_id or line.room_id) == film_id

    items = await orders.list_behind(connection, ids[:limit], _is_counted, sees_fans=Scope.FANS_READ in rights)
    return MomentOrders(
        product_id=product_id,
        shop_id=product.shop_id,
        title=product.title,
        at_ms=at_ms,
        orders=found.get(place, 0),
        currency=DEFAULT_CURRENCY,
        items=items,
        next_cursor=encode_cursor(ids[limit - 1]) if len(ids) > limit else None,
    )


async def _list_ids(
    connection: Connection,
    film_id: FilmId,
    product_id: ProductId,
    seconds: tuple[int, int],
    before: UUID | None,
    limit: int,
) -> list[OrderId]:
    rows = await connection.fetch(
        """
        SELECT DISTINCT order_id FROM surfacing.moment_order
        WHERE film_id = $1 AND product_id = $2 AND second BETWEEN $3 AND $4 AND ($5::uuid IS NULL OR order_id < $5)
        ORDER BY order_id DESC LIMIT $6
        """,
        film_id,
        product_id,
        *seconds,
        before,
        limit,
    )
    return [row[0] for row in rows]
