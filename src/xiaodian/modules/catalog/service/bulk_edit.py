"""One deed over many products of a shop: each is done, or left as it was with the reason."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, field

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Contract, DomainError, Input, InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import IllegalProductMoveError, Product, ProductChanged, ProductId, ProductState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.catalog import queries
from xiaodian.modules.catalog.bulk_rules import PriceRounding, reprice
from xiaodian.modules.catalog.product_rules import MAX_BULK
from xiaodian.modules.catalog.rules import MAX_PRICE_MINOR
from xiaodian.modules.catalog.service.plan_product import Change, plan_edit
from xiaodian.modules.catalog.service.product_input import CategoryCode, ProductEdit
from xiaodian.modules.catalog.service.shop_facts import hold_names, read_facts
from xiaodian.modules.catalog.service.write_changes import write_changes
from xiaodian.modules.catalog.service.write_product import mover_of
from xiaodian.modules.shops import api as shops

# What was ever sold or is held for a buyer stays: orders come back to it.
_UNSOLD = """
    SELECT product.product_id FROM catalog.product
    WHERE product.product_id = ANY($1::uuid[]) AND NOT EXISTS (
        SELECT FROM catalog.sku JOIN catalog.stock USING (sku_id)
        WHERE sku.product_id = product.product_id
          AND (stock.sold > 0 OR stock.reserved > 0 OR stock.stock_id <> stock.sku_id)
    )
"""
_DELETE = (
    "DELETE FROM catalog.stock_journal WHERE sku_id IN (SELECT sku_id FROM catalog.sku WHERE product_id = ANY($1))",
    "DELETE FROM catalog.price_change WHERE sku_id IN (SELECT sku_id FROM catalog.sku WHERE product_id = ANY($1))",
    "DELETE FROM catalog.stock WHERE sku_id IN (SELECT sku_id FROM catalog.sku WHERE product_id = ANY($1))",
    "DELETE FROM catalog.sku WHERE product_id = ANY($1)",
    "DELETE FROM catalog.product WHERE product_id = ANY($1)",
)


class BulkDeed(StrEnum):
    """What can be done to a selection."""

    PUT_ON_SALE = "put_on_sale"
    TAKE_OFF = "take_off"
    SET_CATEGORY = "set_category"
    SET_FREIGHT = "set_freight"
    CHANGE_PRICE = "change_price"
    DELETE_DRAFTS = "delete_drafts"


class PriceChange(Input, frozen=True, kw_only=True):
    """Each SKU's price by a share of it, then by an amount, then rounded."""

    percent_bp: Annotated[int, Meta(ge=-9_900, le=100_000)] = 0
    """In 1/10,000 of the price: -1000 is ten per cent less."""
    amount_minor: Annotated[int, Meta(ge=-MAX_PRICE_MINOR, le=MAX_PRICE_MINOR)] = 0
    rounding: PriceRounding = PriceRounding.NONE


class BulkInput(Input, frozen=True, kw_only=True):
    """A deed, what it needs, and the products."""

    deed: BulkDeed
    product_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MAX_BULK)]
    category: CategoryCode | None = None
    freight_template_id: UUID | None = None
    """Null: the shop's default."""
    price: PriceChange | None = None


class BulkItem(Contract, frozen=True, kw_only=True):
    """What became of one product of the selection."""

    product_id: ProductId
    is_done: bool
    state: ProductState | None = None
    """What it is now; null if it is no more, or never was."""
    code: str | None = None
    params: dict[str, object] = field(default_factory=dict)
    field: str | None = None


class BulkResult(Contract, frozen=True, kw_only=True):
    """One item a product, in the order asked for."""

    items: list[BulkItem]


async def bulk_edit(
    database: Database, caller: Caller, shop_id: ShopId, bulk: BulkInput, *, needs_review: bool
) -> BulkResult:
    """Do one deed to each product that allows it. What is so already counts as done and is left alone.

    Raises NotFoundError, ForbiddenError; InvalidInputError if the deed lacks what it needs.
    """
    _check_needs(bulk)
    wanted = [ProductId(product_id) for product_id in dict.fromkeys(bulk.product_ids)]
    async with database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_WRITE)
        await hold_names(connection, shop_id)
        await connection.execute(
            "SELECT FROM catalog.product WHERE product_id = ANY($1::uuid[]) ORDER BY product_id FOR UPDATE", wanted
        )
        found = await queries.get_products(connection, wanted)
        products = {product.product_id: product for product in found if product.shop_id == shop_id}
        if bulk.deed is BulkDeed.DELETE_DRAFTS:
            items = await _delete_drafts(connection, wanted, products)
        else:
            items = await _edit_each(connection, caller, wanted, products, bulk, needs_review)
        done = sum(item.is_done for item in items)
        if done:
            await shops.note_deed(
                connection, caller, shop_id, deed=f"product.bulk_{bulk.deed}", target="", details={"count": done}
            )
    return BulkResult(items=items)


def _check_needs(bulk: BulkInput) -> None:
    if bulk.deed is BulkDeed.SET_CATEGORY and bulk.category is None:
        raise InvalidInputError(field="category", reason="empty")
    if bulk.deed is BulkDeed.CHANGE_PRICE and bulk.price is None:
        raise InvalidInputError(field="price", reason="empty")


async def _edit_each(
    connection: Connection,
    caller: Caller,
    wanted: Sequence[ProductId],
    products: dict[ProductId, Product],
    bulk: BulkInput,
    needs_review: bool,
) -> list[BulkItem]:
    planned = {product_id: _plan(products.get(product_id), bulk, needs_review) for product_id in wanted}
    changes = [change for change in planned.values() if isinstance(change, Change)]
    if not changes:
        return [_refused(product_id, error) for product_id, error in planned.items() if isinstance(error, DomainError)]
    facts = await read_facts(connection, changes[0].after.shop_id, changes)
    items: list[BulkItem] = []
    good: list[Change] = []
    for product_id, change in planned.items():
        try:
            if isinstance(change, DomainError):
                raise change
            facts.check(change)
        except DomainError as error:
            items.append(_refused(product_id, error))
            continue
        good.append(change)
        items.append(BulkItem(product_id=product_id, is_done=True, state=change.after.state))
    await write_changes(connection, good, caller.account_id)
    return items


def _plan(product: Product | None, bulk: BulkInput, needs_review: bool) -> Change | DomainError:
    if product is None:
        return NotFoundError()
    try:
        if bulk.deed is BulkDeed.CHANGE_PRICE:
            return _plan_prices(product, bulk.price or PriceChange())
        return plan_edit(product, _as_edit(bulk), mover_of(needs_review))
    except DomainError as error:
        return error


def _as_edit(bulk: BulkInput) -> ProductEdit:
    match bulk.deed:
        case BulkDeed.PUT_ON_SALE:
            return ProductEdit(state=ProductState.ON_SALE)
        case BulkDeed.TAKE_OFF:
            return ProductEdit(state=ProductState.OFF)
        case BulkDeed.SET_CATEGORY:
            return ProductEdit(category=bulk.category or "other")
        case _:
            return ProductEdit(freight_template_id=bulk.freight_template_id)


def _plan_prices(product: Product, price: PriceChange) -> Change:
    skus = [
        msgspec.structs.replace(
            sku, price_minor=reprice(sku.price_minor, price.percent_bp, price.amount_minor, price.rounding)
        )
        for sku in product.skus
    ]
    return Change(product, msgspec.structs.replace(product, skus=skus))


async def _delete_drafts(
    connection: Connection, wanted: Sequence[ProductId], products: dict[ProductId, Product]
) -> list[BulkItem]:
    drafts = [one.product_id for one in products.values() if one.state is ProductState.DRAFT]
    unsold = {row["product_id"] for row in await connection.fetch(_UNSOLD, drafts)}
    for statement in _DELETE:
        await connection.execute(statement, list(unsold))
    gone = [products[product_id] for product_id in sorted(unsold)]
    await outbox.emit(connection, *(ProductChanged(product_id=one.product_id, shop_id=one.shop_id) for one in gone))
    items: list[BulkItem] = []
    for product_id in wanted:
        product = products.get(product_id)
        if product_id in unsold:
            items.append(BulkItem(product_id=product_id, is_done=True))
        elif product is None:
            items.append(_refused(product_id, NotFoundError()))
        elif product.state is ProductState.DRAFT:
            items.append(_refused(product_id, InvalidInputError(reason="was_sold"), product.state))
        else:
            items.append(_refused(product_id, IllegalProductMoveError(state=product.state), product.state))
    return items


def _refused(product_id: ProductId, error: DomainError, state: ProductState | None = None) -> BulkItem:
    return BulkItem(
        product_id=product_id, is_done=False, state=state, code=error.code, field=error.field, params=error.params
    )
