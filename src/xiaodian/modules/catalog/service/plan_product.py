"""What a seller's words make of a product; nothing is read or written here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import Product, ProductContent, ProductId, ProductState, Sku, SkuId
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.ids import new_id
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.catalog.product_rules import (
    CONTENT,
    MAX_SKUS,
    Mover,
    check_external,
    check_variants,
    first_state,
    is_other_version,
    name_of_variant,
    place_content,
    wanted_content,
    wished_state,
    with_content,
)
from xiaodian.modules.catalog.service.product_input import NewProduct, NewSku, ProductEdit, SkuEdit

_TERMS = ("freight_template_id", "limit_per_buyer", "options", "handle", "external")
_SKU_TERMS = ("name", "price_minor", "weight_g", "option_values", "picture_url", "code", "barcode")


class Change(NamedTuple):
    """A product before (None: it is new) and after; `after` keeps the number of pieces of SKUs that stay."""

    before: Product | None
    after: Product
    stock: Mapping[SkuId, int] = {}
    """What shall be left to buy of SKUs that stay."""

    @property
    def is_other_version(self) -> bool:
        """Whether it is more than a matter of pieces."""
        return self.before is None or is_other_version(self.before, self.after)


def plan_new(shop_id: ShopId, new: NewProduct, mover: Mover) -> Change:
    """A product that is to be. Raises InvalidInputError, IllegalProductMoveError."""
    product_id = ProductId(new_id())
    product = Product(
        product_id=product_id,
        shop_id=shop_id,
        state=first_state(new.state, mover),
        currency=DEFAULT_CURRENCY,
        skus=[_new_sku(shop_id, product_id, sku) for sku in new.skus],
        **{name: getattr(new, name) for name in (*CONTENT, *_TERMS)},
    )
    return _checked(Change(None, product))


def plan_edit(
    before: Product,
    edit: ProductEdit,
    mover: Mover,
    *,
    keeps_other_skus: bool = False,
    knows_by_name: bool = False,
    removed: Iterable[Sku] = (),
) -> Change:
    """The product as the edit wants it; `removed` are SKUs of before that it may bring back.

    A SKU without an id is the one that has its code; with `knows_by_name`, or its name.

    Raises InvalidInputError, IllegalProductMoveError.
    """
    state = before.state if edit.state is UNSET else wished_state(before.state, edit.state, mover)
    wish = with_content(before, wanted_content(before))
    after = msgspec.structs.replace(
        wish,
        state=state,
        rejected_reason=before.rejected_reason if state is ProductState.REJECTED else None,
        **{name: value for name in (*CONTENT, *_TERMS) if (value := getattr(edit, name)) is not UNSET},
    )
    after = place_content(before, after, mover)
    if edit.skus is UNSET:
        return _checked(Change(before, after))
    known = {sku.sku_id: sku for sku in (*before.skus, *removed)}
    edits = _matched(before.skus, edit.skus, knows_by_name)
    skus = [_edited(before, known, one) for one in edits]
    if keeps_other_skus:
        named = {sku.sku_id: sku for sku in skus}
        skus = list(({sku.sku_id: sku for sku in before.skus} | named).values())
    stock = {one.sku_id: one.stock for one in edits if one.sku_id is not None and one.stock is not UNSET}
    return _checked(Change(before, msgspec.structs.replace(after, skus=skus), stock))


def plan_content(before: Product, content: ProductContent) -> Change:
    """What was waiting becomes what is shown."""
    return Change(before, msgspec.structs.replace(with_content(before, content), pending=None))


def as_new(edit: ProductEdit) -> NewProduct:
    """What an edit says of a product that is not there yet. Raises InvalidInputError if it says too little."""
    if edit.title is UNSET or edit.skus is UNSET:
        raise InvalidInputError(field="title" if edit.title is UNSET else "skus", reason="empty")
    fields = {name: value for name in edit.__struct_fields__ if (value := getattr(edit, name)) is not UNSET}
    defaults = {"description": "", "picture_urls": [], "state": ProductState.DRAFT}
    return NewProduct(**{**defaults, **fields, "skus": [_as_new_sku(sku) for sku in edit.skus]})


def _checked(change: Change) -> Change:
    if len(change.after.skus) > MAX_SKUS:
        raise InvalidInputError(field="skus", reason="too_many")
    check_variants(change.after.options, change.after.skus)
    check_external(change.after, change.stock)
    return change


def _matched(present: Sequence[Sku], edits: Sequence[SkuEdit], knows_by_name: bool) -> list[SkuEdit]:
    """The edits with the ids of the SKUs they mean. Raises InvalidInputError if two mean one."""
    by_code = {sku.code: sku.sku_id for sku in present if sku.code is not None}
    by_name = {sku.name: sku.sku_id for sku in present} if knows_by_name else {}
    matched = [
        msgspec.structs.replace(edit, sku_id=by_code.get(_code_of(edit)) or by_name.get(_name_of(edit)))
        if edit.sku_id is None
        else edit
        for edit in edits
    ]
    ids = [edit.sku_id for edit in matched if edit.sku_id is not None]
    if len(set(ids)) != len(ids):
        raise InvalidInputError(field="skus", reason="sku_twice")
    return matched


def _code_of(edit: SkuEdit) -> str:
    return "" if edit.code is UNSET else edit.code or ""


def _name_of(edit: SkuEdit) -> str:
    if edit.name is not UNSET:
        return edit.name
    return "" if edit.option_values is UNSET else name_of_variant(edit.option_values)


def _edited(product: Product, known: Mapping[SkuId, Sku], edit: SkuEdit) -> Sku:
    """The SKU with other terms; its pieces are another matter, unless it is new."""
    if edit.sku_id is None:
        return _new_sku(product.shop_id, product.product_id, _as_new_sku(edit))
    if edit.sku_id not in known:
        raise InvalidInputError(field="skus", reason="unknown_sku")
    sku = known[edit.sku_id]
    terms = {name: value for name in _SKU_TERMS if (value := getattr(edit, name)) is not UNSET}
    if edit.name is UNSET and edit.option_values is not UNSET and edit.option_values != sku.option_values:
        terms["name"] = name_of_variant(edit.option_values) or sku.name
    return msgspec.structs.replace(sku, **terms)


def _as_new_sku(edit: SkuEdit) -> NewSku:
    terms = {name: value for name in (*_SKU_TERMS, "stock") if (value := getattr(edit, name)) is not UNSET}
    return NewSku(**{"stock": 0, **terms})


def _new_sku(shop_id: ShopId, product_id: ProductId, new: NewSku) -> Sku:
    name = name_of_variant(new.option_values) if new.name is UNSET else new.name
    if not name:
        raise InvalidInputError(field="skus", reason="empty")
    return Sku(
        sku_id=SkuId(new_id()),
        product_id=product_id,
        shop_id=shop_id,
        name=name,
        price_minor=new.price_minor,
        weight_g=new.weight_g,
        option_values=new.option_values,
        picture_url=new.picture_url,
        code=new.code,
        barcode=new.barcode,
        available=new.stock,
    )
