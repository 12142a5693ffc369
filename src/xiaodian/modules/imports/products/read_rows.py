"""Rows of a file become products: those with one handle, one after the other, are one."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from xiaodian.contracts.catalog import ProductState
from xiaodian.kit.html_text import to_plain_text
from xiaodian.modules.imports.products.columns import MAX_OPTIONS, Layout
from xiaodian.modules.imports.products.goods import DEFAULT_VALUES, Goods, RowFault, Variant
from xiaodian.modules.imports.tables import Row

MAX_ROWS_OF_PRODUCT = 2000
_AMOUNT = re.compile(
    r"(?:[¥￥$€£]|CNY|USD|EUR)?\s*(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d{1,2})0*)?\s*元?", re.IGNORECASE
)
_COUNT = re.compile(r"(-?\d{1,12})(?:\.0+)?")
_WEIGHT = re.compile(r"(\d{1,9})(?:\.\d+)?")
_YES, _NO = frozenset({"true", "yes", "1", "是", "上架"}), frozenset({"false", "no", "0", "否", "下架"})
_STATES = {
    "active": ProductState.ON_SALE,
    "on_sale": ProductState.ON_SALE,
    "在售": ProductState.ON_SALE,
    "draft": ProductState.DRAFT,
    "草稿": ProductState.DRAFT,
    "archived": ProductState.OFF,
    "unlisted": ProductState.OFF,
    "off": ProductState.OFF,
    "已下架": ProductState.OFF,
    "下架": ProductState.OFF,
}


class Group(NamedTuple):
    """Rows that are one product."""

    rows: list[Row]
    key: str


def group_rows(layout: Layout, rows: Iterator[Row]) -> Iterator[Group]:
    """Neighbours with one handle together; without handles, rows without a title belong to the row before."""
    group: list[Row] = []
    key = ""
    for row in rows:
        handle = cell_of(layout, row, "handle")
        title = cell_of(layout, row, "title")
        is_same = group and (handle == key if handle or "handle" in layout.places else not title)
        if is_same and len(group) < MAX_ROWS_OF_PRODUCT:
            group.append(row)
            continue
        if group:
            yield Group(group, key)
        group, key = [row], handle
    if group:
        yield Group(group, key)


def read_group(layout: Layout, group: Group) -> Goods:
    """The product that rows tell of. Raises RowFault."""
    for row in group.rows:
        extra = [cell for cell in row.cells[len(layout.heading) :] if cell.strip()]
        if extra:
            raise RowFault("too_many_cells", row=row.number, count=len(layout.heading))
    first = group.rows[0]
    names = [_line(layout, first, f"option{number}_name", 20) for number in range(1, MAX_OPTIONS + 1)]
    option_names = [name for name in names if name]
    return Goods(
        row=first.number,
        handle=_line(layout, first, "handle", 255) or None,
        title=_told(layout, first, "title", _line(layout, first, "title", 120)) or UNSET,
        description=_description(layout, first),
        vendor=_told(layout, first, "vendor", _line(layout, first, "vendor", 200)),
        category=_line(layout, first, "type", 255) or _line(layout, first, "category", 255) or UNSET,
        state=_state(layout, first),
        option_names=option_names,
        variants=_variants(layout, group, len(option_names)),
        pictures=_pictures(layout, group),
    )


def cell_of(layout: Layout, row: Row, field: str) -> str:
    """A cell, trimmed; an apostrophe that kept it from being a formula is taken off again."""
    place = layout.places.get(field)
    if place is None or place >= len(row.cells):
        return ""
    text = row.cells[place].strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _told(layout: Layout, row: Row, field: str, text: str) -> str | UnsetType:
    return text if field in layout.places else UNSET


def _fault(layout: Layout, row: Row, field: str, reason: str, **params: object) -> RowFault:
    return RowFault(reason, layout.name(field), row.number, **params)


def _line(layout: Layout, row: Row, field: str, max_chars: int) -> str:
    text = " ".join(cell_of(layout, row, field).split())
    if len(text) > max_chars:
        raise _fault(layout, row, field, "too_long", max_chars=max_chars)
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise _fault(layout, row, field, "bad_character")
    return text


def _description(layout: Layout, row: Row) -> str | UnsetType:
    if "body" not in layout.places:
        return UNSET
    text = to_plain_text(cell_of(layout, row, "body"))
    if len(text) > 5000:
        raise _fault(layout, row, "body", "too_long", max_chars=5000)
    return text


def _state(layout: Layout, row: Row) -> ProductState | UnsetType:
    status, published = cell_of(layout, row, "status").casefold(), cell_of(layout, row, "published").casefold()
    if status and status not in _STATES:
        raise _fault(layout, row, "status", "not_a_status")
    if published and published not in _YES | _NO:
        raise _fault(layout, row, "published", "not_yes_or_no")
    if not status and not published:
        return UNSET
    state = _STATES[status] if status else ProductState.ON_SALE
    if published in _NO and state is ProductState.ON_SALE:
        return ProductState.OFF
    return state


def _variants(layout: Layout, group: Group, option_count: int) -> list[Variant]:
    variants = []
    for number, row in enumerate(group.rows):
        values = [_line(layout, row, f"option{place}_value", 40) for place in range(1, MAX_OPTIONS + 1)]
        is_picture_only = number > 0 and not any((*values, cell_of(layout, row, "code"), cell_of(layout, row, "price")))
        if is_picture_only:
            continue
        variants.append(
            Variant(
                row=row.number,
                price_minor=_price(layout, row),
                option_values=values[: max(option_count, 1)] if any(values) else [],
                code=_or_none(layout, row, "code"),
                barcode=_or_none(layout, row, "barcode"),
                stock=_stock(layout, row),
                weight_g=_weight(layout, row),
                picture=cell_of(layout, row, "variant_picture") or UNSET,
            )
        )
    return variants


def _or_none(layout: Layout, row: Row, field: str) -> str | UnsetType | None:
    if field not in layout.places:
        return UNSET
    return _line(layout, row, field, 64) or None


def _price(layout: Layout, row: Row) -> int | UnsetType:
    text = cell_of(layout, row, "price")
    if not text:
        return UNSET
    amount = read_amount(text)
    if amount is None:
        raise _fault(layout, row, "price", "not_an_amount")
    if not 1 <= amount <= 100_000_000:
        raise _fault(layout, row, "price", "out_of_range")
    return amount


def read_amount(text: str) -> int | None:
    """Minor units of an amount as people write it; None if it is none."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1].replace(",", "")) * 100 + int((match[2] or "0").ljust(2, "0"))


def _stock(layout: Layout, row: Row) -> int | UnsetType:
    text = cell_of(layout, row, "stock").replace(",", "")
    if not text:
        return UNSET
    match = _COUNT.fullmatch(text)
    if match is None:
        raise _fault(layout, row, "stock", "not_a_count")
    # Shopify writes what was sold beyond stock as less than nothing.
    stock = max(int(match[1]), 0)
    if stock > 100_000_000:
        raise _fault(layout, row, "stock", "out_of_range")
    return stock


def _weight(layout: Layout, row: Row) -> int | UnsetType:
    text = cell_of(layout, row, "weight").replace(",", "")
    if not text:
        return UNSET
    match = _WEIGHT.fullmatch(text)
    if match is None:
        raise _fault(layout, row, "weight", "not_a_weight")
    if int(match[1]) > 1_000_000:
        raise _fault(layout, row, "weight", "out_of_range")
    return int(match[1])


def _pictures(layout: Layout, group: Group) -> list[str] | UnsetType:
    if "picture" not in layout.places:
        return UNSET
    placed: list[tuple[int, int, str]] = []
    for order, row in enumerate(group.rows):
        address = cell_of(layout, row, "picture")
        if not address:
            continue
        if len(address) > 2048:
            raise _fault(layout, row, "picture", "too_long", max_chars=2048)
        place = cell_of(layout, row, "picture_place")
        placed.append((int(place) if place.isascii() and place.isdigit() and len(place) < 6 else 9999, order, address))
    return list(dict.fromkeys(address for _, _, address in sorted(placed)))


def labels_of(group: Group, layout: Layout) -> Sequence[str]:
    """What each row is about, for people."""
    title = cell_of(layout, group.rows[0], "title") or group.key
    return [" · ".join(part for part in (title, _variant_label(layout, row)) if part)[:200] for row in group.rows]


def _variant_label(layout: Layout, row: Row) -> str:
    values = [cell_of(layout, row, f"option{place}_value") for place in range(1, MAX_OPTIONS + 1)]
    label = " / ".join(value for value in values if value)
    return "" if label.casefold() in DEFAULT_VALUES else label
