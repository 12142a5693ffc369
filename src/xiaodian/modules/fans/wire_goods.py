"""What fans bought, on the wire."""

from uuid import UUID

from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import ProductId


class FanProduct(Contract, frozen=True, kw_only=True):
    """A product and in how many of a fan's purchases it was."""

    product_id: ProductId
    title: str
    picture_url: str | None
    orders: int
    last_at_ms: int


class FanOrderGoods(Contract, frozen=True, kw_only=True):
    """What was in an order of a fan."""

    order_id: UUID
    titles: list[str]


class FanGoods(Contract, frozen=True, kw_only=True):
    """What a fan bought: what was in most purchases first, and what was in each of the orders that a page tells."""

    items: list[FanProduct]
    orders: list[FanOrderGoods]
    """The newest first, also those that were cancelled or given back."""
