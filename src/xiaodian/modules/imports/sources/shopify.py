"""Shopify, by the GraphQL Admin API: products page by page by cursor, within the points that the API gives out."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from xiaodian.contracts.catalog import ProductState
from xiaodian.kit.html_text import to_plain_text
from xiaodian.modules.imports.products.goods import NO_OPTION, Goods, RowFault, Variant
from xiaodian.modules.imports.products.read_rows import read_amount
from xiaodian.modules.imports.sources.source import TRIES, Access, Door, SourceFailedError, SourcePage, UnfitGoods

API_VERSION = "2025-10"
PRODUCTS_AT_ONCE = 10
VARIANTS_AT_ONCE = 50
MAX_VARIANT_PAGES = 40
_VARIANTS = """
    pageInfo { hasNextPage endCursor }
    nodes {
        sku barcode price inventoryQuantity selectedOptions { name value } image { url }
        inventoryItem { measurement { weight { value unit } } }
    }
"""
_PRODUCTS_QUERY = (
    "query ($first: Int!, $after: String, $variants: Int!) { productsCount { count } "
    "products(first: $first, after: $after, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { "
    "id handle title descriptionHtml vendor productType status options { name } "
    "images(first: 9) { nodes { url } } variants(first: $variants) {" + _VARIANTS + "} } } }"
)
_VARIANTS_QUERY = (
    "query ($id: ID!, $first: Int!, $after: String) { product(id: $id) { variants(first: $first, after: $after) {"
    + _VARIANTS
    + "} } }"
)
_GRAMS = {"GRAMS": 1.0, "KILOGRAMS": 1000.0, "OUNCES": 28.349523125, "POUNDS": 453.59237}
_STATES = {"ACTIVE": ProductState.ON_SALE, "DRAFT": ProductState.DRAFT}


class _PageInfo(msgspec.Struct, rename="camel"):
    has_next_page: bool = False
    end_cursor: str | None = None


class _Url(msgspec.Struct):
    url: str = ""


class _Urls(msgspec.Struct):
    nodes: list[_Url] = []


class _Option(msgspec.Struct):
    name: str = ""
    value: str = ""


class _Weight(msgspec.Struct):
    value: float = 0
    unit: str = "GRAMS"


class _Measurement(msgspec.Struct):
    weight: _Weight | None = None


class _Item(msgspec.Struct):
    measurement: _Measurement | None = None


class _Variant(msgspec.Struct, rename="camel"):
    price: str
    sku: str | None = None
    barcode: str | None = None
    inventory_quantity: int | None = None
    selected_options: list[_Option] = []
    image: _Url | None = None
    inventory_item: _Item | None = None


class _Variants(msgspec.Struct, rename="camel"):
    page_info: _PageInfo
    nodes: list[_Variant] = []


class _Product(msgspec.Struct, rename="camel"):
    id: str
    variants: _Variants
    handle: str = ""
    title: str = ""
    description_html: str = ""
    vendor: str = ""
    product_type: str = ""
    status: str = "ACTIVE"
    options: list[_Option] = []
    images: _Urls = msgspec.field(default_factory=_Urls)


class _Products(msgspec.Struct, rename="camel"):
    page_info: _PageInfo
    nodes: list[_Product] = []


class Shopify:
    """A shop of Shopify (sources.source.Source). The cursor is the API's; the secret is the Admin API's token."""

    kind = "shopify"

    async def fetch_page(self, door: Door, access: Access, cursor: str | None) -> SourcePage:
        """Ten products with their variants."""
        asked = {"first": PRODUCTS_AT_ONCE, "after": cursor, "variants": VARIANTS_AT_ONCE}
        data = await self._query(door, access, _PRODUCTS_QUERY, asked)
        page = _read(data.get("products"), _Products)
        goods = [await self._to_goods(door, access, product) for product in page.nodes]
        total = (data.get("productsCount") or {}).get("count")
        return SourcePage(goods, page.page_info.end_cursor if page.page_info.has_next_page else None, total)

    async def _query(self, door: Door, access: Access, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        url = f"{access.address.rstrip('/')}/admin/api/{API_VERSION}/graphql.json"
        headers = {"x-shopify-access-token": access.secret}
        for _ in range(TRIES):
            answer, _headers = await door.ask(
                "POST", url, headers=headers, body={"query": query, "variables": variables}
            )
            if not isinstance(answer, dict):
                break
            errors = answer.get("errors")
            if not errors:
                return answer.get("data") or {}
            if not _is_throttled(errors):
                break
            await door.wait(_seconds_until_enough(answer))
        else:
            raise SourceFailedError(reason="source_away")
        raise SourceFailedError(reason="source_unreadable")

    async def _to_goods(self, door: Door, access: Access, product: _Product) -> Goods | UnfitGoods:
        try:
            nodes = await self._all_variants(door, access, product)
            names = [option.name for option in product.options]
            if len(names) == 1 and names[0].casefold() in NO_OPTION:
                names = []
            return Goods(
                row=0,
                external_id=product.id,
                handle=product.handle or None,
                title=" ".join(product.title.split()),
                description=to_plain_text(product.description_html),
                vendor=" ".join(product.vendor.split()) or UNSET,
                category=product.product_type or UNSET,
                state=_STATES.get(product.status, ProductState.OFF),
                option_names=names,
                variants=[_to_variant(node, names) for node in nodes],
                pictures=[image.url for image in product.images.nodes if image.url],
            )
        except RowFault as fault:
            return UnfitGoods(product.id, product.title, fault)

    async def _all_variants(self, door: Door, access: Access, product: _Product) -> list[_Variant]:
        nodes, page = list(product.variants.nodes), product.variants.page_info
        for _ in range(MAX_VARIANT_PAGES):
            if not page.has_next_page:
                break
            asked = {"id": product.id, "first": VARIANTS_AT_ONCE, "after": page.end_cursor}
            data = await self._query(door, access, _VARIANTS_QUERY, asked)
            more = _read((data.get("product") or {}).get("variants"), _Variants)
            nodes += more.nodes
            page = more.page_info
        return nodes


def _to_variant(node: _Variant, names: list[str]) -> Variant:
    amount = read_amount(node.price)
    if amount is None:
        raise RowFault("not_an_amount", "price")
    options = {option.name: option.value for option in node.selected_options}
    return Variant(
        row=0,
        price_minor=amount,
        option_values=[options.get(name, "") for name in names],
        code=node.sku or UNSET,
        barcode=node.barcode or UNSET,
        stock=UNSET if node.inventory_quantity is None else max(node.inventory_quantity, 0),
        weight_g=_weight_g(node),
        picture=node.image.url if node.image and node.image.url else UNSET,
    )


def _weight_g(node: _Variant) -> int | UnsetType:
    measurement = node.inventory_item.measurement if node.inventory_item else None
    if measurement is None or measurement.weight is None:
        return UNSET
    return round(measurement.weight.value * _GRAMS.get(measurement.weight.unit, 1.0))


def _is_throttled(errors: Any) -> bool:
    return isinstance(errors, list) and any(
        isinstance(error, dict) and (error.get("extensions") or {}).get("code") == "THROTTLED" for error in errors
    )


def _seconds_until_enough(answer: dict[str, Any]) -> float:
    """How long until the points that the query costs are there again."""
    cost = (answer.get("extensions") or {}).get("cost") or {}
    status = cost.get("throttleStatus") or {}
    missing = float(cost.get("requestedQueryCost") or 100) - float(status.get("currentlyAvailable") or 0)
    return max(missing, 1.0) / max(float(status.get("restoreRate") or 50), 1.0)


def _read(data: Any, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(data, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SourceFailedError(reason="source_unreadable", detail=str(error)) from error
