"""Paid orders are put down to the second at which the card came up that they came of, anew whenever more is known of
the buyer's viewing. So each moment of a film finds its orders, however many there are.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.orders import OrderId
from xiaodian.infra.database import Connection
from xiaodian.modules.surfacing.learning.viewing import Mark, Viewing, second_of_cause
from xiaodian.modules.surfacing.service.films import Film, FilmId


class Bought(NamedTuple):
    """A product of a paid order, as it was bought from a film."""

    film_id: FilmId
    product_id: ProductId
    order_id: OrderId
    second: int
    """As in the buyer's viewing."""
    person_id: UUID


async def note_orders(connection: Connection, bought: Sequence[Bought]) -> None:
    """That these came of a film; of which of its seconds is still to be put down. Those known already stay."""
    if bought:
        await connection.execute(
            """
            INSERT INTO surfacing.moment_order (film_id, product_id, order_id, bought_second, person_id)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::uuid[]) ON CONFLICT DO NOTHING
            """,
            *map(list, zip(*sorted(set(bought)), strict=True)),
        )


async def put_down(
    connection: Connection, viewings: Mapping[tuple[FilmId, UUID], Viewing], films: Mapping[FilmId, Film]
) -> None:
    """Of which second each order of these viewings came; viewings without a purchase are left out."""
    buyers = {key: viewing for key, viewing in viewings.items() if viewing.bought}
    if not buyers:
        return
    rows = await connection.fetch(
        """
        SELECT film_id, product_id, order_id, bought_second, person_id, second FROM surfacing.moment_order
        WHERE (person_id, film_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """,
        [person_id for _, person_id in buyers],
        [film_id for film_id, _ in buyers],
    )
    moved = []
    for *key, person_id, second in rows:
        film_id, product_id, _, bought_second = key
        mark = Mark(product_id, bought_second)
        cause = second_of_cause(buyers[film_id, person_id], mark, films[film_id].duration_ms)
        if cause != second:
            moved.append((*key, cause))
    await connection.executemany(
        """
        UPDATE surfacing.moment_order SET second = $5
        WHERE (film_id, product_id, order_id, bought_second) = ($1, $2, $3, $4)
        """,
        moved,
    )
