"""Pure decisions about products: which states follow which, what must be looked at again, what makes sense."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import (
    IllegalProductMoveError,
    PendingContent,
    Product,
    ProductContent,
    ProductOption,
    ProductSnapshot,
    ProductState,
    Sku,
    SkuTerms,
)

MAX_OPTIONS = 3
MAX_SKUS = 500
MAX_PICTURES = 9
MAX_ATTRIBUTES = 50
MAX_STAGES = 20
MAX_BULK = 500

CONTENT = tuple(ProductContent.__struct_fields__)
"""The fields that the platform looks at, where it does."""

_T = TypeVar("_T", bound=msgspec.Struct)


class Mover(StrEnum):
    """Who moves a product from state to state."""

    SELLER = "seller"
    """Where the platform reviews goods."""
    FREE_SELLER = "free_seller"
    """Where it does not."""
    OPERATOR = "operator"


_EVERY_SELLER = frozenset({Mover.SELLER, Mover.FREE_SELLER})

MOVES: dict[ProductState, dict[ProductState, frozenset[Mover]]] = {
    ProductState.DRAFT: {
        ProductState.IN_REVIEW: frozenset({Mover.SELLER}),
        ProductState.ON_SALE: frozenset({Mover.FREE_SELLER}),
        ProductState.OFF: frozenset({Mover.FREE_SELLER}),
    },
    ProductState.IN_REVIEW: {
        ProductState.DRAFT: _EVERY_SELLER,
        ProductState.ON_SALE: frozenset({Mover.OPERATOR, Mover.FREE_SELLER}),
        ProductState.REJECTED: frozenset({Mover.OPERATOR}),
    },
    ProductState.REJECTED: {
        ProductState.DRAFT: _EVERY_SELLER,
        ProductState.IN_REVIEW: frozenset({Mover.SELLER}),
        ProductState.ON_SALE: frozenset({Mover.FREE_SELLER}),
    },
    ProductState.ON_SALE: {ProductState.OFF: _EVERY_SELLER},
    ProductState.OFF: {ProductState.ON_SALE: _EVERY_SELLER},
}
APPROVED = frozenset({ProductState.ON_SALE, ProductState.OFF})
"""What buyers saw or may see at once: its content was looked at, where the platform does."""
SHOWN = APPROVED
"""Others are for the shop's own staff."""


def wished_state(before: ProductState, wish: ProductState, mover: Mover) -> ProductState:
    """What a wish means: whoever must ask first and wants to sell, asks. Raises IllegalProductMoveError."""
    if mover is Mover.SELLER and wish is ProductState.ON_SALE and before not in APPROVED:
        wish = ProductState.IN_REVIEW
    if wish is before:
        return before
    if mover not in MOVES[before].get(wish, ()):
        raise IllegalProductMoveError(field="state", state=before, wished=wish)
    return wish


def first_state(wish: ProductState, mover: Mover) -> ProductState:
    """The state of a new product. One that was never looked at is a draft rather than taken off sale."""
    if wish is ProductState.DRAFT:
        return wish
    if mover is Mover.SELLER and wish is ProductState.OFF:
        return ProductState.DRAFT
    return wished_state(ProductState.DRAFT, wish, mover)


def content_of(product: ProductContent) -> ProductContent:
    """Only the content."""
    return _narrow(product, ProductContent)


def with_content(product: Product, content: ProductContent) -> Product:
    """The product with another content."""
    return msgspec.structs.replace(product, **{name: getattr(content, name) for name in CONTENT})


def place_content(before: Product, after: Product, mover: Mover) -> Product:
    """`after` as it may be: a new content of what was approved waits beside the old one, where the platform reviews.

    The same content as waits already goes on waiting, or stays refused.
    """
    if mover is not Mover.SELLER or before.state not in APPROVED:
        return msgspec.structs.replace(after, pending=None)
    wish = content_of(after)
    kept = with_content(after, before)
    if wish == content_of(before):
        return msgspec.structs.replace(kept, pending=None)
    if before.pending is not None and wish == content_of(before.pending):
        return msgspec.structs.replace(kept, pending=before.pending)
    return msgspec.structs.replace(kept, pending=PendingContent(**_values(wish)))


def wanted_content(product: Product) -> ProductContent:
    """What the shop last said the product shall be: what waits, if anything does."""
    return product.pending if product.pending is not None else product


def is_waiting(product: Product) -> bool:
    """Whether the platform has yet to look at it."""
    if product.state is ProductState.IN_REVIEW:
        return True
    return product.pending is not None and product.pending.refused_reason is None


def check_variants(options: Sequence[ProductOption], skus: Sequence[SkuTerms]) -> None:
    """Each SKU is one combination of the options' values, and no two are alike. Raises InvalidInputError."""
    names = [option.name for option in options]
    if len(set(names)) != len(names):
        raise InvalidInputError(field="options", reason="option_twice")
    for number, option in enumerate(options):
        if len(set(option.values)) != len(option.values):
            raise InvalidInputError(field=f"options.{number}.values", reason="option_twice")
    known = [set(option.values) for option in options]
    for number, sku in enumerate(skus):
        fits = len(sku.option_values) == len(known)
        if not fits or any(value not in values for value, values in zip(sku.option_values, known, strict=True)):
            raise InvalidInputError(field=f"skus.{number}.option_values", reason="not_of_options")
    _refuse_twins([sku.name for sku in skus], "name", "name_twice")
    if options:
        _refuse_twins([tuple(sku.option_values) for sku in skus], "option_values", "option_twice")
    _refuse_twins([sku.code for sku in skus], "code", "code_twice")


def check_external(product: Product, stock: Mapping[Any, int]) -> None:
    """What is sold elsewhere has one price and nothing to reserve. Raises InvalidInputError."""
    if product.external is None:
        return
    if len(product.skus) != 1 or product.options:
        raise InvalidInputError(field="skus", reason="external_has_one_sku")
    if any(stock.get(sku.sku_id, sku.available) > 0 for sku in product.skus):
        raise InvalidInputError(field="skus", reason="external_has_no_stock")


def snapshot_of(product: Product) -> ProductSnapshot:
    """What a version keeps."""
    values = {name: getattr(product, name) for name in ProductSnapshot.__struct_fields__}
    return ProductSnapshot(**{**values, "skus": [_narrow(sku, SkuTerms) for sku in product.skus]})


def is_other_version(before: Product, after: Product) -> bool:
    """Whether anything but pieces changed."""
    return snapshot_of(before) != snapshot_of(after) or before.rejected_reason != after.rejected_reason


def public_view(product: Product) -> Product:
    """Without what is the shop's own business."""
    return msgspec.structs.replace(
        product,
        handle=None,
        rejected_reason=None,
        pending=None,
        skus=[msgspec.structs.replace(sku, code=None, barcode=None) for sku in product.skus],
    )


def name_of_variant(values: Iterable[str]) -> str:
    """What a combination of options is called, unless the seller says otherwise."""
    return " ".join(values)


def find_sku(product: Product, sku_id: object) -> Sku | None:
    """A SKU of the product by its id."""
    return next((sku for sku in product.skus if sku.sku_id == sku_id), None)


def _refuse_twins(values: Sequence[object], field: str, reason: str) -> None:
    twins = {value for value, count in Counter(values).items() if count > 1 and value is not None}
    for number, value in enumerate(values):
        if value in twins:
            raise InvalidInputError(field="skus" if field == "name" else f"skus.{number}.{field}", reason=reason)


def _narrow(struct: msgspec.Struct, kind: type[_T]) -> _T:
    return kind(**{name: getattr(struct, name) for name in kind.__struct_fields__})


def _values(struct: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
