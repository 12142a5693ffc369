"""Small servers that answer as WooCommerce's REST API v3 and Shopify's GraphQL Admin API say they do."""

import asyncio
import base64
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

Reply = tuple[int, dict[str, str], Any]


class Platform:
    """A shop elsewhere. `trouble` are answers given before the next good ones."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.trouble: list[Reply] = []
        self.base = ""

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """What the platform says to a call."""
        raise NotImplementedError

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One call, one answer, as HTTP/1.1."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {line.split(": ", 1)[0].lower(): line.split(": ", 1)[1] for line in head[1:] if ": " in line}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.asked.append(target)
        status, more, answer = self.trouble.pop(0) if self.trouble else self.answer(method, target, headers, body)
        content = json.dumps(answer).encode()
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(content)}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in more.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        await writer.drain()
        writer.close()


class WooServer(Platform):
    """Products `1..count`; each third one varies by colour."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.products = [self._product(number) for number in range(1, count + 1)]

    def _product(self, number: int) -> dict[str, Any]:
        varies = number % 3 == 0
        return {
            "id": number,
            "name": f"Tea &amp; {number}",
            "slug": f"tea-{number}",
            "type": "variable" if varies else "simple",
            "status": "publish",
            "description": "<p>Green</p>",
            "short_description": "",
            "sku": "" if varies else f"W-{number}",
            "price": "12.50",
            "regular_price": "15.00",
            "manage_stock": not varies,
            "stock_quantity": None if varies else 4,
            "categories": [{"id": 1, "name": "Tea", "slug": "tea"}],
            "images": [],
            "attributes": [{"id": 0, "name": "Colour", "variation": True, "options": ["Red", "Blue"]}]
            if varies
            else [],
        }

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        if headers.get("authorization") != "Basic " + base64.b64encode(b"ck:cs").decode():
            return 401, {}, {"code": "woocommerce_rest_cannot_view"}
        url = urlsplit(target)
        query = parse_qs(url.query)
        page, size = int(query["page"][0]), int(query["per_page"][0])
        found = re.fullmatch(r"/wp-json/wc/v3/products(?:/(\d+)/variations)?", url.path)
        if found is None:
            return 404, {}, {"code": "rest_no_route"}
        rows = self._variations(int(found[1])) if found[1] else self.products
        pages = max(1, -(-len(rows) // size))
        return 200, {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}, rows[(page - 1) * size : page * size]

    def _variations(self, number: int) -> list[dict[str, Any]]:
        return [
            {
                "id": number * 100 + place,
                "sku": f"W-{number}-{colour}",
                "price": "20.00",
                "manage_stock": "parent" if place else True,
                "stock_quantity": 3,
                "image": None,
                "attributes": [{"id": 0, "name": "Colour", "option": colour}],
            }
            for place, colour in enumerate(("Red", "Blue"))
        ]


class ShopifyServer(Platform):
    """Products by cursor; the first has more variants than one page of them takes."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        if headers.get("x-shopify-access-token") != "cs":
            return 401, {}, {"errors": "[API] Invalid API key or access token"}
        asked = json.loads(body)
        variables = asked["variables"]
        if "product(id:" in asked["query"]:
            variants = self._variants(1, int(variables["after"]), variables["first"])
            return 200, {}, {"data": {"product": {"variants": variants}}}
        start = int(variables["after"] or 0)
        end = min(start + variables["first"], self.count)
        nodes = [self._product(number, variables["variants"]) for number in range(start + 1, end + 1)]
        info = {"hasNextPage": end < self.count, "endCursor": str(end)}
        return (
            200,
            {},
            {"data": {"productsCount": {"count": self.count}, "products": {"pageInfo": info, "nodes": nodes}}},
        )

    def _product(self, number: int, variants: int) -> dict[str, Any]:
        return {
            "id": f"gid://shopify/Product/{number}",
            "handle": f"mug-{number}",
            "title": f"Mug {number}",
            "descriptionHtml": "<b>Blue</b> &amp; white",
            "vendor": "Acme",
            "productType": "Tea",
            "status": "ACTIVE",
            "options": [{"name": "Size" if number == 1 else "Title"}],
            "images": {"nodes": []},
            "variants": self._variants(number, 0, variants),
        }

    def _variants(self, number: int, start: int, first: int) -> dict[str, Any]:
        count = 45 if number == 1 else 1
        end = min(start + first, count)
        nodes = [
            _variant(f"S-{number}-{place}", ("Size", f"S{place}") if number == 1 else ("Title", "Default Title"))
            for place in range(start, end)
        ]
        return {"pageInfo": {"hasNextPage": end < count, "endCursor": str(end)}, "nodes": nodes}


def _variant(sku: str, option: tuple[str, str]) -> dict[str, Any]:
    return {
        "sku": sku,
        "barcode": None,
        "price": "9.90",
        "inventoryQuantity": -2,
        "selectedOptions": [{"name": option[0], "value": option[1]}],
        "image": None,
        "inventoryItem": {"measurement": {"weight": {"value": 0.5, "unit": "KILOGRAMS"}}},
    }


THROTTLED: Reply = (
    200,
    {},
    {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {
            "cost": {
                "requestedQueryCost": 101,
                "throttleStatus": {"currentlyAvailable": 100, "restoreRate": 1000},
            }
        },
    },
)
Make = Callable[[int], Platform]
