"""What the columns of a file of products are called: by Shopify then, by Shopify now, and in Chinese."""

from collections.abc import Sequence
from typing import NamedTuple

from xiaodian.contracts.base import InvalidInputError

MAX_OPTIONS = 3


class Column(NamedTuple):
    """A column: our word for it, Shopify's older and newer name, ours in Chinese."""

    field: str
    shopify: str
    shopify_new: str
    zh: str


COLUMNS = (
    Column("handle", "Handle", "URL handle", "商品标识"),
    Column("title", "Title", "Title", "商品名称"),
    Column("body", "Body (HTML)", "Description", "商品描述"),
    Column("vendor", "Vendor", "Vendor", "品牌"),
    Column("type", "Type", "Type", "类目"),
    Column("tags", "Tags", "Tags", "标签"),
    Column("published", "Published", "Published on online store", "是否上架"),
    Column("option1_name", "Option1 Name", "Option1 name", "规格1名称"),
    Column("option1_value", "Option1 Value", "Option1 value", "规格1"),
    Column("option2_name", "Option2 Name", "Option2 name", "规格2名称"),
    Column("option2_value", "Option2 Value", "Option2 value", "规格2"),
    Column("option3_name", "Option3 Name", "Option3 name", "规格3名称"),
    Column("option3_value", "Option3 Value", "Option3 value", "规格3"),
    Column("code", "Variant SKU", "SKU", "商家编码"),
    Column("weight", "Variant Grams", "Weight value (grams)", "重量（克）"),
    Column("stock", "Variant Inventory Qty", "Inventory quantity", "库存"),
    Column("price", "Variant Price", "Price", "价格"),
    Column("compare_at", "Variant Compare At Price", "Compare-at price", "划线价"),
    Column("barcode", "Variant Barcode", "Barcode", "条形码"),
    Column("picture", "Image Src", "Product image URL", "图片地址"),
    Column("picture_place", "Image Position", "Image position", "图片顺序"),
    Column("variant_picture", "Variant Image", "Variant image URL", "规格图片地址"),
    Column("status", "Status", "Status", "状态"),
)
_OTHER_NAMES = {
    "body html": "body",
    "product category": "category",
    "standard product type": "category",
    "custom product type": "type",
    "商品编号": "handle",
    "标题": "title",
    "描述": "body",
    "重量": "weight",
    "重量(克)": "weight",
    "sku": "code",
    "规格编码": "code",
    "售价": "price",
    "图片": "picture",
}
_BY_NAME = {
    name.casefold(): column.field for column in COLUMNS for name in (column.shopify, column.shopify_new, column.zh)
} | _OTHER_NAMES


class Layout(NamedTuple):
    """Which field stands in which column of a file, and what the file calls it."""

    heading: list[str]
    places: dict[str, int]

    def name(self, field: str) -> str | None:
        """What this file calls a field."""
        place = self.places.get(field)
        return None if place is None else self.heading[place]


def read_heading(cells: Sequence[str]) -> Layout:
    """The layout of a file with this first row. Raises InvalidInputError if it cannot be a file of products."""
    heading = [cell.strip() for cell in cells]
    places: dict[str, int] = {}
    for place, cell in enumerate(heading):
        field = _BY_NAME.get(" ".join(cell.casefold().split()))
        if field is None:
            continue
        if field in places:
            raise InvalidInputError(field="file", reason="column_twice", column=cell[:60])
        places[field] = place
    if "handle" not in places and "code" not in places and "title" not in places:
        raise InvalidInputError(field="file", reason="no_product_heading")
    return Layout(heading, places)
