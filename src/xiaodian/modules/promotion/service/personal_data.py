"""What promotion keeps of a person: coupons made out to them, and those redeemed."""

from typing import Any

from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.infra.database import Connection

_MINE = """
    SELECT coupon.code, coupon.title, coupon.off_minor, holder.given_at, NULL::timestamptz AS redeemed_at
    FROM promotion.holder JOIN promotion.coupon USING (coupon_id) WHERE holder.account_id = $1
    UNION ALL
    SELECT coupon.code, coupon.title, redemption.off_minor, NULL, redemption.redeemed_at
    FROM promotion.redemption JOIN promotion.coupon USING (coupon_id)
    WHERE redemption.account_id = $1 AND redemption.released_at IS NULL LIMIT $2
"""


async def export(connection: Connection, account_id: AccountId, limit: int) -> dict[str, list[dict[str, Any]]]:
    """Coupons that the account holds or has redeemed."""
    return {"coupons": [dict(row) for row in await connection.fetch(_MINE, account_id, limit)]}


async def erase(connection: Connection, erased: AccountErased) -> None:
    """Coupons made out to the account go; redeemed ones stay in the books under who stands for it."""
    for table in ("holder", "purchase_count", "standing"):
        await connection.execute(f"DELETE FROM promotion.{table} WHERE account_id = $1", erased.account_id)
    await connection.execute(
        """
        UPDATE promotion.redemption SET account_id = coalesce(ghost.account_id, gen_random_uuid())
        FROM promotion.redemption AS mine
            LEFT JOIN unnest($2::uuid[], $3::uuid[]) AS ghost (shop_id, account_id) ON ghost.shop_id = mine.shop_id
        WHERE mine.account_id = $1
            AND (redemption.shop_id, redemption.order_id) = (mine.shop_id, mine.order_id)
        """,
        erased.account_id,
        [ghost.shop_id for ghost in erased.ghosts],
        [ghost.account_id for ghost in erased.ghosts],
    )
