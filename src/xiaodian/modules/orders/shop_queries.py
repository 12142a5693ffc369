"""Reads for the desk: orders of one shop by everything that can be asked, a page at a time.

A list is read along the index of its order, or collected from the index of tokens if few orders have these; which of
both the planner decides by how common the tokens are. So plans of searches are made for the values asked for.
"""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from xiaodian.contracts.orders import Order, OrderState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.kit.ids import earliest_id
from xiaodian.modules.orders import purchase_sql
from xiaodian.modules.orders.order_filter import MAX_MINOR, OrderFilter, OrderSort, Place, SoldFrom
from xiaodian.modules.orders.queries import ORDER, find_ids_by_number, with_lines
from xiaodian.modules.orders.rules import SHIP_WITHIN
from xiaodian.modules.orders.search_rules import carrier_facet, facet, find_tokens

MOST_COUNTED = 1_000
LAST_DAY = date(2998, 12, 31)
_FIRST_MOMENT = purchase_sql.start_of(date.min, 0)
PENDING_FOR = timedelta(hours=2)
"""An order that waits for payment was placed no longer ago: the clock cancels it within minutes."""

_COLUMNS = ", ".join(f"o.{name}" for name in ORDER.split(", "))
_ORDER_BY = {
    OrderSort.NEWEST: "o.order_id DESC",
    OrderSort.OLDEST: "o.order_id",
    OrderSort.LARGEST: "s.total_minor DESC, s.order_id DESC",
}


class Wanted:
    """A filter as SQL: from where, under which conditions, with which values bound."""

    def __init__(self, shop_id: ShopId) -> None:
        self.shop_id = shop_id
        self.values: list[Any] = []
        self._conditions = [f"o.shop_id = {self.bind(shop_id)}"]
        self.needs_search = False
        """Whether it reads the index of tokens, which only a plan for its very values does well."""

    def bind(self, value: Any) -> str:
        """The placeholder of a value."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, condition: str, *values: Any, of_search: bool = False) -> None:
        """One more that must hold; `{}` stands for each value."""
        self._conditions.append(condition.format(*(self.bind(value) for value in values)))
        self.needs_search |= of_search

    def has(self, *tokens: int) -> None:
        """It must have these tokens."""
        self.add("s.tokens @> {}::bigint[]", list(tokens), of_search=True)

    def sorted_by(self, sort: OrderSort) -> None:
        """Its order needs a column of the search."""
        self.needs_search |= sort is OrderSort.LARGEST

    def __str__(self) -> str:
        """`FROM … WHERE …`."""
        join = " JOIN orders.search AS s USING (shop_id, order_id)" if self.needs_search else ""
        return f"FROM orders.order AS o{join} WHERE {' AND '.join(self._conditions)}"


async def list_orders_for_shop(
    connection: Connection,
    shop_id: ShopId,
    wanted: OrderFilter,
    now: datetime,
    utc_offset_h: int,
    *,
    after: Place | None,
    limit: int,
) -> list[Order]:
    """A page of orders."""
    found = await _read(connection, shop_id, wanted, now, utc_offset_h)
    found.sorted_by(wanted.sort)
    if after is not None and wanted.sort is OrderSort.LARGEST:
        found.add("(s.total_minor, s.order_id) < ({}, {})", after.total_minor, after.order_id)
    elif after is not None:
        found.add("o.order_id < {}" if wanted.sort is OrderSort.NEWEST else "o.order_id > {}", after.order_id)
    query = f"SELECT {_COLUMNS} {found} ORDER BY {_ORDER_BY[wanted.sort]} LIMIT {found.bind(limit)}"
    if not found.needs_search:
        return await with_lines(connection, await connection.fetch(query, *found.values))
    async with connection.transaction():
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        rows = await connection.fetch(query, *found.values)
    return await with_lines(connection, rows)


async def count_orders_for_shop(
    connection: Connection, shop_id: ShopId, wanted: OrderFilter, now: datetime, utc_offset_h: int
) -> dict[OrderState, int]:
    """How many orders the filter finds in each state (but for its own); `MOST_COUNTED` means so many or more.

    To be called in a transaction.
    """
    await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    counts: dict[OrderState, int] = {}
    for state in OrderState:
        found = await _read(connection, shop_id, msgspec.structs.replace(wanted, state=state), now, utc_offset_h)
        counts[state] = await connection.fetchval(
            f"SELECT count(*) FROM (SELECT {found} LIMIT {found.bind(MOST_COUNTED)}) AS found", *found.values
        )
    return counts


async def _read(
    connection: Connection, shop_id: ShopId, wanted: OrderFilter, now: datetime, utc_offset_h: int
) -> Wanted:
    found = Wanted(shop_id)
    _add_state(found, wanted, now)
    if wanted.from_ms is not None:
        found.add("o.order_id >= {}", earliest_id(from_epoch_ms(wanted.from_ms)))
    if wanted.to_ms is not None:
        found.add("o.order_id < {}", earliest_id(from_epoch_ms(wanted.to_ms)))
    if wanted.room_id is not None:
        found.add("o.room_id = {}", wanted.room_id)
    if wanted.order_ids:
        found.add("o.order_id = ANY({}::uuid[])", list(wanted.order_ids))
    if wanted.held:
        found.add("o.holds > 0")
    _add_facets(found, wanted)
    _add_payment(found, wanted, utc_offset_h)
    _add_source(found, wanted)
    await _add_text(connection, found, wanted.q)
    return found


def _add_state(found: Wanted, wanted: OrderFilter, now: datetime) -> None:
    state = wanted.state
    if wanted.late:
        # Of the states only one can be late.
        found.add("o.state = 'paid'" if state in (None, OrderState.PAID) else "false")
        found.add("o.paid_at < {} AND o.holds = 0", now - SHIP_WITHIN)
    elif state is OrderState.PENDING_PAYMENT:
        found.add("o.state = 'pending_payment' AND o.order_id >= {}", earliest_id(now - PENDING_FOR))
    elif state is not None:
        # Said twice, so that the planner sees that the index of states fits.
        found.add("o.state = {} AND o.state <> 'pending_payment'", state)


def _add_facets(found: Wanted, wanted: OrderFilter) -> None:
    facets = {
        "product": wanted.product_id,
        "creator": wanted.creator_id,
        "tag": wanted.tag.strip(),
    }
    for kind, value in facets.items():
        if value:
            found.has(facet(found.shop_id, kind, value))
    if wanted.carrier.strip():
        found.has(carrier_facet(found.shop_id, wanted.carrier))
    if wanted.after_sale is not None:
        found.add("s.has_after_sale" if wanted.after_sale else "NOT s.has_after_sale", of_search=True)
    if wanted.min_minor is not None or wanted.max_minor is not None:
        most = MAX_MINOR if wanted.max_minor is None else wanted.max_minor
        found.add("s.total_minor BETWEEN {} AND {}", wanted.min_minor or 0, most, of_search=True)


def _add_payment(found: Wanted, wanted: OrderFilter, utc_offset_h: int) -> None:
    if wanted.buyer_id is not None:
        found.add("o.buyer_id = {}", wanted.buyer_id)
    if wanted.coupon_id is not None:
        found.add("o.coupon_id = {}", wanted.coupon_id)
    if wanted.not_cancelled:
        found.add("o.state <> 'cancelled'")
    if wanted.one_in > 1:
        found.add(purchase_sql.ONE_IN, wanted.one_in)
    _add_paid_when(found, wanted, utc_offset_h)
    if wanted.refunded_from is not None or wanted.refunded_to is not None:
        start, end = _span(wanted.refunded_from, wanted.refunded_to, utc_offset_h)
        found.add(purchase_sql.REFUNDED, found.shop_id, start, end)
    if wanted.paid:
        found.add("o.paid_at IS NOT NULL")
    _add_firsts(found, wanted, utc_offset_h)


def _add_paid_when(found: Wanted, wanted: OrderFilter, utc_offset_h: int) -> None:
    # By the id as well, which says when it was placed: along it the list is read.
    starts, ends = [], []
    if wanted.paid_from is not None:
        starts.append(purchase_sql.start_of(wanted.paid_from, utc_offset_h))
    if wanted.paid_from_ms is not None:
        starts.append(from_epoch_ms(wanted.paid_from_ms))
    if wanted.paid_to is not None:
        ends.append(purchase_sql.start_of(wanted.paid_to, utc_offset_h) + timedelta(days=1))
    if wanted.paid_to_ms is not None:
        ends.append(from_epoch_ms(wanted.paid_to_ms))
    for start in starts:
        earliest = earliest_id(max(start, _FIRST_MOMENT) - purchase_sql.PAID_AT_MOST_AFTER)
        found.add("o.paid_at >= {} AND o.order_id >= {}", start, earliest)
    for end in ends:
        found.add("o.paid_at < {} AND o.order_id < {}", end, earliest_id(end))


def _add_firsts(found: Wanted, wanted: OrderFilter, utc_offset_h: int) -> None:
    if wanted.purchase or wanted.first or wanted.again:
        found.add(purchase_sql.COUNTED)
    if wanted.first:
        found.add(purchase_sql.FIRST)
    if wanted.again:
        found.add(f"NOT ({purchase_sql.FIRST})")
    spans: list[tuple[str, date | None, date | None]] = []
    if wanted.first_month is not None:
        first, after = purchase_sql.month_of(wanted.first_month)
        spans.append((purchase_sql.FIRST_BETWEEN, first, after - timedelta(days=1)))
    if wanted.first_from is not None or wanted.first_to is not None:
        spans.append((purchase_sql.FIRST_BETWEEN, wanted.first_from, wanted.first_to))
    if wanted.bought_from is not None or wanted.bought_to is not None:
        spans.append((purchase_sql.BOUGHT_BETWEEN, wanted.bought_from, wanted.bought_to))
    for condition, first_day, last_day in spans:
        start, end = _span(first_day, last_day, utc_offset_h)
        values = {
            "start": found.bind(start),
            "end": found.bind(end),
            "start_id": found.bind(earliest_id(start - purchase_sql.PAID_AT_MOST_AFTER)),
            "end_id": found.bind(earliest_id(end)),
        }
        found.add(condition.format(**values))


def _span(first: date | None, last: date | None, utc_offset_h: int) -> tuple[datetime, datetime]:
    """From the start of the first day to the end of the last; without one, from or to where no order is."""
    after = (last or LAST_DAY) + timedelta(days=1)
    return purchase_sql.start_of(first or date.min, utc_offset_h), purchase_sql.start_of(after, utc_offset_h)


def _add_source(found: Wanted, wanted: OrderFilter) -> None:
    if wanted.source is SoldFrom.ROOM:
        found.add("o.room_id IS NOT NULL")
    elif wanted.source is not None:
        is_there = "IS NOT NULL" if wanted.source is SoldFrom.VIDEO else "IS NULL"
        found.add(f"o.room_id IS NULL AND {purchase_sql.VIDEO} {is_there}")
    if wanted.video_id is not None:
        found.has(facet(found.shop_id, "video", wanted.video_id))
        found.add(f"o.room_id IS NULL AND {purchase_sql.VIDEO} = {{}}", wanted.video_id)
    sold = {"room": wanted.sold_in_room_id, "video": wanted.sold_in_video_id, "flash_sale": wanted.flash_sale_id}
    for kind, place_id in sold.items():
        if place_id is not None:
            found.has(facet(found.shop_id, kind, place_id))
    if line := _line_of(found, wanted):
        found.add(purchase_sql.SOLD_IN.format(line))
    if wanted.category.strip():
        _add_category(found, wanted.category.strip(), of_one=wanted.buyer_id is not None)


def _line_of(found: Wanted, wanted: OrderFilter) -> str:
    """What one and the same line must be; the product alone is found by its token."""
    asked = {
        "l.room_id = {}": wanted.sold_in_room_id,
        "l.video_id = {}": wanted.sold_in_video_id,
        "l.stock_id = {}": wanted.flash_sale_id,
        "l.video_at_ms >= {}": wanted.video_from_ms,
        "l.video_at_ms < {}": wanted.video_to_ms,
    }
    parts = [text.format(found.bind(value)) for text, value in asked.items() if value is not None]
    if parts and wanted.product_id is not None:
        parts.append(f"l.product_id = {found.bind(wanted.product_id)}")
    return " AND ".join(parts)


def _add_category(found: Wanted, category: str, *, of_one: bool) -> None:
    if of_one:
        # The few orders of one buyer are looked through sooner than those of a category are found.
        found.add(purchase_sql.SOLD_IN.format("l.category = {}"), category)
    else:
        found.has(facet(found.shop_id, "category", category))


async def _add_text(connection: Connection, found: Wanted, text: str) -> None:
    if not text.strip():
        return
    by_number = await find_ids_by_number(connection, found.shop_id, [text])
    if by_number:
        found.add("o.order_id = {}", by_number[text])
        return
    ways = find_tokens(found.shop_id, text)
    if not ways:
        found.add("false")
        return
    placeholders = [f"s.tokens @> {found.bind(way)}::bigint[]" for way in ways]
    found.add(f"({' OR '.join(placeholders)})", of_search=True)
