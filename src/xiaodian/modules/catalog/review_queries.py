"""Reads of what waits for the platform."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import Product
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import from_epoch_ms, to_epoch_ms
from xiaodian.modules.catalog import queries
from xiaodian.modules.shops import api as shops

_WAITING = """
    SELECT product_id, waiting_since FROM catalog.product
    WHERE waiting_since IS NOT NULL AND ($1::timestamptz IS NULL OR (waiting_since, product_id) > ($1, $2::uuid))
    ORDER BY waiting_since, product_id LIMIT $3
"""


class WaitingProduct(Contract, frozen=True, kw_only=True):
    """A product, or its new content, that the platform has yet to look at."""

    product: Product
    shop_name: str
    waiting_since_ms: int


async def list_waiting(connection: Connection, *, after: tuple[int, UUID] | None, limit: int) -> list[WaitingProduct]:
    """Who has waited longest first; those after a moment and product."""
    since: datetime | None = from_epoch_ms(after[0]) if after else None
    rows = await connection.fetch(_WAITING, since, after[1] if after else None, limit)
    waiting = {row["product_id"]: to_epoch_ms(row["waiting_since"]) for row in rows}
    products = await queries.get_products(connection, list(waiting))
    found = await shops.get_shops(connection, [product.shop_id for product in products])
    return [
        WaitingProduct(
            product=product,
            shop_name=found[product.shop_id].name if product.shop_id in found else "",
            waiting_since_ms=waiting[product.product_id],
        )
        for product in products
    ]
