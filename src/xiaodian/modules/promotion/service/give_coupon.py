"""Make a coupon out to people."""

from collections.abc import Collection
from datetime import datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.promotion import CouponId
from xiaodian.infra.database import Connection


async def give_coupon(
    connection: Connection, coupon_id: CouponId, account_ids: Collection[AccountId], now: datetime
) -> None:
    """From now on these people can use a coupon that is personal; who can already, still can."""
    await connection.execute(
        """
        INSERT INTO promotion.holder (coupon_id, account_id, given_at) SELECT $1, unnest($2::uuid[]), $3
        ON CONFLICT DO NOTHING
        """,
        coupon_id,
        list(account_ids),
        now,
    )
