"""WooCommerce, by its REST API v3: products page by page in the order of their ids, variations of those that vary."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, UnsetType

from xiaodian.contracts.catalog import ProductState
from xiaodian.kit.html_text import to_plain_text
from xiaodian.modules.imports.products.goods import Goods, RowFault, Variant
from xiaodian.modules.imports.products.read_rows import read_amount
from xiaodian.modules.imports.sources.source import Access, Door, SourceFailedError, SourcePage, UnfitGoods

PAGE_SIZE = 50
VARIATIONS_AT_ONCE = 100
MAX_VARIATION_PAGES = 10
_STATES = {"publish": ProductState.ON_SALE, "draft": ProductState.DRAFT, "pending": ProductState.DRAFT}


class _Named(msgspec.Struct):
    name: str = ""


class _Image(msgspec.Struct):
    src: str = ""


class _Attribute(msgspec.Struct):
    name: str = ""
    variation: bool = False
    option: str = ""


class _Variation(msgspec.Struct):
    id: int
    sku: str | None = None
    price: str | None = None
    regular_price: str | None = None
    manage_stock: bool | str = False
    stock_quantity: float | None = None
    image: _Image | None = None
    attributes: list[_Attribute] = []


class _Product(_Variation):
    name: str = ""
    slug: str = ""
    type: str = "simple"
    status: str = "publish"
    description: str = ""
    short_description: str = ""
    categories: list[_Named] = []
    images: list[_Image] = []


class WooCommerce:
    """A shop of WooCommerce (sources.source.Source). The cursor is the number of the page."""

    kind = "woocommerce"

    async def fetch_page(self, door: Door, access: Access, cursor: str | None) -> SourcePage:
        """Fifty products, and the variations of each."""
        page = int(cursor) if cursor and cursor.isdigit() else 1
        query = {"per_page": PAGE_SIZE, "page": page, "orderby": "id", "order": "asc", "status": "any"}
        answer, headers = await self._get(door, access, "products", query)
        goods = [await self._to_goods(door, access, product) for product in _read(answer, list[_Product])]
        is_last = page >= _number(headers, "x-wp-totalpages")
        return SourcePage(goods, None if is_last else str(page + 1), _number(headers, "x-wp-total"))

    async def _get(
        self, door: Door, access: Access, path: str, query: Mapping[str, Any]
    ) -> tuple[Any, Mapping[str, str]]:
        token = base64.b64encode(f"{access.key}:{access.secret}".encode()).decode()
        url = f"{access.address.rstrip('/')}/wp-json/wc/v3/{path}?{urlencode(query)}"
        return await door.ask("GET", url, headers={"authorization": f"Basic {token}"})

    async def _to_goods(self, door: Door, access: Access, product: _Product) -> Goods | UnfitGoods:
        if product.type not in ("simple", "variable"):
            return UnfitGoods(str(product.id), product.name, RowFault("kind_not_taken", kind=product.type))
        names = [attribute.name for attribute in product.attributes if attribute.variation][:3]
        varies = product.type == "variable" and bool(names)
        try:
            rows = await self._variations(door, access, product.id) if varies else [product]
            return Goods(
                row=0,
                external_id=str(product.id),
                handle=product.slug or None,
                title=" ".join(to_plain_text(product.name).split()),
                description=to_plain_text(product.description or product.short_description),
                category=product.categories[0].name if product.categories else UNSET,
                state=_STATES.get(product.status, ProductState.OFF),
                option_names=names if varies else [],
                variants=[_to_variant(row, names if varies else []) for row in rows],
                pictures=[image.src for image in product.images if image.src],
            )
        except RowFault as fault:
            return UnfitGoods(str(product.id), product.name, fault)

    async def _variations(self, door: Door, access: Access, product_id: int) -> list[_Variation]:
        found: list[_Variation] = []
        for page in range(1, MAX_VARIATION_PAGES + 1):
            query = {"per_page": VARIATIONS_AT_ONCE, "page": page, "orderby": "id", "order": "asc"}
            answer, headers = await self._get(door, access, f"products/{product_id}/variations", query)
            found += _read(answer, list[_Variation])
            if page >= _number(headers, "x-wp-totalpages"):
                break
        return found


def _to_variant(row: _Variation, names: list[str]) -> Variant:
    price = row.price or row.regular_price
    amount = read_amount(price) if price else None
    if price and amount is None:
        raise RowFault("not_an_amount", "price")
    options = {attribute.name: attribute.option for attribute in row.attributes}
    return Variant(
        row=0,
        price_minor=amount if amount else UNSET,
        option_values=[options.get(name, "") for name in names],
        code=row.sku or UNSET,
        stock=_stock(row),
        picture=row.image.src if row.image and row.image.src else UNSET,
    )


def _stock(row: _Variation) -> int | UnsetType:
    return UNSET if row.stock_quantity is None else max(int(row.stock_quantity), 0)


def _read(answer: Any, kind: type[list[Any]]) -> Any:
    try:
        return msgspec.convert(answer, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SourceFailedError(reason="source_unreadable", detail=str(error)) from error


def _number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    return int(text) if text.isdigit() else 0
