"""Reads of commissions."""

from collections.abc import Collection

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.shops import api as shops


async def find_commissions(
    connection: Connection, pairs: Collection[tuple[AccountId, ProductId]]
) -> dict[tuple[AccountId, ProductId], int]:
    """What these creators get for selling these products, in basis points; those who get nothing are left out.

    What was agreed with a creator beats the public commission. A shop's owner gets none for the shop's own goods.
    """
    if not pairs:
        return {}
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (pair.creator_id, pair.product_id)
            pair.creator_id, pair.product_id, commission.shop_id, commission.rate_bp
        FROM unnest($1::uuid[], $2::uuid[]) AS pair (creator_id, product_id)
        JOIN promotion.commission ON commission.product_id = pair.product_id AND commission.state = 'open'
            AND (commission.creator_id IS NULL OR commission.creator_id = pair.creator_id)
        ORDER BY pair.creator_id, pair.product_id, commission.creator_id NULLS LAST
        """,
        [creator_id for creator_id, _ in pairs],
        [product_id for _, product_id in pairs],
    )
    if not rows:
        return {}
    of_shop = await shops.get_shops(connection, list({ShopId(row["shop_id"]) for row in rows}))
    return {
        (row["creator_id"], row["product_id"]): row["rate_bp"]
        for row in rows
        if row["shop_id"] not in of_shop or of_shop[row["shop_id"]].owner_id != row["creator_id"]
    }


async def may_sell(connection: Connection, creator_id: AccountId, product_ids: Collection[ProductId]) -> set[ProductId]:
    """Which of these products the creator may sell for a commission, public or agreed."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT product_id FROM promotion.commission
        WHERE product_id = ANY($1::uuid[]) AND state = 'open' AND (creator_id IS NULL OR creator_id = $2)
        """,
        list(product_ids),
        creator_id,
    )
    return {row["product_id"] for row in rows}
