"""What the columns of a file of orders placed elsewhere are called, and what their cells say."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple
from uuid import UUID

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.imports import ExternalOrderState
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.imports.external.note_orders import LAST_MS, MAX_AMOUNT_MINOR, ExternalOrder, read_ref
from xiaodian.modules.imports.products.columns import Layout
from xiaodian.modules.imports.products.goods import RowFault
from xiaodian.modules.imports.products.read_rows import cell_of, read_amount
from xiaodian.modules.imports.tables import Row

MAX_ID_CHARS = 200
MAX_QUANTITY = 1_000_000


class Column(NamedTuple):
    """A column: our word for it, which is also its heading, and its heading in Chinese."""

    field: str
    zh: str


COLUMNS = (
    Column("order_id", "订单号"),
    Column("state", "状态"),
    Column("amount", "金额"),
    Column("currency", "币种"),
    Column("quantity", "件数"),
    Column("placed_at", "下单时间"),
    Column("product_id", "商品编号"),
    Column("ref", "来源"),
)
NEEDED = ("order_id", "amount", "placed_at")
_STATES = {
    "": ExternalOrderState.PAID,
    "paid": ExternalOrderState.PAID,
    "已付款": ExternalOrderState.PAID,
    "cancelled": ExternalOrderState.CANCELLED,
    "canceled": ExternalOrderState.CANCELLED,
    "已取消": ExternalOrderState.CANCELLED,
    "refunded": ExternalOrderState.REFUNDED,
    "已退款": ExternalOrderState.REFUNDED,
}
_BY_NAME = {name: column.field for column in COLUMNS for name in column}


def read_order_heading(cells: Sequence[str]) -> Layout:
    """The layout of a file with this first row. Raises InvalidInputError if columns are missing."""
    heading = [cell.strip() for cell in cells]
    places: dict[str, int] = {}
    for place, cell in enumerate(heading):
        field = _BY_NAME.get(cell.casefold())
        if field in places:
            raise InvalidInputError(field="file", reason="column_twice", column=cell[:60])
        if field is not None:
            places[field] = place
    missing = [field for field in NEEDED if field not in places]
    if missing:
        raise InvalidInputError(field="file", reason="no_order_heading", column=missing[0])
    return Layout(heading, places)


def read_order(layout: Layout, row: Row, utc_offset_h: int) -> ExternalOrder:
    """The order that a row tells of. Raises RowFault."""
    if any(cell.strip() for cell in row.cells[len(layout.heading) :]):
        raise RowFault("too_many_cells", row=row.number, count=len(layout.heading))
    return ExternalOrder(
        order_id=_order_id(layout, row),
        state=_state(layout, row),
        amount_minor=_amount(layout, row),
        quantity=_quantity(layout, row),
        currency=_currency(layout, row),
        placed_at_ms=_placed_at_ms(layout, row, utc_offset_h),
        product_id=_product_id(layout, row),
        ref=_ref(layout, row),
    )


def _fault(layout: Layout, field: str, reason: str, **params: Any) -> RowFault:
    return RowFault(reason, layout.name(field), **params)


def _order_id(layout: Layout, row: Row) -> str:
    text = cell_of(layout, row, "order_id")
    if not text:
        raise _fault(layout, "order_id", "order_id_missing")
    if len(text) > MAX_ID_CHARS:
        raise _fault(layout, "order_id", "too_long", max_chars=MAX_ID_CHARS)
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise _fault(layout, "order_id", "bad_character")
    return text


def _state(layout: Layout, row: Row) -> ExternalOrderState:
    state = _STATES.get(cell_of(layout, row, "state").casefold())
    if state is None:
        raise _fault(layout, "state", "not_an_order_state")
    return state


def _amount(layout: Layout, row: Row) -> int:
    amount = read_amount(cell_of(layout, row, "amount"))
    if amount is None:
        raise _fault(layout, "amount", "not_an_amount")
    if amount > MAX_AMOUNT_MINOR:
        raise _fault(layout, "amount", "out_of_range")
    return amount


def _quantity(layout: Layout, row: Row) -> int:
    text = cell_of(layout, row, "quantity") or "1"
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= MAX_QUANTITY:
        raise _fault(layout, "quantity", "out_of_range")
    return int(text)


def _currency(layout: Layout, row: Row) -> str:
    text = cell_of(layout, row, "currency").upper() or DEFAULT_CURRENCY
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise _fault(layout, "currency", "not_a_currency")
    return text


def _placed_at_ms(layout: Layout, row: Row, utc_offset_h: int) -> int:
    """A time without a zone is one of the books."""
    try:
        moment = datetime.fromisoformat(cell_of(layout, row, "placed_at").replace("/", "-"))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone(timedelta(hours=utc_offset_h)))
        at_ms = to_epoch_ms(moment.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise _fault(layout, "placed_at", "not_a_time") from error
    if not 0 <= at_ms <= LAST_MS:
        raise _fault(layout, "placed_at", "out_of_range")
    return at_ms


def _product_id(layout: Layout, row: Row) -> UUID | None:
    text = cell_of(layout, row, "product_id")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise _fault(layout, "product_id", "not_a_product") from error


def _ref(layout: Layout, row: Row) -> str:
    text = cell_of(layout, row, "ref")
    if text and read_ref(text) is None:
        raise _fault(layout, "ref", "not_a_room")
    return text
