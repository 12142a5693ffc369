"""Reads of the summaries; structs and plain rows out. Where `shop_id` is given, that shop's sales alone."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.insights.log_rules import Audience, Minute
from xiaodian.modules.insights.visit_rules import HEARD_WITHIN, SLOT, ProductVisit, Visit, VisitMinute

_SUMS = """
    coalesce(sum(orders_placed), 0)::bigint, coalesce(sum(orders_paid), 0)::bigint, coalesce(sum(pieces), 0)::bigint,
    coalesce(sum(gmv_minor), 0)::bigint, coalesce(sum(returned_minor), 0)::bigint
"""
# Both read the room's part of one index, and no row of the table.
COUNT_BUYERS = """
    SELECT count(DISTINCT buyer_id), count(DISTINCT buyer_id) FILTER (WHERE paid_at IS NOT NULL)
    FROM insights.sale WHERE room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2)
"""
COUNT_PRODUCT_BUYERS = """
    SELECT product_id, count(DISTINCT buyer_id) FROM insights.sale
    WHERE room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2) AND paid_at IS NOT NULL GROUP BY product_id
"""


def select_seen_buyers(room: str) -> str:
    """How many of those who paid in a room were in it, signed in; `$2`: the shop whose sales alone count, or null."""
    return f"""
        SELECT count(DISTINCT buyer_id) FROM insights.sale
        JOIN insights.room_account AS came ON (came.room_id, came.account_id) = (sale.room_id, sale.buyer_id)
        WHERE sale.room_id = {room} AND ($2::uuid IS NULL OR shop_id = $2) AND paid_at IS NOT NULL
    """


COUNT_SEEN_BUYERS = select_seen_buyers("$1")


class SaleSums(NamedTuple):
    """What was sold."""

    orders_placed: int = 0
    orders_paid: int = 0
    pieces: int = 0
    gmv_minor: int = 0
    returned_minor: int = 0


class Elsewhere(NamedTuple):
    """What was sold on other platforms."""

    orders: int
    amount_minor: int


class ProductSums(NamedTuple):
    """What was sold of a product in a room."""

    product_id: ProductId
    shop_id: ShopId
    sums: SaleSums


class HourSums(NamedTuple):
    """A shop's hour."""

    hour: datetime
    orders_placed: int
    orders_paid: int
    pieces: int
    gmv_minor: int
    returned_minor: int
    refunds: int
    refunded_minor: int
    buyers: int


class Comers(NamedTuple):
    """Who came to a shop's own rooms in an hour."""

    hour: datetime
    views: int
    viewers: int


async def get_room_sums(connection: Connection, room_id: RoomId, shop_id: ShopId | None) -> SaleSums:
    """What was sold in a room. Its rows are few: one for each product."""
    row = await connection.fetchrow(
        f"""
        SELECT {_SUMS} FROM insights.room_sale_minute
        WHERE room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2)
        """,
        room_id,
        shop_id,
    )
    assert row is not None
    return SaleSums(*row)


async def get_elsewhere(connection: Connection, room_id: RoomId, shop_id: ShopId | None, currency: str) -> Elsewhere:
    """What a room's viewers bought on other platforms and kept; the amount of what is in this currency."""
    row = await connection.fetchrow(
        """
        SELECT count(*), coalesce(sum(amount_minor) FILTER (WHERE currency = $3), 0)::bigint
        FROM insights.sale_elsewhere
        WHERE room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2) AND state = 'paid'
        """,
        room_id,
        shop_id,
        currency,
    )
    assert row is not None
    return Elsewhere(*row)


async def count_buyers(connection: Connection, room_id: RoomId, shop_id: ShopId | None) -> tuple[int, int]:
    """How many placed an order in a room, and how many paid."""
    row = await connection.fetchrow(COUNT_BUYERS, room_id, shop_id)
    assert row is not None
    return row[0], row[1]


async def count_seen_buyers(connection: Connection, room_id: RoomId, shop_id: ShopId | None) -> int:
    """How many of those who paid in a room were in it, signed in."""
    return int(await connection.fetchval(COUNT_SEEN_BUYERS, room_id, shop_id))


async def count_product_buyers(connection: Connection, room_id: RoomId, shop_id: ShopId | None) -> dict[ProductId, int]:
    """How many paid for each product in a room."""
    rows = await connection.fetch(COUNT_PRODUCT_BUYERS, room_id, shop_id)
    return {row[0]: row[1] for row in rows}


async def list_product_sums(connection: Connection, room_id: RoomId, shop_id: ShopId | None) -> list[ProductSums]:
    """What was sold of each product in a room."""
    rows = await connection.fetch(
        """
        SELECT product_id, shop_id, orders_placed, orders_paid, pieces, gmv_minor, returned_minor
        FROM insights.room_product_sale WHERE room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2)
        """,
        room_id,
        shop_id,
    )
    return [ProductSums(row[0], row[1], SaleSums(*row[2:])) for row in rows]


async def get_visit(connection: Connection, room_id: RoomId) -> Visit:
    """Who came to a room, and how far they went."""
    columns = ", ".join(Visit._fields)
    row = await connection.fetchrow(f"SELECT {columns} FROM insights.room_visit WHERE room_id = $1", room_id)
    return Visit(*row) if row else Visit()


async def get_watching_s(connection: Connection, room_id: RoomId, now: datetime) -> int:
    """Seconds that who watches a room now has watched since their pages last said so: what is still to be told."""
    seconds: int = await connection.fetchval(
        """
        SELECT coalesce(sum(viewers * (extract(epoch FROM $2 - since) * 1000)::bigint - into_ms), 0)::bigint / 1000
        FROM insights.room_watching WHERE room_id = $1 AND since > $2 - $3::interval
        """,
        room_id,
        now,
        HEARD_WITHIN + SLOT,
    )
    return max(0, seconds)


async def list_product_visits(connection: Connection, room_id: RoomId) -> dict[ProductId, ProductVisit]:
    """What visitors did with each product of a room."""
    columns = ", ".join(ProductVisit._fields)
    rows = await connection.fetch(
        f"SELECT product_id, {columns} FROM insights.room_product_visit WHERE room_id = $1", room_id
    )
    return {row[0]: ProductVisit(*row[1:]) for row in rows}


async def list_log_minutes(connection: Connection, room_id: RoomId) -> list[tuple[int, Minute]]:
    """A room's minutes by its log, the first first."""
    rows = await connection.fetch(
        f"SELECT minute, {', '.join(Minute._fields)} FROM insights.room_minute WHERE room_id = $1 ORDER BY minute",
        room_id,
    )
    return [(to_epoch_ms(row[0]), Minute(*row[1:])) for row in rows]


async def find_audience(connection: Connection, room_id: RoomId) -> Audience:
    """How many watch a room, as its log told last."""
    row = await connection.fetchrow(
        "SELECT is_on_air, online, since FROM insights.room_audience WHERE room_id = $1", room_id
    )
    return Audience(row[0], row[1], to_epoch_ms(row[2])) if row else Audience()


async def list_visit_minutes(connection: Connection, room_id: RoomId) -> list[tuple[int, VisitMinute]]:
    """A room's minutes by its visitors."""
    columns = ", ".join(VisitMinute._fields)
    rows = await connection.fetch(
        f"SELECT minute, {columns} FROM insights.room_visit_minute WHERE room_id = $1 ORDER BY minute", room_id
    )
    return [(to_epoch_ms(row[0]), VisitMinute(*row[1:])) for row in rows]


async def list_sale_minutes(
    connection: Connection, room_id: RoomId, shop_id: ShopId | None
) -> list[tuple[int, SaleSums]]:
    """A room's minutes by its sales."""
    rows = await connection.fetch(
        f"""
        SELECT minute, {_SUMS} FROM insights.room_sale_minute
        WHERE room_id = $1 AND ($2::uuid IS NULL OR shop_id = $2) GROUP BY minute ORDER BY minute
        """,
        room_id,
        shop_id,
    )
    return [(to_epoch_ms(row[0]), SaleSums(*row[1:])) for row in rows]


async def list_rooms_with_sales(
    connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[tuple[RoomId, SaleSums]]:
    """The rooms in which a shop sold, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT room_id, {_SUMS} FROM insights.room_sale_minute
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR room_id < $2)
        GROUP BY room_id ORDER BY room_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [(row[0], SaleSums(*row[1:])) for row in rows]


async def list_hours(
    connection: Connection, shop_id: ShopId, spans: Sequence[tuple[datetime, datetime]]
) -> list[HourSums]:
    """A shop's hours that begin within one of these spans."""
    rows = await connection.fetch(
        f"""
        SELECT {", ".join(HourSums._fields)} FROM insights.shop_hour
        JOIN unnest($2::timestamptz[], $3::timestamptz[]) AS span (start_at, end_at)
            ON hour >= start_at AND hour < end_at
        WHERE shop_id = $1 ORDER BY hour
        """,
        shop_id,
        [start for start, _ in spans],
        [end for _, end in spans],
    )
    return [HourSums(*row) for row in rows]


async def list_comers(
    connection: Connection, room_ids: Sequence[RoomId], spans: Sequence[tuple[datetime, datetime]]
) -> list[Comers]:
    """Who came to these rooms, by the hour, within these spans."""
    rows = await connection.fetch(
        """
        SELECT date_trunc('hour', minute, 'UTC') AS hour, sum(views)::bigint, sum(viewers)::bigint
        FROM insights.room_visit_minute JOIN unnest($2::timestamptz[], $3::timestamptz[]) AS span (start_at, end_at)
            ON minute >= start_at AND minute < end_at
        WHERE room_id = ANY($1::uuid[]) GROUP BY hour ORDER BY hour
        """,
        list(room_ids),
        [start for start, _ in spans],
        [end for _, end in spans],
    )
    return [Comers(*row) for row in rows]


async def list_seen_buyers(
    connection: Connection, shop_id: ShopId, room_ids: Sequence[RoomId], days: Sequence[tuple[date, datetime, datetime]]
) -> list[tuple[datetime, int]]:
    """How many bought on a day on which they came into one of these rooms for the first time, by the hour from which
    both was true. A day is its date of the books, and from when to when it is looked at.
    """
    rows = await connection.fetch(
        """
        SELECT date_trunc('hour', greatest(bought.first_paid_at, came.entered_at), 'UTC') AS hour, count(*)
        FROM (
            SELECT day, account_id, min(entered_at) AS entered_at
            FROM unnest($3::date[], $4::timestamptz[], $5::timestamptz[]) AS span (day, start_at, end_at)
            CROSS JOIN unnest($2::uuid[]) AS own (room_id)
            JOIN insights.room_account USING (room_id)
            WHERE entered_at >= start_at AND entered_at < end_at GROUP BY day, account_id
        ) AS came JOIN insights.shop_buyer_day AS bought
            ON (bought.shop_id, bought.day, bought.buyer_id) = ($1, came.day, came.account_id)
        GROUP BY hour ORDER BY hour
        """,
        shop_id,
        list(room_ids),
        *map(list, zip(*days, strict=True)),
    )
    return [(row[0], row[1]) for row in rows]


async def has_sold(connection: Connection, shop_id: ShopId) -> bool:
    """Whether a shop ever got an order."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM insights.shop_hour WHERE shop_id = $1)", shop_id))


async def count_recent_orders(
    connection: Connection, room_ids: Collection[RoomId], now: datetime, minutes: int
) -> dict[RoomId, int]:
    """How many orders were paid in these rooms in the last minutes."""
    rows = await connection.fetch(
        """
        SELECT room_id, sum(orders_paid)::bigint FROM insights.room_sale_minute
        WHERE room_id = ANY($1::uuid[]) AND minute > $2 GROUP BY room_id
        """,
        list(room_ids),
        now - timedelta(minutes=minutes),
    )
    return {row[0]: row[1] for row in rows if row[1]}
