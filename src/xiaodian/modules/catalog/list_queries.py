"""A shop's products, searched, filtered and sorted, page by page; each sort follows an index of its own."""

from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import Product, ProductId, ProductState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.catalog import queries

MOST_CODE_HITS = 1000
"""Products found by a code or bar code; who looks for more has typed too little of it."""

_HITS = """
    (SELECT product_id FROM catalog.sku
     WHERE shop_id = $1 AND code IS NOT NULL AND NOT is_removed AND lower(code) LIKE $2 LIMIT $4)
    UNION
    (SELECT product_id FROM catalog.sku WHERE shop_id = $1 AND barcode = $3 AND NOT is_removed LIMIT $4)
"""
_COUNTS = "SELECT state, count(*) AS products FROM catalog.product WHERE shop_id = $1 GROUP BY state"
# Of what is on sale: elsewhere nobody waits for pieces.
_RUNNING_OUT = """
    SELECT count(*) AS low, count(*) FILTER (WHERE figures.available <= 0) AS out
    FROM catalog.product_figures AS figures WHERE shop_id = $1 AND lowest < $2 AND is_on_sale
"""
_EXTERNAL = "SELECT count(*) FROM catalog.product WHERE shop_id = $1 AND external IS NOT NULL"
_ROW = """
    product.product_id, product.title, product.picture_urls[1] AS picture_url, product.state, product.category,
    product.currency, product.version, product.changed_at, product.freight_template_id,
    product.pending IS NOT NULL AS has_pending, product.rejected_reason,
    product.external ->> 'source_name' AS source_name,
    figures.available, figures.lowest, figures.sold, figures.sku_count, figures.price_min_minor,
    figures.price_max_minor, figures.commission_bp
"""
_FROM = "FROM catalog.product JOIN catalog.product_figures AS figures USING (product_id)"


class ProductSort(StrEnum):
    """In which order: the newest, by name, the least stock, the most sold first."""

    NEWEST = "newest"
    NAME = "name"
    STOCK = "stock"
    SOLD = "sold"


class _Order(NamedTuple):
    key: str
    comparison: str
    direction: str


_ORDERS = {
    ProductSort.NEWEST: _Order("product.product_id", "<", "DESC"),
    ProductSort.NAME: _Order("product.title", ">", "ASC"),
    ProductSort.STOCK: _Order("figures.available", ">", "ASC"),
    ProductSort.SOLD: _Order("figures.sold", "<", "DESC"),
}


class ProductFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which products; every part that is set must hold."""

    state: ProductState | None = None
    category: str | None = None
    text: str | None = None
    """A part of the title, the beginning of a SKU's code, a bar code, or an id."""
    is_low: bool = False
    """Some SKU has fewer than `low_below` pieces."""
    is_out: bool = False
    """No SKU has any."""
    has_commission: bool = False
    is_external: bool = False
    """Sold elsewhere."""
    low_below: int = 0


class Place(NamedTuple):
    """Where a page ended."""

    key: str | int | None
    product_id: UUID


class ProductRow(Contract, frozen=True, kw_only=True):
    """A product as a list shows it."""

    product_id: ProductId
    title: str
    picture_url: str | None
    state: ProductState
    category: str
    currency: str
    version: int
    changed_at_ms: int
    freight_template_id: UUID | None
    has_pending: bool
    """A new content waits for the platform, or was refused."""
    rejected_reason: str | None
    available: int
    lowest: int
    """Pieces of the SKU that has the fewest."""
    sold: int
    sku_count: int
    price_min_minor: int
    price_max_minor: int
    source_name: str | None
    """Where it is sold, if not here; then it has no pieces."""
    commission_bp: int | None
    """What every creator gets for selling it; null: not open to every creator."""


class ProductCounts(Contract, frozen=True, kw_only=True):
    """How many products of a shop are in which state, and how many need a look."""

    draft: int
    in_review: int
    rejected: int
    on_sale: int
    off: int
    external: int
    """Sold elsewhere, whatever their state."""
    low_stock: int
    out_of_stock: int


async def list_rows(
    connection: Connection,
    shop_id: ShopId,
    which: ProductFilter,
    sort: ProductSort,
    *,
    after: Place | None,
    limit: int,
) -> list[ProductRow]:
    """Products for a list, those after a place."""
    statement, values = await compose(connection, shop_id, which, sort, after, limit)
    rows = await connection.fetch(statement, *values)
    return [
        ProductRow(
            **{name: value for name, value in row.items() if name not in ("state", "changed_at")},
            state=ProductState(row["state"]),
            changed_at_ms=to_epoch_ms(row["changed_at"]),
        )
        for row in rows
    ]


async def list_products(
    connection: Connection,
    shop_id: ShopId,
    which: ProductFilter,
    sort: ProductSort = ProductSort.NEWEST,
    *,
    after: Place | None = None,
    limit: int,
) -> list[Product]:
    """The same products whole, with their SKUs."""
    rows = await list_rows(connection, shop_id, which, sort, after=after, limit=limit)
    return await queries.get_products(connection, [row.product_id for row in rows])


def place_of(row: ProductRow, sort: ProductSort) -> Place:
    """Where a page that ends with this row ends."""
    match sort:
        case ProductSort.NAME:
            return Place(row.title, row.product_id)
        case ProductSort.STOCK:
            return Place(row.available, row.product_id)
        case ProductSort.SOLD:
            return Place(row.sold, row.product_id)
    return Place(None, row.product_id)


async def count_products(connection: Connection, shop_id: ShopId, low_below: int) -> ProductCounts:
    """Counts of a shop, by state and by what is running out."""
    rows = await connection.fetch(_COUNTS, shop_id)
    counts = {row["state"]: row["products"] for row in rows}
    running_out = await connection.fetchrow(_RUNNING_OUT, shop_id, low_below)
    return ProductCounts(
        **{state.value: counts.get(state.value, 0) for state in ProductState},
        external=await connection.fetchval(_EXTERNAL, shop_id),
        low_stock=running_out["low"] if running_out else 0,
        out_of_stock=running_out["out"] if running_out else 0,
    )


async def compose(
    connection: Connection,
    shop_id: ShopId,
    which: ProductFilter,
    sort: ProductSort,
    after: Place | None,
    limit: int,
) -> tuple[str, list[Any]]:
    """The statement of one page and what it is bound to."""
    values: list[Any] = [shop_id]

    def _bind(value: Any) -> str:
        values.append(value)
        return f"${len(values)}"

    conditions = ["product.shop_id = $1", "figures.shop_id = $1"]
    if which.state is not None:
        conditions.append(f"product.state = {_bind(which.state)}")
    if which.category is not None:
        conditions.append(f"product.category = {_bind(which.category)}")
    if which.is_low:
        conditions.append(f"figures.lowest < {_bind(which.low_below)}")
    if which.is_out:
        conditions.append("figures.available <= 0")
    if which.is_low or which.is_out:
        conditions.append("product.external IS NULL")
    if which.is_external:
        conditions.append("product.external IS NOT NULL")
    if which.has_commission:
        conditions.append("figures.commission_bp IS NOT NULL")
    if which.text:
        by_code = await _find_by_code(connection, shop_id, which.text)
        part = _bind(which.text)
        in_title = f"position(lower({part}) IN lower(product.title)) > 0"
        # One character has no neighbour, so no gram: the shop's own products are looked through.
        grams = f"product.title_grams @> catalog.title_grams($1, {part}) AND " if len(which.text) > 1 else ""
        conditions.append(f"({grams}{in_title} OR product.product_id = ANY({_bind(by_code)}::uuid[]))")
    order = _ORDERS[sort]
    if after is not None:
        if sort is ProductSort.NEWEST:
            conditions.append(f"product.product_id < {_bind(after.product_id)}")
        else:
            place = f"({_bind(after.key)}, {_bind(after.product_id)}::uuid)"
            conditions.append(f"({order.key}, product.product_id) {order.comparison} {place}")
    keys = dict.fromkeys((order.key, "product.product_id"))
    ordered = ", ".join(f"{key} {order.direction}" for key in keys)
    where = " AND ".join(conditions)
    return f"SELECT {_ROW} {_FROM} WHERE {where} ORDER BY {ordered} LIMIT {_bind(limit)}", values


async def _find_by_code(connection: Connection, shop_id: ShopId, text: str) -> list[UUID]:
    beginning = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = await connection.fetch(_HITS, shop_id, beginning, text, MOST_CODE_HITS)
    found = [row["product_id"] for row in rows]
    try:
        return [*found, UUID(text)]
    except ValueError:
        return found
