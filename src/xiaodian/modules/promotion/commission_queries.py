"""Reads of commissions."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.promotion.models import Commission, CommissionState
from xiaodian.modules.shops import api as shops

_COMMISSION = "shop_id, commission_id, product_id, creator_id, rate_bp, state, title, created_at, changed_at"


def _commission(row: Record) -> Commission:
    values: dict[str, Any] = dict(row)
    values["state"] = CommissionState(values["state"])
    return Commission(**values)


async def find_commissions(
    connection: Connection, pairs: Collection[tuple[AccountId, ProductId]]
) -> dict[tuple[AccountId, ProductId], int]:
    """What these creators get for selling these products, in basis points; those who get nothing are left out.

    What was agreed with a creator beats the public commission. Who goes live for the shop itself (its owner, its hosts)
    gets no public one: these goods are their own.
    """
    if not pairs:
        return {}
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (pair.creator_id, pair.product_id)
            pair.creator_id, pair.product_id, commission.shop_id, commission.rate_bp,
            commission.creator_id IS NOT NULL AS is_agreed
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
    own = await shops.find_hosts(connection, {(row["creator_id"], ShopId(row["shop_id"])) for row in rows})
    return {
        (row["creator_id"], row["product_id"]): row["rate_bp"]
        for row in rows
        if row["is_agreed"] or (row["creator_id"], row["shop_id"]) not in own
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


async def find_public_commission(connection: Connection, product_id: ProductId) -> Commission | None:
    """What everybody gets for selling a product, if anybody may."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COMMISSION} FROM promotion.commission
        WHERE product_id = $1 AND creator_id IS NULL AND state = 'open'
        """,
        product_id,
    )
    return _commission(row) if row else None


async def lock_commission(connection: Connection, commission_id: UUID) -> Commission | None:
    """One commission, held until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_COMMISSION} FROM promotion.commission WHERE commission_id = $1 FOR UPDATE", commission_id
    )
    return _commission(row) if row else None


async def list_commissions_of_shop(
    connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[Commission]:
    """A shop's commissions, public and agreed, over ones too; the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COMMISSION} FROM promotion.commission
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR commission_id < $2) ORDER BY commission_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [_commission(row) for row in rows]


async def list_agreements_of(
    connection: Connection, creator_id: AccountId, *, before: UUID | None, limit: int
) -> list[Commission]:
    """What was proposed to a creator, whatever became of it; the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COMMISSION} FROM promotion.commission
        WHERE creator_id = $1 AND ($2::uuid IS NULL OR commission_id < $2) ORDER BY commission_id DESC LIMIT $3
        """,
        creator_id,
        before,
        limit,
    )
    return [_commission(row) for row in rows]


async def list_market(
    connection: Connection, title_has: str | None, *, before: UUID | None, limit: int
) -> list[Commission]:
    """Public commissions, the newest first; `title_has` is a part of the product's title."""
    rows = await connection.fetch(
        f"""
        SELECT {_COMMISSION} FROM promotion.commission
        WHERE creator_id IS NULL AND state = 'open' AND ($1::uuid IS NULL OR commission_id < $1)
            AND ($2::text IS NULL OR position(lower($2) IN lower(title)) > 0)
        ORDER BY commission_id DESC LIMIT $3
        """,
        before,
        title_has,
        limit,
    )
    return [_commission(row) for row in rows]
