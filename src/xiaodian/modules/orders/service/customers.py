"""Who has bought in a shop, as far as the shop may see it."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection

# A walk back through the shop's orders that meets each buyer at their latest one, until the page is full.
_LIST = """
    SELECT latest.order_id AS last_order_id, latest.buyer_id, latest.buyer_name, latest.currency,
           latest.placed_at AS last_order_at, bought.orders, bought.spent_minor, bought.first_order_at
    FROM orders.order AS latest CROSS JOIN LATERAL (
        SELECT count(*) AS orders, sum(total_minor)::bigint AS spent_minor, min(placed_at) AS first_order_at
        FROM orders.order AS one
        WHERE one.buyer_id = latest.buyer_id AND one.shop_id = latest.shop_id
            AND one.paid_at IS NOT NULL AND one.state <> 'cancelled'
    ) AS bought
    WHERE latest.shop_id = $1 AND ($2::uuid IS NULL OR latest.order_id < $2)
        AND latest.paid_at IS NOT NULL AND latest.state <> 'cancelled'
        AND NOT EXISTS (
            SELECT FROM orders.order AS later
            WHERE later.buyer_id = latest.buyer_id AND later.order_id > latest.order_id
                AND later.shop_id = latest.shop_id AND later.paid_at IS NOT NULL AND later.state <> 'cancelled'
        )
    ORDER BY latest.order_id DESC LIMIT $3
"""


class Customer(Contract, frozen=True, kw_only=True):
    """A buyer of a shop, masked, with what was ordered and not cancelled."""

    last_order_id: OrderId
    buyer_id: AccountId
    buyer_name: str
    orders: int
    spent_minor: int
    currency: str
    first_order_at: datetime
    last_order_at: datetime


async def list_customers(connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int) -> list[Customer]:
    """A shop's buyers, who bought last first; those whose latest order is older than `before`."""
    rows = await connection.fetch(_LIST, shop_id, before, limit)
    return [Customer(**row) for row in rows]
