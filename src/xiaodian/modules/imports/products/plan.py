"""What goods would make of a product of the shop; nothing is read or written here."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from xiaodian.contracts.catalog import Attribute, Product, ProductOption, ProductState, Sku
from xiaodian.modules.catalog.api import ProductEdit, ProductWrite, SkuEdit
from xiaodian.modules.imports.products.goods import (
    DEFAULT_NAME,
    DEFAULT_VALUES,
    VENDOR,
    VENDOR_NAMES,
    Goods,
    RowFault,
    Variant,
    has_plain_names,
)

MAX_PICTURES = 9
_NEVER_APPROVED = (ProductState.DRAFT, ProductState.IN_REVIEW, ProductState.REJECTED)
_SKU_FIELDS = {"price_minor": "price", "weight_g": "weight", "code": "code", "barcode": "barcode"}


class Facts(NamedTuple):
    """What of the shop the plan depends on, beside the product itself."""

    categories: Mapping[str, str]
    """Codes by whatever a category may be called, folded."""
    pictures: Mapping[str, str]
    """Pictures of ours by the addresses they came from."""
    as_drafts: bool
    """New products shall be drafts, whatever the file says."""


def plan_write(goods: Goods, before: Product | None, facts: Facts) -> ProductWrite:
    """What shall be written. Raises RowFault."""
    if before is None and not isinstance(goods.title, str):
        raise RowFault("title_missing", "title")
    if before is None and not goods.variants:
        raise RowFault("variant_missing")
    is_plain = has_plain_names(goods) and (before is None or not before.options)
    edit = ProductEdit(
        title=goods.title,
        description=_description(goods, before),
        state=_state(goods, before, facts.as_drafts),
        category=UNSET if isinstance(goods.category, UnsetType) else _category(goods.category, facts),
        attributes=_attributes(goods, before),
        handle=_handle(goods, before),
        options=UNSET if is_plain else _options(goods, before),
        skus=_skus(goods, before, facts, is_plain=is_plain) if goods.variants else UNSET,
        picture_urls=_pictures(goods, before, facts),
    )
    write = ProductWrite(edit=edit, product_id=None if before is None else before.product_id)
    try:
        # Python does not check what it builds; the types say what a product may be.
        return msgspec.convert(msgspec.to_builtins(write), ProductWrite)
    except msgspec.ValidationError as error:
        raise RowFault("malformed", detail=str(error)) from error


def wanted_pictures(goods: Goods) -> list[str]:
    """Addresses of all pictures, as many as a product may have, those of variants after the product's own."""
    own = [] if isinstance(goods.pictures, UnsetType) else goods.pictures[:MAX_PICTURES]
    of_variants = [variant.picture for variant in goods.variants if isinstance(variant.picture, str)]
    return list(dict.fromkeys([*own, *of_variants]))


def find_changes(goods: Goods, before: Product, edit: ProductEdit) -> dict[int, dict[str, Any]]:
    """What an edit changes, by row: `{"price": [1000, 1200]}`; long texts are only said to change."""
    changes: dict[int, dict[str, Any]] = {}
    own: dict[str, Any] = {}
    for name in ("title", "state", "category", "handle"):
        value = getattr(edit, name)
        if value is not UNSET and value != getattr(before, name):
            own[name] = [getattr(before, name), value]
    if edit.description is not UNSET and edit.description != before.description:
        own["description"] = None
    if edit.attributes is not UNSET and edit.attributes != before.attributes:
        own["vendor"] = [vendor_of(before), goods.vendor]
    if edit.options is not UNSET and edit.options != before.options:
        own["options"] = None
    if edit.picture_urls is not UNSET and edit.picture_urls != before.picture_urls:
        own["pictures"] = [len(before.picture_urls), len(edit.picture_urls)]
    if own:
        changes[goods.row] = own
    for variant, sku in zip(goods.variants, [] if edit.skus is UNSET else edit.skus, strict=False):
        found = _find_sku_changes(_match(variant, sku, before), sku)
        if found:
            changes[variant.row] = {**changes.get(variant.row, {}), **found}
    return changes


def vendor_of(product: Product) -> str:
    """The brand; empty if it has none."""
    return next((one.value for one in product.attributes if one.name.casefold() in VENDOR_NAMES), "")


def _find_sku_changes(present: Sku | None, edit: SkuEdit) -> dict[str, Any]:
    if present is None:
        return {"variant": [None, _name_of(edit)]}
    found: dict[str, Any] = {}
    for field, name in _SKU_FIELDS.items():
        value = getattr(edit, field)
        if value is not UNSET and value != getattr(present, field):
            found[name] = [getattr(present, field), value]
    if edit.stock is not UNSET and edit.stock != present.available:
        found["stock"] = [present.available, edit.stock]
    if edit.picture_url is not UNSET and edit.picture_url != present.picture_url:
        found["variant_picture"] = None
    return found


def _handle(goods: Goods, before: Product | None) -> str | UnsetType:
    """A product keeps the handle that it has; one called by its id, as in our own files, has none."""
    if not goods.handle or (before is not None and (before.handle or goods.handle == str(before.product_id))):
        return UNSET
    return goods.handle


def _description(goods: Goods, before: Product | None) -> str | UnsetType:
    """Blanks alone are no change: HTML does not keep them."""
    if before is None or isinstance(goods.description, UnsetType):
        return goods.description
    return UNSET if before.description.split() == goods.description.split() else goods.description


def _state(goods: Goods, before: Product | None, as_drafts: bool) -> ProductState | UnsetType:
    if before is None:
        return ProductState.DRAFT if as_drafts or isinstance(goods.state, UnsetType) else goods.state
    if as_drafts or isinstance(goods.state, UnsetType) or goods.state is before.state:
        return UNSET
    if goods.state is ProductState.ON_SALE:
        return ProductState.ON_SALE
    return UNSET if before.state in _NEVER_APPROVED else ProductState.OFF


def _category(text: str, facts: Facts) -> str | UnsetType:
    """The category that is called so, or like the last part of `Food > Fruit > Berries` that one is called."""
    for part in reversed(text.split(">")):
        code = facts.categories.get(part.strip().casefold())
        if code is not None:
            return code
    return UNSET


def _attributes(goods: Goods, before: Product | None) -> list[Attribute] | UnsetType:
    if isinstance(goods.vendor, UnsetType) or (before is not None and goods.vendor == vendor_of(before)):
        return UNSET
    present = [] if before is None else before.attributes
    others = [one for one in present if one.name.casefold() not in VENDOR_NAMES]
    return [Attribute(name=VENDOR, value=goods.vendor), *others] if goods.vendor else others


def _options(goods: Goods, before: Product | None) -> list[ProductOption]:
    """In the order of the file, but what is there already stays where it is."""
    present = {option.name: option.values for option in (before.options if before is not None else [])}
    names = goods.option_names or list(present)
    options = []
    for place, name in enumerate(names):
        told = [variant.option_values[place] for variant in goods.variants if place < len(variant.option_values)]
        values = list(dict.fromkeys([*present.get(name, []), *told]))
        options.append(ProductOption(name=name, values=values))
    return options


def _skus(goods: Goods, before: Product | None, facts: Facts, *, is_plain: bool) -> list[SkuEdit]:
    edits = []
    for variant in goods.variants:
        if is_plain:
            edit = SkuEdit(price_minor=0, name=_plain_name(goods, variant, before))
        else:
            values = variant.option_values
            if len(values) != len(goods.option_names or values) or not all(values):
                raise RowFault("option_missing", "option1_value", variant.row)
            edit = SkuEdit(price_minor=0, option_values=values)
        picture = facts.pictures.get(variant.picture) if isinstance(variant.picture, str) else None
        edit = msgspec.structs.replace(
            edit,
            code=variant.code,
            barcode=variant.barcode,
            stock=variant.stock,
            weight_g=variant.weight_g,
            picture_url=picture if picture is not None else UNSET,
        )
        edits.append(msgspec.structs.replace(edit, price_minor=_price(variant, edit, before)))
    return edits


def _price(variant: Variant, edit: SkuEdit, before: Product | None) -> int:
    if not isinstance(variant.price_minor, UnsetType):
        return variant.price_minor
    present = _match(variant, edit, before) if before is not None else None
    if present is None:
        raise RowFault("price_missing", "price", variant.row)
    return present.price_minor


def _plain_name(goods: Goods, variant: Variant, before: Product | None) -> str:
    name = variant.option_values[0] if variant.option_values else ""
    if name and name.casefold() not in DEFAULT_VALUES:
        return name
    if before is not None and isinstance(variant.code, str):
        known = next((sku.name for sku in before.skus if sku.code == variant.code), None)
        if known is not None:
            return known
    if len(goods.variants) > 1:
        raise RowFault("option_missing", "option1_value", variant.row)
    return before.skus[0].name if before is not None and len(before.skus) == 1 else DEFAULT_NAME


def _match(variant: Variant, edit: SkuEdit, before: Product) -> Sku | None:
    """The SKU that a variant is, by its code, else by its name: as catalog sees it."""
    if isinstance(variant.code, str):
        by_code = next((sku for sku in before.skus if sku.code == variant.code), None)
        if by_code is not None:
            return by_code
    name = _name_of(edit)
    return next((sku for sku in before.skus if name in (sku.name, _join(sku.option_values))), None)


def _name_of(edit: SkuEdit) -> str:
    if not isinstance(edit.name, UnsetType):
        return edit.name
    return "" if isinstance(edit.option_values, UnsetType) else _join(edit.option_values)


def _join(values: Sequence[str]) -> str:
    return " ".join(values)


def _pictures(goods: Goods, before: Product | None, facts: Facts) -> list[str] | UnsetType:
    """The product's pictures, once all are here; those that are, if the product is new."""
    if isinstance(goods.pictures, UnsetType) or not goods.pictures:
        return UNSET
    wanted = goods.pictures[:MAX_PICTURES]
    here = list(dict.fromkeys(facts.pictures[address] for address in wanted if address in facts.pictures))
    is_complete = all(address in facts.pictures for address in wanted)
    return here if is_complete or before is None else UNSET
