"""Products as rows of a file that can be brought in again."""

import html
from collections.abc import Iterator, Mapping, Sequence

from xiaodian.contracts.catalog import Product, ProductState, Sku
from xiaodian.kit.money import format_minor
from xiaodian.modules.imports.products.columns import COLUMNS
from xiaodian.modules.imports.products.goods import PLAIN_OPTION
from xiaodian.modules.imports.products.plan import vendor_of

_STATUS = {ProductState.ON_SALE: "active", ProductState.OFF: "archived"}
_STATUS_ZH = {ProductState.ON_SALE: "在售", ProductState.OFF: "已下架"}


def heading_of(is_chinese: bool) -> list[str]:
    """Shopify's names of the columns, or ours in Chinese."""
    return [column.zh if is_chinese else column.shopify for column in COLUMNS]


def rows_of(product: Product, *, is_chinese: bool, categories: Mapping[str, str], base_url: str) -> Iterator[list[str]]:
    """A row for each variant, and more if there are more pictures than variants."""
    for place in range(max(len(product.skus), len(product.picture_urls))):
        cells = {"handle": product.handle or str(product.product_id)}
        if place == 0:
            cells |= _of_product(product, is_chinese, categories)
        if place < len(product.skus):
            cells |= _of_sku(product, product.skus[place], base_url)
        if place < len(product.picture_urls):
            cells |= {"picture": base_url + product.picture_urls[place], "picture_place": str(place + 1)}
        yield [cells.get(column.field, "") for column in COLUMNS]


def _of_product(product: Product, is_chinese: bool, categories: Mapping[str, str]) -> dict[str, str]:
    options: Sequence[str] = [option.name for option in product.options] or [PLAIN_OPTION if is_chinese else "Title"]
    status = _STATUS_ZH.get(product.state, "草稿") if is_chinese else _STATUS.get(product.state, "draft")
    is_on_sale = product.state is ProductState.ON_SALE
    yes, no = ("是", "否") if is_chinese else ("true", "false")
    return {
        "title": product.title,
        "body": _to_body(product.description),
        "vendor": vendor_of(product),
        "type": categories.get(product.category, ""),
        "published": yes if is_on_sale else no,
        "status": status,
        **{f"option{number}_name": name for number, name in enumerate(options, start=1)},
    }


def _of_sku(product: Product, sku: Sku, base_url: str) -> dict[str, str]:
    values = sku.option_values if product.options else [sku.name]
    return {
        **{f"option{number}_value": value for number, value in enumerate(values, start=1)},
        "code": sku.code or "",
        "barcode": sku.barcode or "",
        "price": format_minor(sku.price_minor),
        "stock": str(sku.available),
        "weight": str(sku.weight_g),
        "variant_picture": base_url + sku.picture_url if sku.picture_url else "",
    }


def _to_body(text: str) -> str:
    """As HTML where it would be taken for such, else as it is."""
    return html.escape(text, quote=False).replace("\n", "<br>\n") if "<" in text or "&" in text else text
