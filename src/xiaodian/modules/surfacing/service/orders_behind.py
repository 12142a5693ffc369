"""Which orders came of which moment of a film: the same purchases as are learned from, each by itself."""

from collections.abc import Mapping, Sequence

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import OrderId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.insights import api as insights
from xiaodian.modules.surfacing.learning.candidates import Candidate
from xiaodian.modules.surfacing.learning.moments import place_of
from xiaodian.modules.surfacing.learning.viewing import Viewing, second_of_cause
from xiaodian.modules.surfacing.service.films import Film
from xiaodian.modules.surfacing.service.learn_viewings import NOTHING_KNOWN, load_viewing, mark_of

MOST_LINES = 2_000
"""The newest are looked at; who sold more by one film looks for what sold lately."""

Moment = tuple[ProductId, int]
"""A product, and when its card comes up, in ms."""


async def find_orders_behind(
    connection: Connection, film: Film, candidates: Mapping[ProductId, Sequence[Candidate]]
) -> dict[Moment, list[OrderId]]:
    """By moment the paid orders that came of it, the newest first; moments without any are left out.

    `candidates`: the moments of each product, by time.
    """
    lines = [line for line in await _list_lines(connection, film) if line.product_id in candidates]
    viewings = await _find_viewings(connection, film, [line.buyer_id for line in lines])
    behind: dict[Moment, list[OrderId]] = {}
    for line in lines:
        mark = mark_of(film, line.product_id, line.video_at_ms)
        second = second_of_cause(viewings.get(line.buyer_id, NOTHING_KNOWN), mark, film.duration_ms)
        of_product = candidates[line.product_id]
        place = None if second is None else place_of(of_product, second)
        if place is not None:
            order_ids = behind.setdefault((line.product_id, of_product[place].at_ms), [])
            if line.order_id not in order_ids[-1:]:
                order_ids.append(line.order_id)
    return behind


async def _list_lines(connection: Connection, film: Film) -> list[insights.PaidLine]:
    if film.is_replay:
        since = from_epoch_ms(film.since_ms)
        return await insights.list_paid_lines_of_room(connection, RoomId(film.film_id), since, MOST_LINES)
    return await insights.list_paid_lines_of_video(connection, VideoId(film.film_id), MOST_LINES)


async def _find_viewings(
    connection: Connection, film: Film, buyer_ids: Sequence[AccountId]
) -> dict[AccountId, Viewing]:
    rows = await connection.fetch(
        """
        SELECT person_id, last_day, known FROM surfacing.viewing
        WHERE film_id = $1 AND person_id = ANY($2::uuid[])
        """,
        film.film_id,
        sorted(set(buyer_ids)),
    )
    return {row[0]: load_viewing(row[1], row[2]) for row in rows}
